"""Amounts: whole minor units and a currency, never floats."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import (
    NumberPattern,
    format_currency,
    get_currency_precision,
    get_currency_symbol,
    list_currencies,
    parse_pattern,
)

from smart_processes.locales import active_locale

# Sums of amounts this large still fit the database's 64 bits a thousand times over, and a
# browser reads each of them exactly.
LARGEST_MINOR = 2**53 - 1


@dataclass(frozen=True)
class Money:
    """An amount in minor units (cents) of an ISO 4217 currency."""

    minor: int
    currency: str

    @property
    def major(self) -> Decimal:
        """The amount in major units, with the currency's number of places."""
        return Decimal(self.minor).scaleb(-get_currency_precision(self.currency))

    @classmethod
    def from_major(cls, amount: Decimal, currency: str) -> Money:
        """Return the amount rounded half-even to the currency's smallest unit."""
        places = get_currency_precision(currency)
        return cls(int(amount.scaleb(places).to_integral_value(ROUND_HALF_EVEN)), currency)

    def text(self, *, cents: bool = True) -> str:
        """Return the amount as the active language writes it: €18,600 or 18 600 €.

        Args:
            cents: Show cents where they are not zero; False rounds, as boards do.
        """
        major = self.major
        whole = major.to_integral_value(ROUND_HALF_EVEN)
        locale = active_locale()
        shown = major if cents and major != whole else whole + 0  # not "-€0"
        return format_currency(
            shown,
            self.currency,
            _pattern(locale, self.currency, with_decimals=shown is major),
            locale=locale,
            currency_digits=shown is major,
        )


def is_currency(code: str) -> bool:
    """Return whether ISO 4217 knows the code."""
    return code in _all_currencies()


@lru_cache(maxsize=1)
def _all_currencies() -> frozenset[str]:
    return frozenset(list_currencies())


@lru_cache(maxsize=256)
def _pattern(locale: Locale, currency: str, *, with_decimals: bool) -> NumberPattern:
    """Return the language's own pattern for amounts: ¤#,##0.00 or #,##0 ¤."""
    pattern = locale.currency_formats["standard"].pattern
    if not with_decimals:
        whole, _point, decimals = pattern.partition(".")
        pattern = whole + decimals.lstrip("0#")
    if get_currency_symbol(currency, locale=locale)[-1:].isalpha():
        pattern = pattern.replace("¤#", "¤\u00a0#")  # BYN 500, not BYN500
    return parse_pattern(pattern)
