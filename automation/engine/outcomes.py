"""What an activity says about what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from automation.engine.nodes import FailureKind, WaitKind


@dataclass(frozen=True, slots=True)
class Done:
    """The step is done.

    Attributes:
        result: Its results by name, JSON values; later steps read `{=step:name}`.
        variables: Variables of the run that it sets.
        effects: What it changed, before and after:
            `{"record": id, "field": code, "before": json, "after": json}`.
        message: A sentence for the story of the run.
    """

    result: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    effects: Sequence[Mapping[str, Any]] = ()
    message: str = ""


def done_of(answer: Mapping[str, Any]) -> Done:
    """Return what a good answer says that a step waited for."""
    return Done(
        answer.get("result") or {},
        answer.get("variables") or {},
        answer.get("effects") or (),
        answer.get("message", ""),
    )


@dataclass(frozen=True, slots=True)
class Later:
    """The step has begun and ends when its wait does.

    Attributes:
        kind: What ends it.
        key: What an event must name to end it.
        due_at: When it ends without an event.
        payload: What the outbox sends, for `WaitKind.EFFECT`.
        result: What is known already: `run` of a started run, say.
        effects: As in `Done`.
    """

    kind: WaitKind
    key: str | None = None
    due_at: datetime | None = None
    payload: Mapping[str, Any] | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    effects: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """The step failed; `message` is a sentence that a manager understands."""

    kind: FailureKind
    message: str


@dataclass(frozen=True, slots=True)
class Performed:
    """An outcome with what the journal wants to know about it."""

    outcome: Done | Later | Failure
    inputs: Any = None
    duration_ms: int | None = None


class StepFailed(Exception):
    """A step failed after it may have written something: the turn has to be undone.

    Whoever takes turns rolls back and takes the turn again with the failure known, so that
    the step is not begun a second time and the steps before it stay.
    """

    def __init__(
        self,
        sequence: int,
        step_id: str,
        failure: Failure,
        inputs: Any = None,
        duration_ms: int | None = None,
    ) -> None:
        super().__init__(f"{step_id}: {failure.message}")
        self.sequence = sequence
        self.step_id = step_id
        self.failure = failure
        self.performed = Performed(failure, inputs, duration_ms)


class DecisionFailed(Exception):
    """A condition, list or moment could not be worked out; nothing was written."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure
