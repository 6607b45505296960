"""Numbers as people write them: 1 200,50 and 1,200.50 and 1'200.5."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

from babel.numbers import get_decimal_symbol

from smart_processes.locales import active_locale

# Digits that the databases and a browser's floating point all keep exactly.
LARGEST_PRECISION = 15

_SIGNS = str.maketrans({"−": "-", "–": "-"})
_THIN = re.compile(r"[\s\u00a0\u2009\u202f'’]")
_GROUPED_BY_SPACE = re.compile(r"[0-9]{1,3}( [0-9]{3})+|[0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{2,3})*,[0-9]{3}")
_PLAIN = re.compile(r"[0-9]*(\.[0-9]*)?")
_SCIENTIFIC = re.compile(r"[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]{1,2}")


def read_number(raw: Any, *, decimal_mark: str = "") -> Decimal | None:
    """Return the number that was typed, or None when it is none.

    A point is always the decimal mark. A single comma is a thousands separator in
    English when three digits follow (1,200), otherwise the decimal mark; where both
    stand, the last one is the decimal mark.

    Args:
        raw: Text, or a number of any of Python's kinds.
        decimal_mark: "," or "." when a file's author said so; it then holds alone.
    """
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return Decimal(raw)
    if isinstance(raw, float):
        # The shortest text that stands for the float: 0.1, not 0.1000000000000000055.
        return Decimal(repr(raw)) if math.isfinite(raw) else None
    if isinstance(raw, Decimal):
        return raw if raw.is_finite() else None
    return _read_text(raw, decimal_mark) if isinstance(raw, str) else None


def _read_text(text: str, decimal_mark: str) -> Decimal | None:
    text = text.strip().translate(_SIGNS)
    sign = -1 if text.startswith("-") else 1
    digits = _THIN.sub(" ", text[1:] if text[:1] in {"+", "-"} else text).strip()
    if len(digits) > 60:  # no honest number; keeps hostile input cheap
        return None
    if _SCIENTIFIC.fullmatch(digits):
        return sign * Decimal(digits)
    plain = _with_point(digits, decimal_mark or _guess_mark(digits))
    if plain is None or not _PLAIN.fullmatch(plain) or not plain.strip("."):
        return None
    return sign * Decimal(plain)


def _guess_mark(digits: str) -> str:
    comma, point = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and point >= 0:
        return "," if comma > point else "."
    if point >= 0:
        return "," if digits.count(".") > 1 else "."
    if digits.count(",") > 1:
        return "."
    if comma >= 0 and get_decimal_symbol(active_locale()) == "." and _GROUPED.fullmatch(digits):
        return "."
    return ","


def _with_point(digits: str, mark: str) -> str | None:
    """Return the digits without groups and with a decimal point; None when badly grouped."""
    whole, found, fraction = digits.partition(mark)
    if not re.fullmatch(r"[0-9]*", fraction):
        return None
    other = "." if mark == "," else ","
    if other in whole:
        if not _GROUPED.fullmatch(whole.replace(other, ",")):
            return None
        whole = whole.replace(other, "")
    elif " " in whole:
        if not _GROUPED_BY_SPACE.fullmatch(whole):
            return None
        whole = whole.replace(" ", "")
    return f"{whole}.{fraction}" if found else whole
