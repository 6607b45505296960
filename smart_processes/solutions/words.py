"""Differences in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def differences(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """Return what differs, `label “A” → “B”, required → true`; "" when nothing does."""
    names = [*wanted, *(name for name in current if name not in wanted)]
    return ", ".join(
        f"{name} {shown(current.get(name))} → {shown(wanted.get(name))}"
        for name in dict.fromkeys(names)
        if current.get(name) != wanted.get(name)
    )


def shown(value: Any) -> str:
    """Return a value as it is printed."""
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, str):
        return f"“{value}”"
    return json.dumps(value, ensure_ascii=False, default=str)


def in_wanted_order(current: Sequence[str], wanted: Iterable[str]) -> list[str] | None:
    """Return the order in which codes shall stand, or None when they stand right already.

    Those that are not named keep standing behind the one they stand behind now.
    """
    named = [code for code in wanted if code in current]
    if [code for code in current if code in named] == named:
        return None
    order = list(named)
    for place, code in enumerate(current):
        if code not in named:
            before = current[place - 1] if place else None
            order.insert(order.index(before) + 1 if before in order else 0, code)
    return order
