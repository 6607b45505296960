"""One comparison of a condition: the operators and what each of them asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from automation.engine.expressions import comparison
from automation.engine.expressions.conversion import is_empty, listed, text
from automation.engine.expressions.errors import Unfit
from automation.engine.expressions.surroundings import Surroundings

LONGEST_PATTERN = 200  # characters


class Operator(StrEnum):
    """How a row compares; the codes are those of the record engine's own conditions."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    MATCHES = "matches"
    BETWEEN = "between"
    EMPTY = "empty"
    NOT_EMPTY = "not_empty"
    CHANGED = "changed"

    @classmethod
    def _missing_(cls, value: object) -> Operator | None:
        """Return the operator that imported templates write as a sign or another word."""
        return _SIGNS.get(value) if isinstance(value, str) else None


_SIGNS: Mapping[str, Operator] = {
    "=": Operator.EQ,
    "!=": Operator.NE,
    ">": Operator.GT,
    ">=": Operator.GTE,
    "<": Operator.LT,
    "<=": Operator.LTE,
    "!in": Operator.NOT_IN,
    "contain": Operator.CONTAINS,
    "!contain": Operator.NOT_CONTAINS,
    "!empty": Operator.NOT_EMPTY,
    "modified": Operator.CHANGED,
}
ALONE = frozenset({Operator.EMPTY, Operator.NOT_EMPTY})  # compared with nothing
_OPPOSITES = {
    Operator.NE: Operator.EQ,
    Operator.NOT_IN: Operator.IN,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NOT_EMPTY: Operator.EMPTY,
}
Test = Callable[[Any, Any, Surroundings], bool]


def holds(
    operator: Operator,
    left: Any,
    right: Any,
    around: Surroundings,
    reference: tuple[str, tuple[str, ...]],
) -> bool:
    """Tell whether one value stands to another as the operator says.

    Args:
        operator: How they are compared.
        left: The value the row is about.
        right: What it is compared with.
        around: Where the time zone and the changes come from.
        reference: The left side's name, which a change is asked by.

    Raises:
        Unfit: they cannot be compared, or nobody knows what changed.
    """
    if operator is Operator.CHANGED:
        return _changed(around.change_of(*reference), right, around)
    opposite = _OPPOSITES.get(operator)
    if opposite is not None:
        return not _TESTS[opposite](left, right, around)
    return _TESTS[operator](left, right, around)


def _equal(left: Any, right: Any, around: Surroundings) -> bool:
    """Of several values one equal to the one asked for is enough; lists must hold the same."""
    if not isinstance(left, list | tuple):
        if isinstance(right, list | tuple) and len(right) == 1:
            right = right[0]
        return comparison.equal(left, right, around.zone)
    if not isinstance(right, list | tuple):
        return _holds_one(left, right, around)
    return (
        len(left) == len(right)
        and all(_holds_one(right, each, around) for each in left)
        and all(_holds_one(left, each, around) for each in right)
    )


def _holds_one(values: Any, one: Any, around: Surroundings) -> bool:
    if is_empty(one):
        return is_empty(values)
    return any(comparison.equal(each, one, around.zone) for each in values)


def _is_in(left: Any, right: Any, around: Surroundings) -> bool:
    return any(_holds_one(listed(right), each, around) for each in listed(left))


def _contains(left: Any, right: Any, around: Surroundings) -> bool:
    """All values asked for are among several values, or each is a part of a text."""
    wanted = listed(right)
    if isinstance(left, list | tuple):
        return bool(wanted) and all(_holds_one(left, each, around) for each in wanted)
    whole = text(left).casefold()
    return bool(wanted) and all(text(each).casefold() in whole for each in wanted)


def _any_order(accepts: Callable[[int], bool]) -> Test:
    """Make a test of an order; nothing is never more or less than anything."""

    def test(left: Any, right: Any, around: Surroundings) -> bool:
        if is_empty(right):
            return False
        found = [comparison.order(each, right, around.zone) for each in listed(left)]
        return any(accepts(order) for order in found)

    return test


def _between(left: Any, right: Any, around: Surroundings) -> bool:
    """Both bounds belong to it; an empty one is open."""
    bounds = list(right) if isinstance(right, list | tuple) else text(right).split(";")
    if len(bounds) != 2:
        raise Unfit("between_two")
    first, last = bounds
    return any(
        (is_empty(first) or comparison.order(each, first, around.zone) >= 0)
        and (is_empty(last) or comparison.order(each, last, around.zone) <= 0)
        for each in listed(left)
    )


def _changed(change: tuple[Any, Any] | None, right: Any, around: Surroundings) -> bool:
    """Asked with `{"from": ..., "to": ...}`, the change must have been that one."""
    if change is None:
        return False
    asked = right if isinstance(right, Mapping) else {}
    return all(
        _equal(value, asked[side], around)
        for side, value in zip(("from", "to"), change, strict=True)
        if not is_empty(asked.get(side))
    )


_TESTS: Mapping[Operator, Test] = {
    Operator.EQ: _equal,
    Operator.GT: _any_order(lambda order: order > 0),
    Operator.GTE: _any_order(lambda order: order >= 0),
    Operator.LT: _any_order(lambda order: order < 0),
    Operator.LTE: _any_order(lambda order: order <= 0),
    Operator.IN: _is_in,
    Operator.CONTAINS: _contains,
    Operator.STARTS_WITH: lambda left, right, _around: (
        not is_empty(right) and text(left).casefold().startswith(text(right).casefold())
    ),
    # * and ?, not regular expressions: a hostile one would hang the turn.
    Operator.MATCHES: lambda left, right, _around: fnmatchcase(
        text(left).casefold(), text(right).casefold()[:LONGEST_PATTERN]
    ),
    Operator.BETWEEN: _between,
    Operator.EMPTY: lambda left, _right, _around: is_empty(left),
}
