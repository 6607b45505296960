"""What an activity must be able to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from accounts.actor import Actor
from automation.engine.nodes import FailureKind, WaitKind
from automation.engine.outcomes import Done, Later
from automation.exceptions import StepRefused
from smart_processes.models import Item
from smart_processes.selectors.records import get_record

P = TypeVar("P")


class Delivery(StrEnum):
    """How often what a step does happens when workers die in the middle of it."""

    EXACTLY_ONCE = "exactly_once"  # it commits with the step
    AT_LEAST_ONCE = "at_least_once"  # outside of our database, always with one key


class Group(StrEnum):
    """Where the catalogue shows an activity."""

    RECORD = "record"
    MESSAGES = "messages"
    PEOPLE = "people"
    DATA = "data"
    FLOW = "flow"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class ResultField:
    """One value an activity returns: `{=step:name}`."""

    name: str
    label: StrOrPromise
    kind: str = "string"  # a code of a field kind


@dataclass(frozen=True)
class ActivityContext:
    """Where and for whom an activity works.

    Attributes:
        run_id: The run.
        item_id: Its record; None where it has none.
        actor: Who acts, a robot with the rights of whomever the run was started for.
        now: The moment of the turn; an activity never asks a clock.
        step_id: The step of the program.
        attempt: From 1.
        start_run: Starts a program: (code, record id, parameters, is awaited) -> run id.
    """

    run_id: int
    item_id: int | None
    actor: Actor
    now: datetime
    step_id: str
    attempt: int
    start_run: Callable[[str, int | None, Mapping[str, Any], bool], int]

    def record(self) -> Item:
        """Return the run's record as its type's model.

        Raises:
            StepRefused: the run has no record.
            RecordMissing: it is deleted, or not the actor's to see.
        """
        if self.item_id is None:
            raise StepRefused(_("This step needs a record, but the run has none."))
        return get_record(self.actor, self.item_id)


class Activity(Generic[P]):
    """One thing a step can do. Stateless: one instance serves the process.

    What it writes goes through actions, with `context.actor`, inside the transaction of the
    turn. It neither commits nor sends anything: what leaves our database is an
    `OutsideActivity`. Refusals of actions may pass through; their message is the step's.
    """

    code: ClassVar[str]  # never changes: published programs name it
    label: ClassVar[StrOrPromise]
    description: ClassVar[StrOrPromise]
    group: ClassVar[Group]
    icon: ClassVar[str] = "bolt"  # a heroicon
    params: ClassVar[type[Any]]  # a frozen dataclass of `param` fields
    results: ClassVar[tuple[ResultField, ...]] = ()
    delivery: ClassVar[Delivery] = Delivery.EXACTLY_ONCE
    needs_record: ClassVar[bool] = True

    def execute(self, params: P, context: ActivityContext) -> Done | Later:
        """Do the work.

        Raises:
            StepRefused: the business does not allow it.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Delivered:
    """It arrived.

    Attributes:
        result: What came back.
        message: A sentence for the story of the run.
        values: What the run's record gets of it, by field code; written in the turn that
            hears of the answer, exactly once.
        variables: Variables of the run that it sets.
    """

    result: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TryAgain:
    """It may arrive later: the way was broken, or the receiver asked for time."""

    reason: str


@dataclass(frozen=True)
class Refused:
    """It arrived and was refused, or can never arrive: asking again will not help."""

    reason: str
    kind: FailureKind = FailureKind.APPLICATION


class OutsideActivity(Activity[P]):
    """An activity whose effect is outside of our database.

    `prepare` runs in the turn and says what to send; `deliver` runs later in no transaction,
    at least once, every time with the same key.
    """

    delivery = Delivery.AT_LEAST_ONCE

    def execute(self, params: P, context: ActivityContext) -> Later:
        """Hand what is to be sent to the outbox."""
        return Later(WaitKind.EFFECT, payload=self.prepare(params, context))

    def prepare(self, params: P, context: ActivityContext) -> Mapping[str, Any]:
        """Return what `deliver` needs, as JSON.

        Raises:
            StepRefused: the business does not allow it.
        """
        raise NotImplementedError

    def deliver(self, payload: Mapping[str, Any], key: str) -> Delivered | TryAgain | Refused:
        """Send it. `key` tells the receiver which copies are the same."""
        raise NotImplementedError
