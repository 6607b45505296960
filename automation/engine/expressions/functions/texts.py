"""Texts. Places are counted from 0."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus

from automation.engine.expressions.conversion import is_empty, text, whole
from automation.engine.expressions.errors import Unfit, shown
from automation.engine.expressions.functions.registry import function
from automation.engine.expressions.surroundings import Surroundings

_SMALL, _LARGE, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
_ALPHABETS = {"a": _SMALL, "A": _LARGE, "0": _DIGITS}
LONGEST_CHANCE = 1_000  # characters


@function("substr", least=2, most=3)
def part(_around: Surroundings, value: Any, start: Any, length: Any = None) -> str:
    """Return a part of a text; a negative start or length counts from the end."""
    whole_text = text(value)
    first = whole(start)
    first = max(first + len(whole_text), 0) if first < 0 else first
    if is_empty(length):
        return whole_text[first:]
    count = whole(length)
    return whole_text[first : first + count] if count >= 0 else whole_text[first:count]


@function("strpos", least=2, most=3)
def place_of(_around: Surroundings, value: Any, sought: Any, start: Any = 0) -> Decimal | bool:
    """Return where a text stands inside another, no where it does not."""
    place = text(value).find(text(sought), whole(start, low=0))
    return Decimal(place) if place >= 0 else False


@function("strlen", "length", least=1)
def length_of(_around: Surroundings, value: Any) -> Decimal:
    """Return how many characters a text or values a list has."""
    return Decimal(len(value if isinstance(value, list | tuple) else text(value)))


@function("trim", least=1, most=2)
def trimmed(_around: Surroundings, value: Any, characters: Any = None) -> str:
    """Return the text without space, or other characters, at both ends."""
    return text(value).strip(None if is_empty(characters) else text(characters))


@function("strtolower", "lower", least=1)
def lowered(_around: Surroundings, value: Any) -> str:
    """Return the text in small letters."""
    return text(value).lower()


@function("strtoupper", "upper", least=1)
def raised(_around: Surroundings, value: Any) -> str:
    """Return the text in capital letters."""
    return text(value).upper()


@function("ucfirst", least=1)
def first_raised(_around: Surroundings, value: Any) -> str:
    """Return the text with its first letter a capital."""
    found = text(value)
    return found[:1].upper() + found[1:]


@function("ucwords", least=1)
def words_raised(_around: Surroundings, value: Any) -> str:
    """Return the text with the first letter of each word a capital."""
    found = text(value)
    return "".join(
        letter.upper() if place == 0 or found[place - 1].isspace() else letter
        for place, letter in enumerate(found)
    )


@function("urlencode", least=1)
def for_address(_around: Surroundings, value: Any) -> str:
    """Return the text as it may stand inside an address."""
    return quote_plus(text(value))


@function("randstring", least=0, most=2)
def random_text(around: Surroundings, length: Any = 10, alphabets: Any = "aA0") -> str:
    """Return letters and digits by chance; `a`, `A` and `0` name what they are taken from."""
    letters = "".join(_ALPHABETS.get(name, "") for name in dict.fromkeys(text(alphabets)))
    letters = letters or _SMALL + _LARGE + _DIGITS
    count = whole(length, low=1, high=LONGEST_CHANCE)
    return "".join(around.chance.choice(letters) for _ in range(count))


@function("jsonval", least=2)
def of_json(_around: Surroundings, path: Any, value: Any) -> Any:
    """Return what stands at a path like `order.lines.0.sum` of a JSON text, None if nothing."""
    found = value if isinstance(value, dict | list) else _parsed(text(value))
    for key in text(path).split("."):
        if isinstance(found, dict):
            found = found.get(key)
        elif isinstance(found, list) and key.isascii() and key.isdigit() and len(key) < 6:
            found = found[int(key)] if int(key) < len(found) else None
        else:
            return None
    return found


def _parsed(written: str) -> Any:
    try:
        # Numbers stay decimal; NaN and Infinity, which JSON does not have, are refused.
        return json.loads(written, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unfit("not_json", value=shown(written)) from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)
