"""Running a program without a database: scripted activities, a record that is a dictionary."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from automation.engine.compiled import Program
from automation.engine.control import control
from automation.engine.flow import Flow
from automation.engine.interpreter import advance
from automation.engine.journal import Line, LineKind
from automation.engine.live import LiveDecisions
from automation.engine.nodes import Activity, FailureKind
from automation.engine.outcomes import Done, Failure, Later, Performed
from automation.engine.placing import failed_token
from automation.engine.program import parse_program
from automation.engine.replay import StoredLine, replay
from automation.engine.run_scope import RunScope
from automation.engine.scope import Source, UnknownReference
from automation.engine.snapshot import Snapshot, new_snapshot
from automation.engine.turn import Event, OpenedWait

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def body(*steps: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """Return a program of these steps."""
    return {"program": 1, "root": {"type": "sequence", "steps": list(steps)}, **parts}


def do(step_id: str, **parts: Any) -> dict[str, Any]:
    """Return a step that does something; what it answers is scripted."""
    return {"id": step_id, "type": "do", **parts}


def fails(message: str = "no", kind: FailureKind = FailureKind.APPLICATION) -> Failure:
    """Return a failure."""
    return Failure(kind, message)


@dataclass
class Outside:
    """The world around a run."""

    now: datetime = MONDAY
    record: dict[str, Any] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    lines: list[StoredLine] = field(default_factory=list)

    def lookup(self, source: str, path: tuple[str, ...]) -> Any:
        if source == Source.DOCUMENT and path[0] in self.record:
            return self.record[path[0]]
        raise UnknownReference(source, path)

    def result_in_journal(self, sequence: int) -> Mapping[str, Any]:
        return dict(self.lines[sequence - 1].line.result)


class Play:
    """A run of a program: `turn()` it, look at what was done, and it is replayed each time.

    Args:
        answers: Step id -> outcomes for its attempts in order; a step without any is done.
    """

    def __init__(self, raw: Any, answers: Mapping[str, list[Any]] | None = None, **params: Any):
        self.program: Program = parse_program(raw)
        self._began_with = self.program
        self.versions: dict[str, Program] = {}
        self.answers = {step: list(each) for step, each in (answers or {}).items()}
        self.outside = Outside()
        variables = {code: d.default for code, d in self.program.variables.items()}
        first = new_snapshot(self.program.root.id, params, variables)
        self._first = copy.deepcopy(first)
        self.snapshot: Snapshot = first
        self.done: list[str] = []
        self.inputs: list[Any] = []
        self.waits: dict[int, OpenedWait] = {}
        self.most_steps = 50

    # --- what a test does ---------------------------------------------------------------------

    def turn(self, *events: Event) -> Play:
        """Take turns until the run waits or ends."""
        while True:
            turn = advance(
                self.program,
                self.snapshot,
                events,
                self.outside.now,
                LiveDecisions(
                    RunScope(self.program, self.snapshot, self.outside),
                    self,
                    variables=frozenset(self.program.variables),
                ),
                most_steps=self.most_steps,
            )
            self._keep(turn)
            events = ()
            if not turn.is_cut:
                return self

    def fire(self, step: str, payload: Mapping[str, Any] | None = None) -> Play:
        """Let the wait of a step end."""
        number = next(n for n, wait in self.waits.items() if wait.step == step)
        return self.turn(Event(number, payload))

    def later(self, **span: float) -> Play:
        """Let time pass and everything that is due happen."""
        self.outside.now += timedelta(**span)
        due = sorted(
            (wait.due_at, number)
            for number, wait in self.waits.items()
            if wait.due_at and wait.due_at <= self.outside.now
        )
        return self.turn(*(Event(number) for _due, number in due))

    def control(self, kind: LineKind, **details: Any) -> Play:
        """Do something from outside; refused, nothing has changed."""
        snapshot = copy.deepcopy(self.snapshot)
        flow = Flow(self.program, snapshot, self.outside.now, None)  # nothing is decided
        control(flow, kind, "anna", details, self.versions.__getitem__)
        flow.run(0)
        self.snapshot, self.program = snapshot, flow.program
        self._keep(flow.turn)
        return self

    def skip(self) -> Play:
        """Pass over the step that failed."""
        failed = self.line(LineKind.FINISHED).step
        return self.control(
            LineKind.SKIPPED, token=failed_token(self.program, self.snapshot, failed)
        )

    def migrate(self, raw: Any) -> Play:
        """Go on in another version."""
        self.versions["new"] = parse_program(raw)
        return self.control(LineKind.MIGRATED, to="new")

    # --- what a test looks at -------------------------------------------------------------------

    @property
    def status(self) -> str:
        return self.snapshot["status"]

    @property
    def story(self) -> list[str]:
        """Kind and step of every line."""
        return [f"{each.line.kind} {each.line.step}".strip() for each in self.outside.lines]

    def line(self, kind: LineKind, step: str = "") -> Line:
        """Return the last line of a kind and step."""
        return next(
            each.line
            for each in reversed(self.outside.lines)
            if each.line.kind == kind and step in {"", each.line.step}
        )

    # --- behind the scenes ----------------------------------------------------------------------

    def perform(
        self, step: Activity, inputs: Any, *, sequence: int, attempt: int, wait_number: int
    ) -> Performed:
        self.done.append(step.id)
        self.inputs.append(inputs)
        scripted = self.answers.get(step.id)
        outcome: Done | Later | Failure = scripted.pop(0) if scripted else Done()
        return Performed(outcome, inputs)

    def _keep(self, turn: Any) -> None:
        self.outside.lines += [StoredLine(line, self.outside.now) for line in turn.lines]
        for number in turn.closed:
            del self.waits[number]
        self.waits |= turn.opened
        # However the run went so far: the journal tells the same.
        first = copy.deepcopy(self._first)
        folded = replay(self._began_with, first, self.outside.lines, self.versions.__getitem__)
        assert folded == self.snapshot
        assert sorted(map(int, self.snapshot["waits"])) == sorted(self.waits)
