"""Money as expressions see it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in major units (euros, not cents) of a currency.

    In arithmetic it is its number; two amounts are compared only within one currency.
    """

    number: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.number:f} {self.currency}".strip()
