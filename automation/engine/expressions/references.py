"""`{=Source:path > modifier}`: the part of a text that names a value."""

from __future__ import annotations

from automation.engine.expressions.errors import ExpressionRefused
from automation.engine.expressions.modifiers import MODIFIERS
from automation.engine.expressions.nodes import Lookup

OPENING = "{="
_MARKS = frozenset("_-.")


def read_reference(text: str, start: int) -> tuple[Lookup, int]:
    """Read the reference that begins at `start`; return it and where the text goes on.

    Raises:
        ExpressionRefused: it has no end, no source, no path, or an unknown modifier.
    """
    end = text.find("}", start)
    # A brace inside means that the closing one was forgotten and another reference began.
    if end < 0 or "{" in text[start + 1 : end]:
        raise ExpressionRefused("brace_missing", start)
    body, _mark, modifiers = text[start + len(OPENING) : end].partition(">")
    source, colon, path = body.strip().partition(":")
    parts = tuple(path.split("."))
    if not (colon and source and all(parts)):
        raise ExpressionRefused("reference_shape", start)
    for character in source + path:
        if not (character.isalnum() or character in _MARKS):
            at = text.index(character, start + len(OPENING))
            raise ExpressionRefused("reference_character", at, character=character)
    return Lookup(start, source, parts, _modifiers(text, modifiers, end)), end + 1


def _modifiers(text: str, listed: str, end: int) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in listed.split(",") if name.strip())
    for name in names:
        if name not in MODIFIERS:
            at = text.lower().find(name, end - len(listed))
            raise ExpressionRefused("modifier_unknown", at, name=name)
    return names
