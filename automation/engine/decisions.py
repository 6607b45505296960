"""What the interpreter cannot know by itself.

Everything that depends on a record, a clock or another system is asked here. A live run
answers from the database (`LiveDecisions`), a replay from the journal (`RecordedDecisions`);
the interpreter cannot tell them apart, so folding a journal ends in the same snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from automation.engine.journal import Line
from automation.engine.nodes import Activity, Awaited, Choice, ForEach, Node, Terminate, While
from automation.engine.outcomes import Done, Failure, Performed

Rows = list[dict[str, Any]]  # see `LineKind`


@dataclass(frozen=True, slots=True)
class Planned:
    """How a wait begins.

    Attributes:
        due_at: When it ends by itself; None: only an event ends it.
        key: What an event names to end it.
        is_over: There is nothing to wait for: the moment has passed, the condition holds.
    """

    due_at: datetime | None = None
    key: str | None = None
    is_over: bool = False


class Decisions(Protocol):
    """Answers the interpreter.

    `sequence` is always the number of the journal line that will tell about it.
    Raises `DecisionFailed` where something cannot be worked out.
    """

    def follow(self, lines: list[Line]) -> None:
        """Be told of the list that the lines of this turn are appended to."""
        ...

    def choose(self, step: Choice, sequence: int) -> tuple[str | None, Rows]:
        """Return the id of the branch to take, None for none, and the truth of the rows."""
        ...

    def holds(self, step: While, sequence: int) -> tuple[bool, Rows]:
        """Return whether another turn of the loop begins."""
        ...

    def items(self, step: ForEach, sequence: int) -> list[Any]:
        """Return the values a loop is done for, as JSON."""
        ...

    def plan(self, step: Node, awaited: Awaited, sequence: int) -> Planned:
        """Return how a wait begins, or, asked again, how it stands now."""
        ...

    def message(self, step: Terminate, sequence: int) -> str:
        """Return the sentence a run ends with."""
        ...

    def perform(self, step: Activity, sequence: int, attempt: int, wait_number: int) -> Performed:
        """Do what the step says; raises `StepFailed` when it may have written something."""
        ...

    def accept(self, step: Activity, sequence: int, answer: Mapping[str, Any]) -> Done | Failure:
        """Take a good answer that a step waited for, and write what the record gets of it.

        Args:
            step: The step.
            sequence: As ever.
            answer: `result`, `variables`, `effects`, `message` and `values` of the record, each
                only where there are any.
        """
        ...
