"""Lists. One value counts as a list of one, nothing as an empty list."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from automation.engine.expressions.conversion import join, listed, text
from automation.engine.expressions.errors import Unfit
from automation.engine.expressions.functions.registry import MANY, function
from automation.engine.expressions.limits import MAX_LIST
from automation.engine.expressions.surroundings import Surroundings


@function("implode", least=2)
def joined(_around: Surroundings, glue: Any, values: Any) -> str:
    """Return the values as one text with the glue between them."""
    return join((text(each) for each in listed(values)), text(glue))


@function("explode", least=2)
def divided(_around: Surroundings, glue: Any, value: Any) -> list[str]:
    """Return the parts of a text between the glue; without glue its characters."""
    divider, whole_text = text(glue), text(value)
    if (whole_text.count(divider) if divider else len(whole_text)) >= MAX_LIST:
        raise Unfit("result_too_large", limit=MAX_LIST)
    return whole_text.split(divider) if divider else list(whole_text)


@function("merge", least=1, most=MANY)
def merged(_around: Surroundings, *values: Any) -> list[Any]:
    """Return all values of all lists, in order."""
    found: list[Any] = []
    for value in values:
        found += listed(value)
        if len(found) > MAX_LIST:
            raise Unfit("result_too_large", limit=MAX_LIST)
    return found


@function("shuffle", least=1)
def shuffled(around: Surroundings, values: Any) -> list[Any]:
    """Return the values in an order by chance."""
    found = listed(values)
    around.chance.shuffle(found)
    return found


@function("firstvalue", least=1)
def first(_around: Surroundings, values: Any) -> Any:
    """Return the first value, None of an empty list."""
    return next(iter(listed(values)), None)


@function("swirl", least=1)
def turned(_around: Surroundings, values: Any) -> list[Any]:
    """Return the list with its first value at the end."""
    found = listed(values)
    return found[1:] + found[:1]


@function("count", least=1)
def counted(_around: Surroundings, values: Any) -> Decimal:
    """Return how many values there are."""
    return Decimal(len(listed(values)))
