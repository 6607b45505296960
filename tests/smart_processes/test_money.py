"""Amounts as boards and cards show them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from smart_processes.money import LARGEST_MINOR, Money, is_currency


@pytest.mark.parametrize(
    ("money", "language", "with_cents", "on_boards"),
    [
        (Money(1_860_000, "EUR"), "en", "€18,600", "€18,600"),
        (Money(1_860_050, "EUR"), "en", "€18,600.50", "€18,600"),
        (Money(1_860_000, "EUR"), "ru", "18 600 €", "18 600 €"),
        (Money(1_860_050, "EUR"), "ru", "18 600,50 €", "18 600 €"),
        (Money(-1_860_000, "USD"), "en", "-$18,600", "-$18,600"),
        (Money(-49, "EUR"), "en", "-€0.49", "€0"),
        (Money(50_000, "BYN"), "en", "BYN 500", "BYN 500"),
        (Money(6_894_500_000, "RUB"), "ru", "68 945 000 ₽", "68 945 000 ₽"),
        (Money(500, "JPY"), "en", "¥500", "¥500"),
        (Money(1_234_567, "BHD"), "en", "BHD 1,234.567", "BHD 1,235"),
        (Money(0, "EUR"), "en", "€0", "€0"),
    ],
)
def test_amount_is_written_as_the_language_writes_it(
    money: Money, language: str, with_cents: str, on_boards: str
) -> None:
    with override(language):
        shown = (money.text(), money.text(cents=False))

    assert tuple(text.replace("\xa0", " ") for text in shown) == (with_cents, on_boards)


def test_amount_is_written_in_english_where_no_language_is_active() -> None:
    with override(None):
        assert Money(500, "EUR").text() == "€5"


@given(
    minor=st.integers(-LARGEST_MINOR, LARGEST_MINOR),
    currency=st.sampled_from(["EUR", "JPY", "BHD"]),
)
def test_minor_and_major_units_are_the_same_amount(minor: int, currency: str) -> None:
    money = Money(minor, currency)

    assert Money.from_major(money.major, currency) == money


@pytest.mark.parametrize(("major", "minor"), [("0.005", 0), ("0.015", 2), ("-0.025", -2)])
def test_halves_are_rounded_to_even(major: str, minor: int) -> None:
    assert Money.from_major(Decimal(major), "EUR").minor == minor


def test_currencies_are_those_of_the_standard() -> None:
    assert is_currency("BYN")
    assert not is_currency("byn")
    assert not is_currency("XXQ")
