"""What deeds do about triggers: one row where a trigger listens, no statement where none does.

Listeners, called inside the transaction of the deed. A worker looks at the row afterwards.
Rows are only inserted here: a deed holds its record and must not wait for the lock of a run
or a decision, whose worker may be waiting for the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.actor import Actor
from automation.choices import OPEN_STATUSES
from automation.engine.nodes import Answer, Node, Wait, WaitKind
from automation.events import TodoCompleted, TodoDeleted, UserTaskClosed
from automation.models import Run, Trigger, TriggerEvent
from automation.robots.lists import current_lists
from automation.runtime import causation, clock
from automation.runtime.nudges import nudge
from automation.runtime.programs import published
from automation.triggering.armed import armed_for
from automation.triggers.base import EventKind, Heard
from smart_processes.events import (
    CommentAdded,
    FieldsChanged,
    RecordCreated,
    RecordDeleted,
    RecordsLinked,
    StageEntered,
    is_bulk,
)
from smart_processes.schema import schema_for

_FOLLOWING = frozenset({WaitKind.FIELD, WaitKind.CONDITION})


def fields_changed(event: FieldsChanged) -> None:
    """Tell triggers, waiting runs, and robots that go by a date, that values changed."""
    changes = {code: list(change) for code, change in event.changes.items()}
    _hear(event, EventKind.FIELDS_CHANGED, {"changes": changes})
    known = current_lists(event.actor).date_fields.get(event.type_code, frozenset())
    _touch(event, sorted(known & event.changes.keys()))


def record_created(event: RecordCreated) -> None:
    """Tell triggers that a record was made."""
    _hear(event, EventKind.RECORD_CREATED, {"is_imported": event.is_imported})


def records_linked(event: RecordsLinked) -> None:
    """Tell triggers that two records were linked; each is told of the other."""
    _hear(event, EventKind.RECORDS_LINKED, {"other": event.other_id})


def comment_added(event: CommentAdded) -> None:
    """Tell triggers that somebody commented."""
    _hear(event, EventKind.COMMENT_ADDED, {"entry": event.entry_id})


def todo_done(event: TodoCompleted) -> None:
    """Tell triggers that the last open to-do of a record was done."""
    if event.open_count == 0:
        _hear(event, EventKind.TODO_DONE, {"todo": event.todo_id})


def todo_deleted(event: TodoDeleted) -> None:
    """Tell triggers that a to-do is gone: those that were left may all be done."""
    _hear(event, EventKind.TODO_DONE, {"todo": event.todo_id})


def user_task_closed(event: UserTaskClosed) -> None:
    """Tell triggers that a user task was decided."""
    payload = {
        "task": event.task_id,
        "step": event.step,
        "outcome": str(event.outcome),
        "is_timed_out": event.is_timed_out,
    }
    _hear(event, EventKind.USER_TASK_FINISHED, payload)


def stage_entered(event: StageEntered) -> None:
    """Tell triggers of linked records, and waiting runs, that a record moved."""
    if armed_for(event.actor, EventKind.STAGE_ENTERED):
        pipeline = schema_for(event.actor).pipelines[event.pipeline_id]
        payload = {"target": event.target, "source": event.source, "pipeline": pipeline.code}
        _hear(event, EventKind.STAGE_ENTERED, payload)
    _touch(event, [])


def record_deleted(event: RecordDeleted) -> None:
    """Let robots of a deleted record find out that it is gone."""
    if event.type_code in current_lists(event.actor).types:
        note(EventKind.RECORD_TOUCHED, {"dates": None}, actor=event.actor, item_id=event.item_id)


def note(
    kind: EventKind,
    payload: dict[str, Any],
    *,
    actor: Actor,
    item_id: int | None = None,
    trigger: Trigger | None = None,
    key: str | None = None,
) -> bool:
    """Write an event down and tell a worker; return False when the key was there before."""
    cause, now = causation.current(), clock.now()
    row = {
        "kind": kind,
        "item_id": item_id,
        "trigger": trigger,
        "payload": payload,
        "at": now,
        "due_at": now,
        "caused_by_id": cause.run_id if cause else None,
        "chain": list(cause.chain) if cause else [],
        "actor_kind": actor.kind,
        "actor_user_id": actor.user_id,
        "actor_label": actor.label[:100],
        "is_bulk": is_bulk(),
    }
    if key is None:
        TriggerEvent(**row).save(force_insert=True)
    elif not TriggerEvent.objects.get_or_create(key=key, defaults=row)[1]:
        return False
    nudge()
    return True


def _hear(event: Any, kind: EventKind, payload: dict[str, Any]) -> None:
    listening = armed_for(event.actor, kind)
    heard = Heard(kind, event.type_code, event.item_id, payload)
    if any(each.concerns(heard) for each in listening):
        note(kind, payload, actor=event.actor, item_id=event.item_id)


def _touch(event: FieldsChanged | StageEntered, dates: Sequence[str]) -> None:
    """Let runs that wait for something of the record look at it again (one query).

    Args:
        event: What happened.
        dates: Date fields that robots go by and that changed (codes).
    """
    of_record = Run.objects.filter(item_id=event.item_id, status__in=OPEN_STATUSES)
    versions = set(of_record.values_list("version_id", flat=True))
    if dates or any(_follows(version) for version in versions):
        payload = {"dates": list(dates)}
        note(EventKind.RECORD_TOUCHED, payload, actor=event.actor, item_id=event.item_id)


def _follows(version: str) -> bool:
    """Return whether a program waits for a date field or a condition anywhere."""
    return any(_awaits(node) for node in published(version).program.nodes.values())


def _awaits(node: Node) -> bool:
    return isinstance(node, Wait | Answer) and node.awaited.kind in _FOLLOWING
