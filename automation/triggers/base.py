"""What a kind of trigger must be able to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from django_stubs_ext import StrOrPromise

from accounts.actor import Actor
from automation.models import Trigger
from smart_processes.fields import Field
from smart_processes.models import Item

P = TypeVar("P")


class EventKind(StrEnum):
    """What can happen, as `TriggerEvent.kind` stores it."""

    FIELDS_CHANGED = "fields_changed"
    RECORD_CREATED = "record_created"
    RECORDS_LINKED = "records_linked"
    COMMENT_ADDED = "comment_added"
    TODO_DONE = "todo_done"
    USER_TASK_FINISHED = "user_task_finished"
    STAGE_ENTERED = "stage_entered"
    LETTER = "letter"  # told to one trigger
    WEBHOOK = "webhook"  # told to one trigger
    MOMENT = "moment"  # told to one trigger
    # No trigger's: runs and robots that wait for the record are to look at it again.
    RECORD_TOUCHED = "record_touched"
    # No trigger's: what steps waited for has come.
    WAIT_OVER = "wait_over"


@dataclass(frozen=True)
class Heard:
    """Something that happened.

    Attributes:
        kind: What.
        type_code: The type of the record it happened to; empty where no record is known.
        item_id: That record.
        payload: What else is known, as JSON.
        at: When.
    """

    kind: EventKind
    type_code: str = ""
    item_id: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """Whether what a trigger waits for happened, and why (not)."""

    is_met: bool
    reason: str = ""


class TriggerKind(Generic[P]):
    """One thing that can happen. Stateless: one instance serves the process.

    `concerns` is asked inside the deed and reads nothing; everything else is asked by a
    worker, which then holds no lock but that of the event.
    """

    code: ClassVar[str]  # never changes: triggers and solution files name it
    label: ClassVar[StrOrPromise]
    description: ClassVar[StrOrPromise]
    icon: ClassVar[str] = "bolt"  # a heroicon
    params: ClassVar[type[Any]]  # a frozen dataclass of `param` fields
    listens: ClassVar[EventKind]
    # Whether it happens to the record that moves, not to another one.
    is_own: ClassVar[bool] = True

    def problems(self, params: P, fields: Mapping[str, Field]) -> Iterator[tuple[str, str]]:
        """Yield what is wrong with parameters that name fields: (parameter, sentence).

        Fields that are not there are told before.
        """
        yield from ()

    def concerns(self, params: P, heard: Heard) -> bool:
        """Return whether an event is worth looking at; what is not leaves no decision."""
        return True

    def records(self, params: P, trigger: Trigger, heard: Heard, actor: Actor) -> list[int]:
        """Return the records that may move."""
        return [] if heard.item_id is None else [heard.item_id]

    def judge(self, params: P, item: Item, heard: Heard, actor: Actor) -> Answer:
        """Return whether it really happened to this record."""
        return Answer(is_met=True)

    def prepare(self, params: P, item: Item, heard: Heard, actor: Actor) -> None:
        """Do what belongs to it before the record moves, for example write what came along.

        Raises:
            RecordRefusal: the record takes none of it.
        """
