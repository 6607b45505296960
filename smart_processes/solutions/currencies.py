"""The part `currencies`: the base of all totals, and rates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from smart_processes.actions import currencies as actions
from smart_processes.actions.configuring import refuse
from smart_processes.models import Currency, Item
from smart_processes.solutions.registry import Step

CHANGED = 10


class CurrenciesPart:
    """Currencies, matched by code."""

    key = "currencies"

    def schema(self) -> Mapping[str, Any]:
        """Return nothing: the whole's own file describes the part."""
        return {}

    def plan(self, wanted: Any, whole: Mapping[str, Any], *, may_destroy: bool) -> list[Step]:
        """Return the steps: the base first, then the rates in it."""
        stored = {currency.code: currency.rate for currency in Currency.objects.all()}
        base = next((c.code for c in Currency.objects.filter(is_base=True)), "")
        new_base = wanted.get("base", base)
        rates = {code: _decimal(rate) for code, rate in wanted.get("rates", {}).items()}
        steps: list[Step] = []
        if new_base != base:
            sentence = _("Base currency: %(old)s → %(new)s") % {"old": base, "new": new_base}

            def turn(actor: Actor) -> None:
                _turn(base, new_base, rates, actor)

            steps.append(Step(CHANGED, ("currencies", "base"), (sentence,), turn))
        for code, rate in rates.items():
            if new_base == base and stored.get(code) == rate:
                continue
            current = _text(stored[code]) if code in stored and new_base == base else "—"
            sentence = _("Rate of %(code)s: %(old)s → %(new)s") % {
                "code": code,
                "old": current,
                "new": rate,
            }
            run = _rate_step(code, rate)
            steps.append(Step(CHANGED + 1, ("currencies", "rates", code), (sentence,), run))
        return steps

    def export(self, types: Collection[str] | None) -> Any:
        """Return base and rates; nothing where some types alone are wanted."""
        if types is not None:
            return None
        currencies = list(Currency.objects.order_by("code"))
        base = next((currency.code for currency in currencies if currency.is_base), None)
        rates = {c.code: _text(c.rate) for c in currencies if not c.is_base}
        if base is None:
            return None
        return {"base": base} | ({"rates": rates} if rates else {})


def _rate_step(code: str, rate: Decimal) -> Any:
    def run(actor: Actor) -> None:
        if Currency.objects.filter(code=code).exists():
            actions.change_rate(code, rate, actor=actor)
        else:
            actions.add_currency(code, rate, actor=actor)

    return run


def _turn(base: str, new_base: str, rates: Mapping[str, Decimal], actor: Actor) -> None:
    """Make another currency the base; the file says what the old one is worth in it."""
    if not Currency.objects.filter(code=new_base).exists():
        worth = rates.get(base)
        has_amounts = Item._base_manager.exclude(amount_minor=None).exists()
        if worth is None and has_amounts:
            refuse(
                {
                    "": _("Give the rate of %(old)s in %(new)s, to convert the amounts there are.")
                    % {"old": base, "new": new_base}
                }
            )
        actions.add_currency(new_base, 1 / worth if worth else Decimal(1), actor=actor)
    actions.set_base_currency(new_base, actor=actor)
    is_used = Item._base_manager.filter(currency=base).exists()
    if base not in rates and not is_used:
        actions.remove_currency(base, actor=actor)


def _decimal(raw: Any) -> Decimal:
    try:
        return Decimal(str(raw))
    except InvalidOperation:
        return Decimal(0)  # refused by the action


def _text(rate: Decimal) -> str:
    return f"{rate.normalize():f}"
