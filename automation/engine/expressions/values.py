"""A parameter as it was written, read once: text, or lists and maps of texts.

This is the door of the package.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from automation.engine.expressions.errors import ExpressionRefused
from automation.engine.expressions.evaluator import evaluate
from automation.engine.expressions.limits import MAX_DEPTH, MAX_LIST
from automation.engine.expressions.nodes import Literal, Lookup, Node, children
from automation.engine.expressions.template import read_text
from automation.engine.scope import Scope

_Key = str | int


class Reference(NamedTuple):
    """What a text refers to and where in the text, for the check before publishing."""

    source: str
    path: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Value:
    """Something written that may hold references and formulas."""

    raw: Any
    # A node for a text, values by key for a list or a map, None for what means itself.
    _read: Node | dict[_Key, Value] | None

    @property
    def is_constant(self) -> bool:
        """Whether it means the same in every run."""
        if isinstance(self._read, dict):
            return all(each.is_constant for each in self._read.values())
        return self._read is None or isinstance(self._read, Literal)

    def evaluate(self, scope: Scope) -> Any:
        """Return the value: of a single reference or formula as it is, of a mixed text a text.

        Raises:
            ExpressionRefused: something does not fit or is unknown.
        """
        if self._read is None:
            return self.raw
        if isinstance(self._read, dict):
            found = {key: each.evaluate_at(key, scope) for key, each in self._read.items()}
            return found if isinstance(self.raw, Mapping) else list(found.values())
        return evaluate(self._read, scope)

    def evaluate_at(self, key: _Key, scope: Scope) -> Any:
        """Return the value, as a part of a list or map: refusals say which part it was."""
        try:
            return self.evaluate(scope)
        except ExpressionRefused as refusal:
            refusal.path = (key, *refusal.path)
            raise

    def references(self) -> list[Reference]:
        """Return every reference in the order of the text, those of lists and maps included."""
        return list(self._references())

    def _references(self) -> Iterator[Reference]:
        if isinstance(self._read, dict):
            for each in self._read.values():
                yield from each._references()  # noqa: SLF001  # the same class
        elif self._read is not None:
            yield from _lookups(self._read)


def compile_value(raw: Any) -> Value:
    """Read a parameter.

    Args:
        raw: Text, number, yes or no, None, or lists and maps of them.

    Raises:
        ExpressionRefused: a text cannot be understood, or the whole is too large.
    """
    return _Reading().value(raw, depth=0)


class _Reading:
    """Counts the parts of one raw value."""

    def __init__(self) -> None:
        self.left = MAX_LIST

    def value(self, raw: Any, *, depth: int) -> Value:
        self.left -= 1
        if self.left < 0:
            raise ExpressionRefused("value_too_large", 0, limit=MAX_LIST)
        if depth > MAX_DEPTH:
            raise ExpressionRefused("value_too_deep", 0, limit=MAX_DEPTH)
        if isinstance(raw, str):
            return Value(raw, read_text(raw))
        if isinstance(raw, Mapping):
            return Value(raw, {str(k): self._part(k, each, depth) for k, each in raw.items()})
        if isinstance(raw, list | tuple):
            return Value(raw, {k: self._part(k, each, depth) for k, each in enumerate(raw)})
        if raw is None or isinstance(raw, bool | int | float | Decimal):
            return Value(raw, None)
        raise ExpressionRefused("value_of_no_kind", 0)

    def _part(self, key: _Key, raw: Any, depth: int) -> Value:
        try:
            return self.value(raw, depth=depth + 1)
        except ExpressionRefused as refusal:
            refusal.path = (key, *refusal.path)
            raise


def _lookups(node: Node) -> Iterator[Reference]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Lookup):
            yield Reference(one.source, one.path, one.position)
        waiting += reversed(children(one))
