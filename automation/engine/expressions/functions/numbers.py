"""Numbers, all of them decimal."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import Any

from automation.engine.expressions.conversion import (
    NUMBERS,
    is_empty,
    listed,
    number,
    text,
    whole,
)
from automation.engine.expressions.errors import Unfit
from automation.engine.expressions.functions.registry import MANY, function
from automation.engine.expressions.limits import MAX_EXPONENT
from automation.engine.expressions.surroundings import Surroundings

MOST_PLACES = 20
LARGEST_CHANCE = 2**31 - 1  # as far as `rand` goes without bounds
# Room for the largest number with the most places.
_WIDE = Context(prec=MAX_EXPONENT + MOST_PLACES + 2, Emax=2 * MAX_EXPONENT)
_LEADING = frozenset("0123456789")


@function("abs", least=1)
def absolute(_around: Surroundings, value: Any) -> Decimal:
    """Return the number without its sign."""
    return abs(number(value))


@function("intval", least=1)
def integer(_around: Surroundings, value: Any) -> Decimal:
    """Return the whole number in front of a text, 0 where there is none."""
    return Decimal(int(leading_number(value)))


@function("floatval", least=1)
def decimal(_around: Surroundings, value: Any) -> Decimal:
    """Return the number in front of a text, 0 where there is none."""
    return leading_number(value)


def leading_number(value: Any) -> Decimal:
    """Return the number that a value begins with, 0 where it begins with none."""
    try:
        return number(value)
    except Unfit:
        written = text(value).strip()
    end = 1 if written[:1] in {"-", "+"} else 0
    while end < len(written) and (written[end] in _LEADING or written[end] == "."):
        end += 1
    try:
        return number(written[:end])
    except Unfit:
        return Decimal(0)


@function("round", least=1, most=2)
def rounded(_around: Surroundings, value: Any, places: Any = 0) -> Decimal:
    """Return the number with so many places; a half goes away from 0."""
    return _quantized(number(value), places, ROUND_HALF_UP)


@function("ceil", least=1)
def rounded_up(_around: Surroundings, value: Any) -> Decimal:
    """Return the next whole number above."""
    return _quantized(number(value), 0, ROUND_CEILING)


@function("floor", least=1)
def rounded_down(_around: Surroundings, value: Any) -> Decimal:
    """Return the next whole number below."""
    return _quantized(number(value), 0, ROUND_FLOOR)


@function("min", least=1, most=MANY)
def smallest(_around: Surroundings, *values: Any) -> Decimal:
    """Return the smallest number; a list counts as its numbers."""
    return min(_numbers(values), default=Decimal(0))


@function("max", least=1, most=MANY)
def largest(_around: Surroundings, *values: Any) -> Decimal:
    """Return the largest number; a list counts as its numbers."""
    return max(_numbers(values), default=Decimal(0))


@function("sum", least=1, most=MANY)
def total(_around: Surroundings, *values: Any) -> Decimal:
    """Return the sum of the numbers, those in lists included."""
    found = Decimal(0)
    for each in _numbers(values):
        found = NUMBERS.add(found, each)
    return found


@function("rand", least=0, most=2)
def random_number(around: Surroundings, low: Any = 0, high: Any = LARGEST_CHANCE) -> Decimal:
    """Return a whole number by chance, both bounds included."""
    first = whole(low, low=-LARGEST_CHANCE, high=LARGEST_CHANCE)
    last = whole(high, low=first, high=LARGEST_CHANCE)
    return Decimal(around.chance.randint(first, last))


@function("numberformat", least=1, most=4)
def written_number(
    _around: Surroundings, value: Any, places: Any = 0, point: Any = ".", groups: Any = ","
) -> str:
    """Return the number as text: places, decimal point, mark between thousands."""
    exact = _quantized(number(value), places, ROUND_HALF_UP)
    sign = "-" if exact < 0 else ""
    integer_part, _dot, fraction = f"{abs(exact):,f}".partition(".")
    mark, dot = text(groups)[:1], text(point)[:1]
    return sign + integer_part.replace(",", mark) + (f"{dot}{fraction}" if fraction else "")


def _quantized(value: Decimal, places: Any, rounding: str) -> Decimal:
    digits = 0 if is_empty(places) else whole(places, low=-MOST_PLACES, high=MOST_PLACES)
    found = value.quantize(Decimal(1).scaleb(-digits), rounding, _WIDE)
    return found if digits > 0 else Decimal(int(found))


def _numbers(values: tuple[Any, ...]) -> list[Decimal]:
    return [number(each) for value in values for each in listed(value)]
