"""Splits a formula into tokens, one at a time, with their places in the whole text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from automation.engine.expressions.errors import ExpressionRefused, shown
from automation.engine.expressions.limits import PRECISION
from automation.engine.expressions.nodes import Lookup
from automation.engine.expressions.references import OPENING, read_reference

INLINE_OPENING = "{{="
INLINE_CLOSING = "}}"
_DIGITS = frozenset("0123456789")
_SPACE = frozenset(" \t\r\n\N{NO-BREAK SPACE}")
_PAIRS = ("<>", "<=", ">=", "!=", "==")
_MARKS = frozenset("+-*/^&=<>%(),;[]")


class Kind(Enum):
    """What a token is."""

    LITERAL = auto()
    NAME = auto()
    MARK = auto()
    REFERENCE = auto()
    INLINE = auto()  # a formula inside a formula begins
    CLOSE = auto()  # and ends
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a formula; `end` is the place after it."""

    kind: Kind
    value: str | Decimal | Lookup
    position: int
    end: int


def next_token(text: str, start: int) -> Token:
    """Return the token at or after `start`.

    Raises:
        ExpressionRefused: no token begins there.
    """
    while start < len(text) and text[start] in _SPACE:
        start += 1
    if start == len(text):
        return Token(Kind.END, "", start, start)
    first = text[start]
    if first in _DIGITS or (first == "." and text[start + 1 : start + 2] in _DIGITS):
        return _number(text, start)
    if first in "\"'":
        return _quoted(text, start)
    if first in "{}":
        return _braced(text, start)
    if first.isalpha() or first == "_":
        return _name(text, start)
    return _mark(text, start)


def _number(text: str, start: int) -> Token:
    end = start
    while end < len(text) and (text[end] in _DIGITS or text[end] == "."):
        end += 1
    digits = text[start:end]
    if digits.count(".") > 1 or len(digits) > PRECISION:
        raise ExpressionRefused("not_a_literal_number", start, text=shown(digits))
    return Token(Kind.LITERAL, Decimal(digits), start, end)


def _quoted(text: str, start: int) -> Token:
    """A backslash before the quote or another backslash takes its meaning away."""
    quote, place = text[start], start + 1
    pieces: list[str] = []
    while place < len(text):
        character = text[place]
        if character == quote:
            return Token(Kind.LITERAL, "".join(pieces), start, place + 1)
        if character == "\\" and text[place + 1 : place + 2] in {quote, "\\"}:
            place += 1
            character = text[place]
        pieces.append(character)
        place += 1
    raise ExpressionRefused("quote_missing", start)


def _braced(text: str, start: int) -> Token:
    if text.startswith(INLINE_CLOSING, start):
        return Token(Kind.CLOSE, INLINE_CLOSING, start, start + len(INLINE_CLOSING))
    if text.startswith(INLINE_OPENING, start):
        return Token(Kind.INLINE, INLINE_OPENING, start, start + len(INLINE_OPENING))
    if text.startswith(OPENING, start):
        reference, end = read_reference(text, start)
        return Token(Kind.REFERENCE, reference, start, end)
    raise ExpressionRefused("character_unexpected", start, character=text[start])


def _name(text: str, start: int) -> Token:
    end = start + 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return Token(Kind.NAME, text[start:end], start, end)


def _mark(text: str, start: int) -> Token:
    pair = text[start : start + 2]
    if pair in _PAIRS:
        return Token(Kind.MARK, pair, start, start + 2)
    if text[start] in _MARKS:
        return Token(Kind.MARK, text[start], start, start + 1)
    raise ExpressionRefused("character_unexpected", start, character=text[start])
