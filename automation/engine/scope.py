"""What an expression or a condition may look at while it is worked out.

The engine knows no database. Whoever runs a program hands it a scope; the expression language
and the conditions ask it for every `{=Source:path}` they meet.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Source(StrEnum):
    """The names before the colon of a reference that are not ids of steps.

    Any other name is the id of a step, and the path names one of its results.
    """

    DOCUMENT = "Document"  # the record: the path is a field's code, deeper parts go through links
    VARIABLE = "Variable"  # lives with the run; steps write it
    PARAMETER = "Template"  # given at the start, never written
    CONSTANT = "Constant"  # of the program
    GLOBAL_VARIABLE = "GlobalVar"
    GLOBAL_CONSTANT = "GlobalConst"
    USER = "User"  # who started the run
    SYSTEM = "System"  # Now, Date, Loop and the like


class UnknownReference(LookupError):
    """The scope has nothing of that name: no such source, field, variable or step result."""

    def __init__(self, source: str, path: tuple[str, ...]) -> None:
        super().__init__(f"{source}:{'.'.join(path)}")
        self.source = source
        self.path = path


class Scope(Protocol):
    """Answers references."""

    @property
    def now(self) -> datetime:
        """The moment of the turn, aware; the same for every expression of one turn."""
        ...

    def lookup(self, source: str, path: tuple[str, ...]) -> Any:
        """Return the value of `{=source:path}`; None where it is known but empty.

        Args:
            source: A `Source`, or the id of a step.
            path: The parts after the colon, divided by dots; never empty.

        Raises:
            UnknownReference: Nothing has that name.
        """
        ...
