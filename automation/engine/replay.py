"""Folding a journal: the interpreter goes the same way again, told by the lines.

Nothing is done and nobody is asked. The snapshot that comes out must be the one that was
stored; where the interpreter would write another line, the journal and the program do not
belong together, or the interpreter has changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from automation.engine.compiled import Program
from automation.engine.control import ALLOWED, Versions, control
from automation.engine.decisions import Planned, Rows
from automation.engine.flow import Flow
from automation.engine.journal import ERROR, Line, LineKind
from automation.engine.nodes import (
    Activity,
    Awaited,
    Choice,
    FailureKind,
    ForEach,
    Node,
    Terminate,
    WaitKind,
    While,
)
from automation.engine.outcomes import DecisionFailed, Done, Failure, Later, Performed, done_of
from automation.engine.snapshot import Snapshot
from automation.engine.turn import Event

_CONTROLS = frozenset(ALLOWED)


@dataclass(frozen=True)
class StoredLine:
    """A line as it was stored, with its moment."""

    line: Line
    at: datetime


class Unlike(Exception):
    """The interpreter goes another way than the journal; `sequence` is the first such line."""

    def __init__(self, sequence: int, expected: str, found: str) -> None:
        super().__init__(f"line {sequence}: the journal has {expected}, the replay {found}")
        self.sequence = sequence


def replay(
    program: Program,
    snapshot: Snapshot,
    lines: Sequence[StoredLine],
    versions: Versions | None = None,
) -> Snapshot:
    """Return the snapshot that the lines lead to.

    Args:
        program: The version the run began with.
        snapshot: The state of the run before it began; changed in place.
        lines: The whole journal in its order.
        versions: Returns those that the run was taken to later.

    Raises:
        Unlike: the interpreter would have written something else.
    """
    recorded = RecordedDecisions([each.line for each in lines])
    while snapshot["seq"] < len(lines):
        stored = lines[snapshot["seq"]]
        flow = Flow(program, snapshot, stored.at, recorded)
        before = snapshot["seq"]
        _take(flow, stored.line, versions)
        program = flow.program
        _compare(flow.turn.lines, lines[before : snapshot["seq"]])
        if snapshot["seq"] == before:
            raise Unlike(before + 1, _shown(stored.line), "nothing")
    if lines:
        Flow(program, snapshot, lines[-1].at, recorded).run(0)
    return snapshot


def _take(flow: Flow, line: Line, versions: Versions | None) -> None:
    """Do what led to the line."""
    if line.kind in _CONTROLS:
        flow.run(0)
        control(flow, LineKind(line.kind), line.message, line.details, versions)
        flow.run(0)
    elif line.kind == LineKind.STARTED:
        flow.begin()
    else:
        flow.run(0)
        if flow.turn.lines:
            return  # the end of the run, which needs no step
        event = _event_behind(line)
        if event is not None:
            flow.deliver(event)
        else:
            flow.run(1)


def _event_behind(line: Line) -> Event | None:
    """Return the event that led to a line; None when a step did."""
    details = line.details or {}
    if line.kind == LineKind.WOKEN:
        return Event(details["wait"], details["payload"])
    if line.kind == LineKind.WAITING and "replaces" in details:
        return Event(details["replaces"], {})
    if line.kind == LineKind.FINISHED and "touched" in details:
        return Event(details["touched"], {})
    if line.kind == LineKind.FINISHED and "wait" in details:
        if details.get("timed_out"):
            return Event(details["wait"])
        return Event(
            details["wait"],
            {
                "status": line.status_code,
                "kind": line.status_kind or FailureKind.INTERNAL,
                "message": line.message,
                "result": line.result,
                "variables": details.get("variables"),
                "effects": line.effects,
            },
        )
    return None


def _compare(made: Sequence[Line], stored: Sequence[StoredLine]) -> None:
    for n, mine in enumerate(made):
        theirs = stored[n].line if n < len(stored) else None
        if theirs is None or (mine.kind, mine.step) != (theirs.kind, theirs.step):
            raise Unlike(mine.sequence, _shown(theirs), _shown(mine))


def _shown(line: Line | None) -> str:
    return f"“{line.kind} {line.step}”".replace(" ”", "”") if line else "nothing"


class RecordedDecisions:
    """Answers with what the journal says was the answer."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines

    def follow(self, lines: list[Line]) -> None:
        """Need nothing: no value is worked out."""

    def _line(self, step: Node, sequence: int) -> Line:
        line = self._lines[sequence - 1] if sequence <= len(self._lines) else None
        if line is None:
            raise Unlike(sequence, "nothing", f"“{step.id}”")
        is_failed_decision = line.status_code == ERROR and line.kind == LineKind.FINISHED
        if is_failed_decision and not isinstance(step, Activity):
            raise DecisionFailed(_failure(line))
        return line

    def _details(self, step: Node, sequence: int) -> Mapping[str, Any]:
        return self._line(step, sequence).details or {}

    def choose(self, step: Choice, sequence: int) -> tuple[str | None, Rows]:
        """Return the branch that was taken."""
        details = self._details(step, sequence)
        return details.get("to"), details.get("rows", [])

    def holds(self, step: While, sequence: int) -> tuple[bool, Rows]:
        """Return what the condition was."""
        details = self._details(step, sequence)
        return bool(details.get("truth")), details.get("rows", [])

    def items(self, step: ForEach, sequence: int) -> list[Any]:
        """Return the values the loop was done for."""
        return list(self._details(step, sequence).get("items", []))

    def message(self, step: Terminate, sequence: int) -> str:
        """Return the sentence the run ended with."""
        return self._line(step, sequence).message

    def plan(self, step: Node, awaited: Awaited, sequence: int) -> Planned:
        """Return how the wait began."""
        line = self._line(step, sequence)
        details: Mapping[str, Any] = line.details or {}
        if line.kind != LineKind.WAITING:
            return Planned(is_over=True)
        return Planned(_moment(details.get("due_at")), details.get("key"))

    def perform(self, step: Activity, sequence: int, attempt: int, wait_number: int) -> Performed:
        """Return what the activity answered."""
        line = self._line(step, sequence)
        details: Mapping[str, Any] = line.details or {}
        if line.kind == LineKind.WAITING:
            return Performed(
                Later(
                    WaitKind(details["kind"]),
                    details.get("key"),
                    _moment(details.get("due_at")),
                    result=line.result or {},
                )
            )
        if line.status_code == ERROR:
            return Performed(_failure(line))
        return Performed(Done(line.result or {}, details.get("variables") or {}))

    def accept(self, step: Activity, sequence: int, answer: Mapping[str, Any]) -> Done | Failure:
        """Return the answer as the journal has it: what was refused is no good answer there."""
        return done_of(answer)


def _failure(line: Line) -> Failure:
    return Failure(FailureKind(line.status_kind), line.message)


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
