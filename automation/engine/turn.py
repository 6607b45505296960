"""What one turn did: the commands that whoever takes turns carries out in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from automation.engine.journal import Line
from automation.engine.nodes import WaitKind


@dataclass(frozen=True, slots=True)
class Event:
    """Something a run waited for came.

    Attributes:
        wait: The number of the wait.
        payload: What came with it; None when only its moment came.
    """

    wait: int
    payload: Mapping[str, Any] | None = None


@dataclass(slots=True)
class OpenedWait:
    """A wait to be written; with an activity's code it also is something to be sent.

    `sends` is its number for the receiver, the same for each attempt of the step.
    """

    number: int
    step: str
    kind: WaitKind
    key: str | None = None
    due_at: datetime | None = None
    activity: str = ""
    payload: Mapping[str, Any] | None = None
    sends: int = 0


@dataclass(slots=True)
class Turn:
    """The commands of a turn.

    Attributes:
        lines: To append to the journal.
        opened: Waits to insert, by number; none of them was closed in the same turn.
        closed: Numbers of waits to delete that were there before the turn.
        rearmed: Numbers of waits that were touched and go on waiting.
        is_cut: The turn ended at its bound: the run goes on at once.
    """

    lines: list[Line] = field(default_factory=list)
    opened: dict[int, OpenedWait] = field(default_factory=dict)
    closed: list[int] = field(default_factory=list)
    rearmed: list[int] = field(default_factory=list)
    is_cut: bool = False
