"""The table of functions and how one is entered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Work = Callable[..., Any]  # (surroundings, *values) -> value; raises Unfit
MANY = 50  # the most arguments that a function without a number of its own takes


@dataclass(frozen=True)
class Function:
    """A function of the language.

    Attributes:
        name: In small letters; people may write it in any.
        least: How many arguments it takes at least.
        most: How many it takes at most.
        work: What it does; None where the evaluator itself decides what is worked out.
    """

    name: str
    least: int
    most: int
    work: Work | None = None

    @property
    def expected(self) -> str:
        """The number of arguments for a sentence: 2, 2–3."""
        return str(self.least) if self.least == self.most else f"{self.least}–{self.most}"


FUNCTIONS: dict[str, Function] = {}


def function(*names: str, least: int, most: int | None = None) -> Callable[[Work], Work]:
    """Enter a function under one name or several; `most` defaults to `least`."""

    def enter(work: Work) -> Work:
        for name in names:
            enter_function(Function(name, least, least if most is None else most, work))
        return work

    return enter


def enter_function(entered: Function) -> None:
    """Put a function into the table.

    Raises:
        ValueError: the name is taken.
    """
    if entered.name in FUNCTIONS:
        raise ValueError(f"{entered.name} is entered twice")
    FUNCTIONS[entered.name] = entered
