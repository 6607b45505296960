"""Choices. The lazy ones have no work of their own: only the chosen branch is worked out."""

from __future__ import annotations

from typing import Any

from automation.engine.expressions.conversion import truth
from automation.engine.expressions.functions.registry import (
    MANY,
    Function,
    enter_function,
    function,
)
from automation.engine.expressions.surroundings import Surroundings

IF, AND, OR, COALESCE = "if", "and", "or", "coalesce"

enter_function(Function(IF, 2, 3))
enter_function(Function(AND, 1, MANY))
enter_function(Function(OR, 1, MANY))
enter_function(Function(COALESCE, 1, MANY))


@function("not", least=1)
def opposite(_around: Surroundings, value: Any) -> bool:
    """Return no for yes."""
    return not truth(value)


@function("true", least=0)
def yes(_around: Surroundings) -> bool:
    """Return yes."""
    return True


@function("false", least=0)
def no(_around: Surroundings) -> bool:
    """Return no."""
    return False
