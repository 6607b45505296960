"""Values as snapshots and journals keep them: plain JSON; and secrets taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from automation.engine.expressions import Amount

MASK = "•••"
_SHORTEST_SECRET = 3  # characters; masking shorter ones would mask half of all texts


def plain(value: Any) -> Any:
    """Return the value as JSON; the expression language reads it back as what it was.

    Numbers that are not whole become texts: JSON's would be floats.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, float | Decimal):
        return _plain_number(Decimal(repr(value)) if isinstance(value, float) else value)
    if isinstance(value, str):
        return value.replace("\0", "")  # no database keeps it
    return value if value is None or isinstance(value, bool | int) else _text(value)


def _plain_number(value: Decimal) -> int | str:
    is_whole = value.is_finite() and value == value.to_integral_value()
    return int(value) if is_whole else f"{value.normalize():f}"


def _text(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return f"{value.number:f}|{value.currency}" if isinstance(value, Amount) else str(value)


def masked(value: Any, secrets: Iterable[str]) -> Any:
    """Return the value with every secret inside its texts replaced."""
    hidden = sorted((s for s in secrets if len(s) >= _SHORTEST_SECRET), key=len, reverse=True)
    return _masked(value, hidden) if hidden else value


def _masked(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, Mapping):
        return {_masked(key, secrets): _masked(each, secrets) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each, secrets) for each in value]
    return value
