"""Reads a whole text: what stands for itself, references and formulas inside it.

The text is walked brace by brace; quotes inside a formula hide braces, which no regular
expression could respect.
"""

from __future__ import annotations

from functools import lru_cache

from automation.engine.expressions.errors import ExpressionRefused
from automation.engine.expressions.lexer import INLINE_OPENING, Kind
from automation.engine.expressions.limits import MAX_FORMULA, MAX_TEXT
from automation.engine.expressions.nodes import Joined, Literal, Node
from automation.engine.expressions.parser import Budget, read_formula, unclosed
from automation.engine.expressions.references import OPENING, read_reference

FORMULA_MARK = "="  # as the first character: the whole text is one formula
# Texts of one program are read again at every step; all programs of a company fit.
CACHED_TEXTS = 8_192
LONGEST_CACHED = 2_000  # characters; a few long letters must not fill the memory


def read_text(text: str) -> Node:
    """Return what a text means.

    Raises:
        ExpressionRefused: a part of it cannot be understood. Nothing is ever taken
            literally because it could not be read.
    """
    return _cached(text) if len(text) <= LONGEST_CACHED else _read(text)


@lru_cache(maxsize=CACHED_TEXTS)
def _cached(text: str) -> Node:
    return _read(text)


def _read(text: str) -> Node:
    if text.startswith(FORMULA_MARK):
        return _whole(text)
    if len(text) > MAX_TEXT:
        raise ExpressionRefused("text_too_long", MAX_TEXT, limit=MAX_TEXT)
    parts = _parts(text)
    if not parts:
        return Literal(0, "")
    return parts[0] if len(parts) == 1 else Joined(0, tuple(parts))


def _whole(text: str) -> Node:
    if len(text) > MAX_FORMULA:
        raise ExpressionRefused("formula_too_long", 0, limit=MAX_FORMULA)
    node, after = read_formula(text, len(FORMULA_MARK), Budget())
    if after.kind is not Kind.END:
        raise unclosed(after, 0)
    return node


def _parts(text: str) -> list[Node]:
    parts: list[Node] = []
    budget = Budget()
    literal_from = place = 0
    while (brace := text.find("{", place)) >= 0:
        if text.startswith(INLINE_OPENING, brace):
            node, after = read_formula(text, brace + len(INLINE_OPENING), budget)
            if after.kind is not Kind.CLOSE:
                raise unclosed(after, brace)
            end = after.end
        elif text.startswith(OPENING, brace):
            budget.spend(brace)
            node, end = read_reference(text, brace)
        else:
            place = brace + 1
            continue
        if brace > literal_from:
            parts.append(Literal(literal_from, text[literal_from:brace]))
        parts.append(node)
        literal_from = place = end
    if literal_from < len(text):
        parts.append(Literal(literal_from, text[literal_from:]))
    return parts
