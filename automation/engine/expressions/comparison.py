"""Comparing two values by what they are: numbers, money, dates, yes or no, text.

Text is compared without case. A day compared with a moment means the whole day. A number
or date inside a text counts as one where the other side is one. Two texts that hold dates
are dates (a run keeps dates as texts); two that hold numbers have the numbers' order, 9
before 10, but are the same only letter by letter: codes are no numbers.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from automation.engine.expressions.amounts import Amount
from automation.engine.expressions.conversion import (
    day_or_moment,
    flag,
    is_empty,
    number,
    text,
)
from automation.engine.expressions.errors import Unfit, shown

_NUMERIC = (int, float, Decimal)


def equal(left: Any, right: Any, zone: tzinfo) -> bool:
    """Tell whether two values are the same; values of different kinds are not."""
    if is_empty(left) or is_empty(right):
        return is_empty(left) and is_empty(right)
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold() or _same_dates(left, right, zone)
    if isinstance(left, list | tuple) or isinstance(right, list | tuple):
        return _same_items(left, right, zone)
    try:
        one, other = _alike(left, right, zone)
    except Unfit:
        return False
    return bool(one == other)


def order(left: Any, right: Any, zone: tzinfo) -> int:
    """Return -1, 0 or 1: the left value is less, equal or more.

    Raises:
        Unfit: one is empty, or they are of kinds that have no common order.
    """
    if is_empty(left) or is_empty(right) or isinstance(left, bool) or isinstance(right, bool):
        raise _not_comparable(left, right)
    one, other = _alike(left, right, zone)
    try:
        return int(one > other) - int(one < other)
    except TypeError:
        raise _not_comparable(left, right) from None


def _same_items(left: Any, right: Any, zone: tzinfo) -> bool:
    if not (isinstance(left, list | tuple) and isinstance(right, list | tuple)):
        return False
    return len(left) == len(right) and all(
        equal(one, other, zone) for one, other in zip(left, right, strict=True)
    )


def _alike(left: Any, right: Any, zone: tzinfo) -> tuple[Any, Any]:
    """Return both values in one kind that Python can compare."""
    if isinstance(left, bool) or isinstance(right, bool):
        return flag(left), flag(right)
    if isinstance(left, date) or isinstance(right, date):
        return _days_or_moments(left, right, zone)
    if isinstance(left, Amount) or isinstance(right, Amount):
        _refuse_other_currency(left, right)
        return number(left), number(right)
    if isinstance(left, _NUMERIC) or isinstance(right, _NUMERIC):
        return number(left), number(right)
    if isinstance(left, str) and isinstance(right, str):
        return _texts(left, right, zone)
    return left, right


def _texts(left: str, right: str, zone: tzinfo) -> tuple[Any, Any]:
    try:
        return number(left), number(right)
    except Unfit:
        pass
    try:
        return _days_or_moments(left, right, zone)
    except Unfit:
        return left.casefold(), right.casefold()


def _same_dates(left: str, right: str, zone: tzinfo) -> bool:
    try:
        one, other = _days_or_moments(left, right, zone)
    except Unfit:
        return False
    return one == other


def _days_or_moments(left: Any, right: Any, zone: tzinfo) -> tuple[date, date]:
    one, other = day_or_moment(left, zone), day_or_moment(right, zone)
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one, other
    return _day(one, zone), _day(other, zone)


def _day(value: date, zone: tzinfo) -> date:
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def _refuse_other_currency(left: Any, right: Any) -> None:
    one, other = _currency(left), _currency(right)
    if one and other and one != other:
        raise Unfit("currencies_differ", left=shown(text(left)), right=shown(text(right)))


def _currency(value: Any) -> str:
    if isinstance(value, Amount):
        return value.currency
    if isinstance(value, str) and "|" in value:
        return value.partition("|")[2].strip()
    return ""


def _not_comparable(left: Any, right: Any) -> Unfit:
    return Unfit("not_comparable", left=shown(text(left)), right=shown(text(right)))
