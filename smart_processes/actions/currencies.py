"""Currencies and their rates; amounts in the base currency follow every change."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from smart_processes.actions.configuring import begin, clean, read_schema, refuse
from smart_processes.models import Currency, FieldDefinition, Item
from smart_processes.money import Money, is_currency
from smart_processes.schema import Schema

BATCH = 1000  # records recomputed and written together


@transaction.atomic
def add_currency(code: str, rate: Decimal | str, *, actor: Actor) -> Currency:
    """Let amounts be given in a currency.

    Args:
        code: ISO 4217.
        rate: How much of the base currency one unit is worth.
        actor: Who adds it.

    Raises:
        PermissionRefused, ConfigurationRefused: no such currency, there already, or the
            rate is not positive.
    """
    begin(actor)
    if not is_currency(code):
        refuse({"code": _("There is no currency “%(code)s” in ISO 4217.") % {"code": code}})
    if Currency.objects.filter(code=code).exists():
        refuse({"code": _("“%(code)s” is in use already. Change its rate.") % {"code": code}})
    has_base = Currency.objects.filter(is_base=True).exists()
    currency = Currency(code=code, rate=_rate(rate), is_base=False)
    if not has_base:
        currency.rate, currency.is_base = Decimal(1), True
    clean(currency)
    currency.save()
    return currency


@transaction.atomic
def change_rate(code: str, rate: Decimal | str, *, actor: Actor) -> int:
    """Set what one unit is worth; all amounts in the currency are converted anew.

    Returns:
        How many records were recomputed.

    Raises:
        PermissionRefused, ConfigurationRefused: not in use, the base, or not positive.
    """
    begin(actor)
    currency = _locked(code)
    if currency.is_base:
        refuse({"rate": _("The base currency is worth 1 of itself.")})
    new = _rate(rate)
    if currency.rate == new:
        return 0
    currency.rate = new
    clean(currency)
    currency.save(update_fields=["rate"])
    return _recompute(read_schema(actor), only=code)


@transaction.atomic
def set_base_currency(code: str, *, actor: Actor) -> int:
    """Count all totals in another currency; the rates are expressed in it from now on.

    Returns:
        How many records were recomputed.

    Raises:
        PermissionRefused, ConfigurationRefused: the currency has no rate yet.
    """
    begin(actor)
    currency = _locked(code)
    if currency.is_base:
        return 0
    worth = currency.rate
    currencies = list(Currency.objects.select_for_update().order_by("code"))
    Currency.objects.filter(is_base=True).update(is_base=False)
    for each in currencies:
        each.rate = (each.rate / worth).quantize(Decimal("1E-8"))
        each.is_base = each.code == code
        clean(each)
        each.save(update_fields=["rate", "is_base"])
    return _recompute(read_schema(actor))


@transaction.atomic
def remove_currency(code: str, *, actor: Actor) -> None:
    """Let amounts be given in a currency no longer.

    Raises:
        PermissionRefused, ConfigurationRefused: it is the base, or amounts are in it.
    """
    begin(actor)
    currency = _locked(code)
    names = {"code": code}
    if currency.is_base:
        refuse({"": _("“%(code)s” is the base currency. Choose another base first.") % names})
    if Item._base_manager.filter(currency=code).exists():
        refuse({"": _("There are amounts in “%(code)s”. It stays in use.") % names})
    if FieldDefinition.objects.filter(config__currency=code).exists():
        refuse({"": _("A field holds amounts in “%(code)s”. It stays in use.") % names})
    currency.delete()


def _locked(code: str) -> Currency:
    currency = Currency.objects.select_for_update().filter(code=code).first()
    if currency is None:
        refuse({"code": _("“%(code)s” is not in use. Add its rate first.") % {"code": code}})
    return currency


def _rate(raw: Decimal | str) -> Decimal:
    try:
        rate = Decimal(str(raw)).quantize(Decimal("1E-8"))
    except InvalidOperation:
        rate = Decimal(0)
    if not rate.is_finite() or rate <= 0:
        refuse({"rate": _("A rate is a number above 0, for example 0.92.")})
    return rate


def _recompute(schema: Schema, *, only: str = "") -> int:
    """Convert amounts to the base currency anew; what does not change is not written."""
    amounts = Item._base_manager.exclude(amount_minor=None)
    if only:
        amounts = amounts.filter(currency=only)
    written, last = 0, 0
    while records := list(
        amounts.filter(pk__gt=last)
        .select_for_update(of=("self",))
        .order_by("pk")
        .only("amount_minor", "currency", "amount_base_minor")[:BATCH]
    ):
        last = records[-1].pk
        changed: list[Item] = []
        for record in records:
            base = schema.to_base(Money(record.amount_minor or 0, record.currency))
            if base != record.amount_base_minor:
                record.amount_base_minor = base
                changed.append(record)
        Item._base_manager.bulk_update(changed, ["amount_base_minor"])
        written += len(changed)
    return written
