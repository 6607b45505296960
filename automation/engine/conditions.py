"""Conditions: rows that compare something a scope knows with a value, joined by and / or.

A condition is a list. A row is

    {"object": "Document", "field": "AMOUNT", "operator": "gt", "value": "100", "joiner": "and"}

where `object` and `field` are the two halves of a reference and `value` may hold references
and formulas. A group stands where a row may stand: `{"group": [...], "joiner": "or",
"negated": true}`. "And" binds tighter than "or"; the first entry's joiner says nothing. No
rows at all are true.

Every row is worked out, also when the answer is known: people ask why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from automation.engine.condition_rows import ALONE, Operator, holds
from automation.engine.expressions import (
    ExpressionRefused,
    LanguageRefused,
    Reference,
    Value,
    compile_value,
)
from automation.engine.expressions.conversion import text
from automation.engine.expressions.errors import Unfit, shown
from automation.engine.expressions.limits import MAX_DEPTH, MAX_NODES
from automation.engine.expressions.surroundings import Surroundings
from automation.engine.scope import Scope, UnknownReference

_ROW_KEYS = frozenset({"object", "field", "operator", "value", "joiner"})
_GROUP_KEYS = frozenset({"group", "joiner", "negated"})


class Joiner(StrEnum):
    """How an entry follows the one before it."""

    AND = "and"
    OR = "or"


class ConditionRefused(LanguageRefused):
    """A condition that cannot be understood.

    Attributes:
        path: Where in the condition, outermost key first: `(0, "group", 1, "value")`.
        position: The first wrong character of a value's text; None where no text is wrong.
    """

    def __init__(
        self, code: str, path: tuple[str | int, ...], position: int | None = None, **params: Any
    ) -> None:
        self.path = path
        self.position = position
        super().__init__(code, **params)


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison."""

    source: str
    path: tuple[str, ...]
    operator: Operator
    value: Value
    joiner: Joiner

    @property
    def name(self) -> str:
        """The left side as a reference writes it."""
        return f"{self.source}:{'.'.join(self.path)}"


@dataclass(frozen=True, slots=True)
class Group:
    """Entries in brackets."""

    entries: tuple[Row | Group, ...]
    joiner: Joiner = Joiner.AND
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What became of one row.

    Attributes:
        text: The row as it was written: `Document:AMOUNT gt 100`.
        left: The value found; None when empty or unknown.
        right: What it was compared with.
        truth: Whether the row holds.
        problem: Why it could not be worked out, which makes it false; None when it could.
    """

    text: str
    left: Any
    right: Any
    truth: bool
    problem: LanguageRefused | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a condition: its truth and every row's, in the order of writing."""

    truth: bool
    rows: tuple[RowVerdict, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was read and can be worked out as often as wanted."""

    root: Group

    def references(self) -> list[Reference]:
        """Return what the rows refer to, both sides; a left side has position 0."""
        return [
            reference
            for row in _rows(self.root)
            for reference in (Reference(row.source, row.path, 0), *row.value.references())
        ]

    @property
    def asks_for_changes(self) -> bool:
        """Whether a row asks what changed, which only an event can answer."""
        return any(row.operator is Operator.CHANGED for row in _rows(self.root))


def compile_condition(raw: Any) -> Condition:
    """Read a condition.

    Raises:
        ConditionRefused: an entry has the wrong shape, an unknown operator or a value that
            cannot be understood.
    """
    return Condition(Group(_Reading().entries(raw, ())))


def evaluate(condition: Condition, scope: Scope) -> Verdict:
    """Tell whether a condition holds, and each of its rows.

    Never raises for what a row cannot be compared with: such a row is false and says why.
    """
    rows: list[RowVerdict] = []
    truth = _group_holds(condition.root, Surroundings(scope), rows)
    return Verdict(truth, tuple(rows))


class _Reading:
    """Counts the entries of one condition."""

    def __init__(self) -> None:
        self.left = MAX_NODES

    def entries(self, raw: Any, path: tuple[str | int, ...]) -> tuple[Row | Group, ...]:
        if not isinstance(raw, Sequence) or isinstance(raw, str):
            raise ConditionRefused("condition_shape", path)
        if len(path) > MAX_DEPTH:
            raise ConditionRefused("value_too_deep", path, limit=MAX_DEPTH // 2)
        return tuple(self._entry(entry, (*path, place)) for place, entry in enumerate(raw))

    def _entry(self, raw: Any, path: tuple[str | int, ...]) -> Row | Group:
        self.left -= 1
        if self.left < 0:
            raise ConditionRefused("value_too_large", path, limit=MAX_NODES)
        if not isinstance(raw, Mapping):
            raise ConditionRefused("condition_row_shape", path)
        known = _GROUP_KEYS if "group" in raw else _ROW_KEYS
        for key in raw:
            if key not in known:
                raise ConditionRefused("condition_key", path, name=shown(key))
        joiner = _joiner(raw.get("joiner"), path)
        if "group" in raw:
            inside = self.entries(raw["group"], (*path, "group"))
            return Group(inside, joiner, bool(raw.get("negated")))
        return _row(raw, joiner, path)


def _joiner(raw: Any, path: tuple[str | int, ...]) -> Joiner:
    try:
        return Joiner(raw or Joiner.AND)
    except ValueError:
        raise ConditionRefused("joiner_unknown", (*path, "joiner"), name=shown(raw)) from None


def _row(raw: Mapping[str, Any], joiner: Joiner, path: tuple[str | int, ...]) -> Row:
    source, field = raw.get("object"), raw.get("field")
    if not (isinstance(source, str) and isinstance(field, str) and source and field):
        raise ConditionRefused("condition_row_shape", path)
    try:
        operator = Operator(str(raw.get("operator")))
    except ValueError:
        name = shown(raw.get("operator"))
        raise ConditionRefused("operator_unknown", (*path, "operator"), name=name) from None
    value = raw.get("value")
    if operator is Operator.BETWEEN and isinstance(value, list | tuple) and len(value) != 2:
        raise ConditionRefused("between_two", (*path, "value"))
    try:
        compiled = compile_value(None if operator in ALONE else value)
    except ExpressionRefused as refusal:
        raise ConditionRefused(
            refusal.code, (*path, "value", *refusal.path), refusal.position, **refusal.params
        ) from refusal
    return Row(source, tuple(field.split(".")), operator, compiled, joiner)


def _rows(group: Group) -> Iterator[Row]:
    for entry in group.entries:
        if isinstance(entry, Row):
            yield entry
        else:
            yield from _rows(entry)


def _group_holds(group: Group, around: Surroundings, rows: list[RowVerdict]) -> bool:
    """Work out all entries; each "or" begins a new run of entries that must all hold."""
    runs: list[bool] = []
    for place, entry in enumerate(group.entries):
        if isinstance(entry, Row):
            verdict = _row_verdict(entry, around)
            rows.append(verdict)
            truth = verdict.truth
        else:
            truth = _group_holds(entry, around, rows)
        if place == 0 or entry.joiner is Joiner.OR:
            runs.append(truth)
        else:
            runs[-1] = runs[-1] and truth
    holds_here = any(runs) or not runs
    return holds_here is not group.is_negated


def _row_verdict(row: Row, around: Surroundings) -> RowVerdict:
    left = right = None
    try:
        left = around.scope.lookup(row.source, row.path)
        right = row.value.evaluate(around.scope)
        truth = holds(row.operator, left, right, around, (row.source, row.path))
    except UnknownReference as unknown:
        problem: LanguageRefused = Unfit("reference_unknown", name=str(unknown))
        return RowVerdict(_written(row, right), left, right, truth=False, problem=problem)
    except LanguageRefused as refusal:
        return RowVerdict(_written(row, right), left, right, truth=False, problem=refusal)
    return RowVerdict(_written(row, right), left, right, truth)


def _written(row: Row, right: Any) -> str:
    if row.operator in ALONE:
        return f"{row.name} {row.operator}"
    try:
        value = text(right if right is not None else row.value.raw)
    except Unfit:
        value = repr(row.value.raw)
    return f"{row.name} {row.operator} {shown(value)}".rstrip()
