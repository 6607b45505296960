"""Values that people type in one line: numbers, texts and other JSON."""

from __future__ import annotations

import json
from typing import Any


def typed_value(text: str) -> Any:
    """Return what a line means: JSON where it is some, else the text itself."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def value_text(value: Any) -> str:
    """Return the line that means a value; empty for none."""
    if value is None:
        return ""
    if isinstance(value, str) and typed_value(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)
