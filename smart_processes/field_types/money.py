"""Amounts with a currency."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel.numbers import get_currency_precision
from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smart_processes.field_types.base import (
    Family,
    FieldSettings,
    FieldType,
    Names,
    ValueRefused,
)
from smart_processes.field_types.registry import register
from smart_processes.money import LARGEST_MINOR, Money, is_currency
from smart_processes.numerals import read_number

if TYPE_CHECKING:
    from smart_processes.lookups import Lookups

_SYMBOLS = {
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "¥": "JPY",
    "₽": "RUB",
    "₴": "UAH",
    "₸": "KZT",
    "₾": "GEL",
    "₺": "TRY",
    "₹": "INR",
}
_ROUBLES = ("BYN", "RUB")  # both are written "руб."
_SIGNS = "".join(_SYMBOLS)
_MARK = rf"[A-Za-z]{{3}}|[{_SIGNS}]|руб\.?|р\."
# The number is judged by `read_number`; here it is only found beside the currency.
_AMOUNT = re.compile(
    rf"\s*([-+−]?)\s*({_MARK})?\s*([^\w{_SIGNS}]*[0-9][^A-Za-zа-я{_SIGNS}]*?)\s*({_MARK})?\s*"
)


@register
class MoneyType(FieldType):
    """An amount in minor units of a currency: {"minor": 120050, "currency": "EUR"}.

    `config["currency"]` is the currency of amounts without one. Sorting and filters
    compare the numbers, so a field is best kept in one currency; the record's own amount
    is compared in the base currency.
    """

    kind = "money"
    label = gettext_lazy("Money")
    family = Family.NUMBER
    icon = "banknotes"
    position = 50
    can_be_multiple = False  # a sum of several amounts would mean nothing
    is_numeric = True
    settings = frozenset({"currency", "decimal_mark"})
    json_part = "minor"
    postgresql_cast = "::bigint"
    sqlite_cast = "INTEGER"
    output_field = models.BigIntegerField()

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> Money:
        """Return the amount of "1 200,50 EUR", "€1200.50", 1200.5 or {"amount", "currency"}."""
        if isinstance(raw, Money):
            return _checked(raw)
        if isinstance(raw, Mapping):
            return self._from_mapping(raw, field)
        if isinstance(raw, str):
            return self._from_text(raw, field)
        return _amount(raw, _default_currency(field), field)

    def parse_wanted(self, raw: Any, field: FieldSettings, lookups: Lookups) -> Money:
        """Return the amount to compare with, in the field's own currency."""
        money = self.parse(raw, field, lookups)
        default = field.config.get("currency")
        if default and money.currency != default:
            raise ValueRefused(_("Enter the amount in %(currency)s.") % {"currency": default})
        return money

    def to_json(self, value: Money, field: FieldSettings) -> dict[str, Any]:
        """Return minor units and currency."""
        return {"minor": value.minor, "currency": value.currency}

    def from_json(self, stored: Any, field: FieldSettings) -> Money:
        """Return the amount."""
        return Money(int(stored["minor"]), str(stored["currency"]))

    def comparable(self, value: Money, field: FieldSettings) -> int:
        """Return the minor units."""
        return value.minor

    def text(self, value: Money, field: FieldSettings, names: Names) -> str:
        """Return the amount with its currency; cents where there are any."""
        return value.text()

    def export(self, value: Money, field: FieldSettings, names: Names) -> Decimal | str:
        """Return the number in the field's currency, or text that names another one."""
        if value.currency == field.config.get("currency"):
            return value.major
        return f"{value.major:f} {value.currency}"

    def form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return a text input: an amount, with a currency where it is not the usual one."""
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        return forms.CharField(**kwargs)

    def form_value(self, value: Money, field: FieldSettings, names: Names) -> str:
        """Return the amount as it may be typed."""
        return str(self.export(value, field, names))

    def check_config(self, config: Mapping[str, Any]) -> Iterable[str]:
        """Check the currency."""
        yield from super().check_config(config)
        currency = config.get("currency")
        if currency is not None and not (isinstance(currency, str) and is_currency(currency)):
            yield _("“%(currency)s” is not a currency of ISO 4217, like EUR.") % {
                "currency": currency
            }

    def _from_text(self, raw: str, field: FieldSettings) -> Money:
        found = _AMOUNT.fullmatch(raw) if len(raw) < 100 else None
        if found is None or (found[2] and found[4]):
            raise _no_amount()
        currency = _currency_of(found[2] or found[4], field)
        return _amount(f"{found[1]}{found[3].strip()}", currency, field)

    def _from_mapping(self, raw: Mapping[str, Any], field: FieldSettings) -> Money:
        if unknown := raw.keys() - {"amount", "minor", "currency"}:
            raise ValueRefused(
                _("An amount has no part “%(part)s”.") % {"part": min(map(str, unknown))}
            )
        currency = str(raw.get("currency") or _default_currency(field)).upper()
        minor = raw.get("minor")
        if minor is None:
            return _amount(raw.get("amount"), currency, field)
        if not isinstance(minor, int) or isinstance(minor, bool):
            raise ValueRefused(_("The minor units of an amount must be a whole number."))
        return _checked(Money(minor, currency))


def _currency_of(mark: str | None, field: FieldSettings) -> str:
    if not mark:
        return _default_currency(field)
    if mark.startswith("р"):
        usual = str(field.config.get("currency", ""))
        return usual if usual in _ROUBLES else "RUB"
    return _SYMBOLS.get(mark, mark.upper())


def _default_currency(field: FieldSettings) -> str:
    currency = field.config.get("currency")
    if not currency:
        raise ValueRefused(_("Add the currency, for example 1200.50 EUR."))
    return str(currency)


def _amount(raw: Any, currency: str, field: FieldSettings) -> Money:
    number = read_number(raw, decimal_mark=str(field.config.get("decimal_mark", "")))
    if number is None:
        raise _no_amount()
    if number and number.adjusted() > 15:
        raise _too_large()
    money = _checked(Money.from_major(number, _known(currency)))
    # What a spreadsheet computed is rounded, what somebody typed is not.
    if money.major != number and not isinstance(raw, float):
        raise ValueRefused(
            _("Amounts in %(currency)s have %(count)d digits after the decimal point.")
            % {"currency": currency, "count": get_currency_precision(currency)}
        )
    return money


def _checked(money: Money) -> Money:
    _known(money.currency)
    if abs(money.minor) > LARGEST_MINOR:
        raise _too_large()
    return money


def _known(currency: str) -> str:
    if not is_currency(currency):
        raise ValueRefused(_("There is no currency “%(code)s”.") % {"code": currency})
    return currency


def _no_amount() -> ValueRefused:
    return ValueRefused(_("Enter an amount, for example 1200.50 or 1200.50 EUR."))


def _too_large() -> ValueRefused:
    return ValueRefused(_("This amount is too large."))
