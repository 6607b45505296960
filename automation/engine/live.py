"""Decisions of a run that really happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from automation.engine import sentences
from automation.engine.conditions import Condition, Verdict, evaluate
from automation.engine.decisions import Planned, Rows
from automation.engine.expressions import LanguageRefused, Value
from automation.engine.expressions.conversion import (
    is_empty,
    listed,
    moment,
    number,
    text,
)
from automation.engine.expressions.functions.intervals import Span, read_span
from automation.engine.journal import Line
from automation.engine.nodes import (
    Activity,
    Awaited,
    Branch,
    Choice,
    FailureKind,
    ForEach,
    Node,
    Terminate,
    WaitKind,
    While,
)
from automation.engine.outcomes import DecisionFailed, Done, Failure, Performed, done_of
from automation.engine.plain_values import plain
from automation.engine.run_scope import RunScope
from automation.engine.scope import Source, UnknownReference

Known = Mapping[tuple[int, str], Performed]


class Performer(Protocol):
    """Carries out activities."""

    def perform(
        self, step: Activity, inputs: Any, *, sequence: int, attempt: int, wait_number: int
    ) -> Performed:
        """Do what the step says.

        Raises:
            StepFailed: it failed and may have written something.
        """
        ...

    def keep(
        self, step: Activity, values: Mapping[str, Any], *, sequence: int
    ) -> Sequence[Mapping[str, Any]]:
        """Write values into the run's record; return the effects.

        Raises:
            StepFailed: the record does not take them.
        """
        ...


class LiveDecisions:
    """Works things out from the scope and lets activities do their work.

    Attributes:
        known: Failures of steps in an attempt of this turn that was rolled back, by line
            and step, with what the steps were given: they are not begun again.
    """

    def __init__(
        self,
        scope: RunScope,
        performer: Performer,
        *,
        variables: frozenset[str] = frozenset(),
        known: Known | None = None,
    ) -> None:
        self._scope = scope
        self._performer = performer
        self._variables = variables
        self.known = dict(known or {})

    def follow(self, lines: list[Line]) -> None:
        """Let the scope find results that are too long for the snapshot in the turn's lines."""
        self._scope.fresh_lines = lines

    # --- flow -----------------------------------------------------------------------------------

    def choose(self, step: Choice, sequence: int) -> tuple[str | None, Rows]:
        """Return the first branch whose condition holds."""
        rows: Rows = []
        for branch in step.children:
            assert isinstance(branch, Branch)
            if branch.condition is None:
                return branch.id, rows
            verdict = self._verdict(branch.condition)
            rows += _rows(verdict)
            if verdict.truth:
                return branch.id, rows
        return None, rows

    def holds(self, step: While, sequence: int) -> tuple[bool, Rows]:
        """Return whether the loop's condition holds."""
        assert step.condition is not None
        verdict = self._verdict(step.condition)
        return verdict.truth, _rows(verdict)

    def items(self, step: ForEach, sequence: int) -> list[Any]:
        """Return the values of the list, as many as the loop may take."""
        known = self.known.get((sequence, step.id))
        if known is not None and isinstance(known.outcome, Failure):
            raise DecisionFailed(known.outcome)
        items: list[Any] = plain(listed(self._value(step.over)))
        return items[: step.most]

    def message(self, step: Terminate, sequence: int) -> str:
        """Return the sentence, short enough for the journal."""
        return text(self._value(step.message))[:500] if step.message else ""

    # --- waits ----------------------------------------------------------------------------------

    def plan(self, step: Node, awaited: Awaited, sequence: int) -> Planned:
        """Return when the wait is due; it is over when the moment has passed."""
        try:
            return self._plan(awaited)
        except LanguageRefused as refusal:
            raise _refused(refusal) from refusal

    def _plan(self, awaited: Awaited) -> Planned:
        limit = self._after(awaited.limit, awaited) if awaited.limit else None
        match awaited.kind:
            case WaitKind.CONDITION:
                assert awaited.condition is not None
                return Planned(limit, is_over=self._verdict(awaited.condition).truth)
            case WaitKind.EVENT | WaitKind.COMMAND:
                return Planned(limit, key=text(self._value(awaited.value)))
            case WaitKind.FIELD:
                return self._plan_by_field(awaited)
            case WaitKind.MOMENT:
                return self._until(self._moment(self._value(awaited.value)))
            case _:
                return self._until(self._after(awaited.value, awaited))

    def _plan_by_field(self, awaited: Awaited) -> Planned:
        path = tuple(text(self._value(awaited.value)).split("."))
        try:
            value = self._scope.lookup(Source.DOCUMENT, path)
        except UnknownReference as unknown:
            raise _failed(f"There is nothing called “{unknown}”.") from unknown
        if is_empty(value):
            return Planned(is_over=awaited.skips_empty)
        due_at = self._moment(value)
        if awaited.offset is not None:
            due_at = self._after(awaited.offset, awaited, start=due_at)
        return self._until(due_at)

    def _until(self, due_at: datetime) -> Planned:
        return Planned(due_at, is_over=due_at <= self._scope.now)

    def _after(
        self, written: Value | None, awaited: Awaited, *, start: datetime | None = None
    ) -> datetime:
        """Return the moment a span after `start`, by default after now."""
        raw = self._value(written)
        span = read_span(raw) if isinstance(raw, str) and not _is_number(raw) else _seconds(raw)
        begin = start or self._scope.now
        if awaited.in_work_time:
            calendar = getattr(self._scope, "calendar", None)
            if calendar is None:
                raise _failed("There is no calendar of working time.")
            real: datetime = calendar.add_work_time(begin, _timedelta(span))
            return real
        later: date = span.added_to(begin)
        assert isinstance(later, datetime)
        return later

    def _moment(self, value: Any) -> datetime:
        zone = self._scope.now.tzinfo
        assert zone is not None
        return moment(value, zone)

    # --- activities -----------------------------------------------------------------------------

    def perform(self, step: Activity, sequence: int, attempt: int, wait_number: int) -> Performed:
        """Work out the parameters and let the activity do its work.

        Raises:
            StepFailed: it failed and may have written something.
        """
        if known := self.known.get((sequence, step.id)):
            return known
        try:
            inputs = step.params.evaluate(self._scope) if step.params else {}
        except LanguageRefused as refusal:
            return Performed(Failure(FailureKind.APPLICATION, str(refusal)))
        performed = self._performer.perform(
            step, inputs, sequence=sequence, attempt=attempt, wait_number=wait_number
        )
        outcome = performed.outcome
        if isinstance(outcome, Done) and not self._variables.issuperset(outcome.variables):
            failure = Failure(FailureKind.APPLICATION, sentences.UNKNOWN_VARIABLE)
            return Performed(failure, performed.inputs, performed.duration_ms)
        return performed

    def accept(self, step: Activity, sequence: int, answer: Mapping[str, Any]) -> Done | Failure:
        """Write what the record gets of an answer.

        Raises:
            StepFailed: the record does not take it.
        """
        known = self.known.get((sequence, step.id))
        if known is not None and isinstance(known.outcome, Failure):
            return known.outcome
        done = done_of(answer)
        if not self._variables.issuperset(done.variables):
            return Failure(FailureKind.APPLICATION, sentences.UNKNOWN_VARIABLE)
        if values := answer.get("values"):
            effects = self._performer.keep(step, values, sequence=sequence)
            return replace(done, effects=[*done.effects, *effects])
        return done

    # --- values ---------------------------------------------------------------------------------

    def _verdict(self, condition: Condition) -> Verdict:
        return evaluate(condition, self._scope)

    def _value(self, written: Value | None) -> Any:
        if written is None:
            return None
        try:
            return written.evaluate(self._scope)
        except LanguageRefused as refusal:
            raise _refused(refusal) from refusal


def _rows(verdict: Verdict) -> Rows:
    return [
        {
            "text": row.text,
            "truth": row.truth,
            "left": plain(row.left),
            "right": plain(row.right),
            "problem": row.problem.message if row.problem else None,
        }
        for row in verdict.rows
    ]


def _refused(refusal: LanguageRefused) -> DecisionFailed:
    return _failed(str(refusal))


def _failed(message: str) -> DecisionFailed:
    return DecisionFailed(Failure(FailureKind.APPLICATION, message))


def _is_number(raw: str) -> bool:
    return raw.strip().lstrip("-").isdigit()


def _seconds(raw: Any) -> Span:
    return Span(seconds=int(number(raw)))


def _timedelta(span: Span) -> timedelta:
    return timedelta(days=span.days + 30 * span.months, seconds=span.seconds)
