"""Numbers as people of different countries write them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from babel.numbers import format_decimal
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from smart_processes.numerals import read_number


@pytest.mark.parametrize(
    ("raw", "english", "russian"),
    [
        ("1200", "1200", "1200"),
        ("1,200", "1200", "1.200"),
        ("1.200", "1.200", "1.200"),
        ("1,200,300", "1200300", "1200300"),
        ("1.200.300", "1200300", "1200300"),
        ("1,200.50", "1200.50", "1200.50"),
        ("1.200,50", "1200.50", "1200.50"),
        ("12,34,567", "1234567", "1234567"),
        ("0,125", "0.125", "0.125"),
        ("12,5", "12.5", "12.5"),
        ("1 200,50", "1200.50", "1200.50"),
        ("1\u00a0200\u202f300", "1200300", "1200300"),
        ("1'200.5", "1200.5", "1200.5"),
        ("−7", "-7", "-7"),
        (" +7 ", "7", "7"),
        (".5", "0.5", "0.5"),
        ("1.2E+3", "1200", "1200"),
        (0.1, "0.1", "0.1"),
    ],
)
def test_number_is_read(raw: Any, english: str, russian: str) -> None:
    with override("en"):
        assert read_number(raw) == Decimal(english)
    with override("ru"):
        assert read_number(raw) == Decimal(russian)


@pytest.mark.parametrize(
    "raw",
    ["", "-", ".", ",", "1 2", "1,2,3", "1.2.3", "1,20,0", "12 34 567", "--5", "+-5", "0x10", "1_0",
     "٣", "NaN", "inf", "1e400", "1e", "5%", "9" * 61, True, None, [], b"1", float("nan"),
     float("-inf"), Decimal("NaN"), Decimal("Infinity")],
)  # fmt: skip
def test_what_is_no_number_is_none(raw: Any) -> None:
    assert read_number(raw) is None


def test_the_author_of_a_file_says_which_mark_it_uses() -> None:
    assert read_number("1,200", decimal_mark=",") == Decimal("1.200")
    assert read_number("1.200", decimal_mark=",") == Decimal(1200)
    assert read_number("1,200", decimal_mark=".") == Decimal(1200)
    assert read_number("12,5", decimal_mark=".") is None


@given(
    number=st.decimals(min_value=-(10**12), max_value=10**12, places=2),
    language=st.sampled_from(["en", "ru", "de", "fr"]),
)
def test_what_a_language_writes_is_read_back(number: Decimal, language: str) -> None:
    text = format_decimal(number, "#,##0.00", locale=language)

    assert read_number(text) == number
