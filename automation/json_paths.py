"""Paths into JSON that other systems send: `order.lines.0.sum`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def value_at(body: Any, path: str) -> Any:
    """Return what stands at a path; None where it leads nowhere."""
    for part in path.split("."):
        if isinstance(body, Mapping):
            body = body.get(part)
        elif isinstance(body, list) and part.isdecimal() and int(part) < len(body):
            body = body[int(part)]
        else:
            return None
    return body
