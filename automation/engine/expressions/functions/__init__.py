"""The functions of the expression language.

To add one: a function under `@function` in the module of its kind; its first argument is
the `Surroundings`, the others are values. It raises `Unfit`, never anything else.
"""

from __future__ import annotations

from automation.engine.expressions.functions import (
    business_time,
    dates,
    lists,
    logic,
    numbers,
    people,
    texts,
)
from automation.engine.expressions.functions.registry import FUNCTIONS, Function

__all__ = [
    "FUNCTIONS",
    "Function",
    "business_time",
    "dates",
    "lists",
    "logic",
    "numbers",
    "people",
    "texts",
]
