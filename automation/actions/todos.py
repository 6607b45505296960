"""To-dos of records.

Who may change a record plans, changes and gives away its to-dos; who is to do one may
complete it, tick its checklist and give it away as well, and who made one may change it.
Everybody who sees the record sees them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from accounts.models import User
from automation.actions.checklists import write_checklist
from automation.events import TodoAssigned, TodoCompleted, TodoDeleted
from automation.models import ChecklistItem, Todo
from smart_processes import events, history, schema
from smart_processes.actions.stages import lock
from smart_processes.choices import EntryKind
from smart_processes.exceptions import RecordMissing, ValuesRefused
from smart_processes.field_types.base import ValueRefused
from smart_processes.field_types.string import read_lines
from smart_processes.models import Item
from smart_processes.transactions import transactional

LONGEST_TITLE = 255  # characters
LONGEST_DESCRIPTION = 10_000  # characters


@dataclass(frozen=True)
class TodoContent:
    """What a to-do says.

    Attributes:
        title: What is to be done.
        assignee: Who is to do it; None: nobody yet.
        deadline_at: Until when; None: whenever.
        description: Further words.
        checklist: Its steps, in order; None: as they are.
    """

    title: str
    assignee: User | None = None
    deadline_at: datetime | None = None
    description: str = ""
    checklist: Sequence[str] | None = None


@transactional
def add_todo(record: Item, content: TodoContent, *, actor: Actor) -> Todo:
    """Plan work on a record.

    Raises:
        RecordMissing, PermissionRefused: gone, or not the actor's to change.
        ValuesRefused: no title, too long, or for somebody who may not see the record.
    """
    locked = _record(record.pk, actor)
    _require(actor, locked, todo=None)
    now = timezone.now()
    todo = Todo(
        item_id=locked.pk,
        title=_clean_title(content.title),
        description=_clean_description(content.description),
        assignee=_clean_assignee(content.assignee, locked),
        deadline_at=content.deadline_at,
        created_at=now,
        made_by_kind=actor.kind,
        made_by_id=history.person_of(actor),
        made_by_label=actor.label,
    )
    todo.save(force_insert=True)
    write_checklist(todo, content.checklist or ())
    _tell(locked, EntryKind.TODO_ADDED, todo, actor, now)
    _assigned(locked, todo, actor)
    return todo


@transactional
def edit_todo(todo: Todo, content: TodoContent, *, actor: Actor) -> Todo:
    """Change a to-do; what does not really change is not told. Steps that stay keep their tick.

    Raises:
        RecordMissing, PermissionRefused: gone, or neither the actor's record nor made by them.
        ValuesRefused: as `add_todo`.
    """
    locked, present = _todo(todo, actor)
    _require(actor, locked, todo=present, besides=present.made_by_id)
    before, was_for = _shown(present), present.assignee_id
    present.title = _clean_title(content.title)
    present.description = _clean_description(content.description)
    if content.assignee is None or content.assignee.pk != was_for:
        present.assignee = _clean_assignee(content.assignee, locked)
    present.deadline_at = content.deadline_at
    if content.checklist is not None:
        write_checklist(present, content.checklist)
    if _shown(present) != before:
        present.save()
        _tell(locked, EntryKind.TODO_CHANGED, present, actor, timezone.now())
    if present.assignee_id != was_for:
        _assigned(locked, present, actor)
    return present


@transactional
def reassign_todo(todo: Todo, assignee: User | None, *, actor: Actor) -> Todo:
    """Give a to-do to somebody else, or to nobody.

    Raises:
        RecordMissing, PermissionRefused: gone, or neither the actor's record nor to-do.
        ValuesRefused: that person may not see the record.
    """
    locked, present = _todo(todo, actor)
    _require(actor, locked, todo=present, besides=present.assignee_id)
    if (assignee.pk if assignee else None) == present.assignee_id:
        return present
    present.assignee = _clean_assignee(assignee, locked)
    present.save(update_fields=["assignee"])
    _tell(locked, EntryKind.TODO_CHANGED, present, actor, timezone.now())
    _assigned(locked, present, actor)
    return present


@transactional
def complete_todo(todo: Todo, *, actor: Actor) -> Todo:
    """Say that a to-do is done; one that is done already stays as it is.

    Raises:
        RecordMissing, PermissionRefused: gone, or neither the actor's record nor to-do.
    """
    locked, present = _todo(todo, actor)
    _require(actor, locked, todo=present, besides=present.assignee_id)
    if present.is_done:
        return present
    now = timezone.now()
    present.done_at = now
    present.done_by_id = history.person_of(actor)
    present.save(update_fields=["done_at", "done_by"])
    _tell(locked, EntryKind.TODO_DONE, present, actor, now)
    open_count = Todo.objects.filter(item_id=locked.pk, done_at=None).count()
    events.publish(
        TodoCompleted(
            type_code=_type_code(actor, locked),
            item_id=locked.pk,
            actor=actor,
            todo_id=present.pk,
            open_count=open_count,
        )
    )
    return present


@transactional
def reopen_todo(todo: Todo, *, actor: Actor) -> Todo:
    """Say that a to-do is not done after all; refusals as `complete_todo`."""
    locked, present = _todo(todo, actor)
    _require(actor, locked, todo=present, besides=present.assignee_id)
    if not present.is_done:
        return present
    present.done_at = None
    present.done_by = None
    present.save(update_fields=["done_at", "done_by"])
    _tell(locked, EntryKind.TODO_REOPENED, present, actor, timezone.now())
    return present


@transactional
def delete_todo(todo: Todo, *, actor: Actor) -> None:
    """Delete a to-do; the timeline keeps that there was one.

    Raises:
        RecordMissing, PermissionRefused: gone, or neither the actor's record nor made by them.
    """
    locked, present = _todo(todo, actor)
    _require(actor, locked, todo=present, besides=present.made_by_id)
    _tell(locked, EntryKind.TODO_REMOVED, present, actor, timezone.now())
    events.publish(
        TodoDeleted(
            type_code=_type_code(actor, locked),
            item_id=locked.pk,
            actor=actor,
            todo_id=present.pk,
        )
    )
    present.delete()


@transactional
def tick_item(item: ChecklistItem, *, is_done: bool, actor: Actor) -> ChecklistItem:
    """Tick a line of a checklist, or take the tick away; refusals as `complete_todo`."""
    locked, present = _todo(item.todo, actor)
    _require(actor, locked, todo=present, besides=present.assignee_id)
    line = ChecklistItem.objects.filter(pk=item.pk, todo_id=present.pk).first()
    if line is None:
        raise RecordMissing
    if is_done != (line.done_at is not None):
        line.done_at = timezone.now() if is_done else None
        line.done_by_id = history.person_of(actor) if is_done else None
        line.save(update_fields=["done_at", "done_by"])
    return line


def may_edit(rights: access.Access, *, may_change: bool, todo: Todo) -> bool:
    """Return whether a to-do may be changed and deleted; `may_change`: the record."""
    return may_change or (rights.user_id is not None and todo.made_by_id == rights.user_id)


def may_complete(rights: access.Access, *, may_change: bool, todo: Todo) -> bool:
    """Return whether a to-do may be done, opened again and given away."""
    return may_change or (rights.user_id is not None and todo.assignee_id == rights.user_id)


# --- locking and rights ---------------------------------------------------------------------


def _record(record_id: int, actor: Actor) -> Item:
    """Return the locked record; who may not view it is not told that it is there."""
    locked = lock(record_id)
    rights = access.fresh(actor)
    actor.access_memo = rights
    pipeline = schema.load(rights.schema_stamp).pipelines[locked.pipeline_id]
    if not rights.may(Action.VIEW, locked, pipeline):
        raise RecordMissing
    return locked


def _todo(todo: Todo, actor: Actor) -> tuple[Item, Todo]:
    # The record is locked, and everything that writes its to-dos locks it first.
    locked = _record(todo.item_id, actor)
    present = Todo.objects.filter(pk=todo.pk, item_id=locked.pk).first()
    if present is None:
        raise RecordMissing
    return locked, present


def _require(actor: Actor, locked: Item, *, todo: Todo | None, besides: int | None = None) -> None:
    """Refuse who may not change the record, unless the to-do concerns them in person."""
    rights = access.of(actor)
    pipeline = schema.load(rights.schema_stamp).pipelines[locked.pipeline_id]
    if rights.may(Action.CHANGE, locked, pipeline):
        return
    if besides is not None and besides == actor.user_id:
        return
    raise PermissionRefused(Action.CHANGE, str(todo or locked))


# --- values ---------------------------------------------------------------------------------


def _clean_title(title: str) -> str:
    try:
        return " ".join(read_lines(title, LONGEST_TITLE).split())
    except ValueRefused as refusal:
        raise ValuesRefused({"title": refusal.message}) from refusal


def _clean_description(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return read_lines(text, LONGEST_DESCRIPTION)
    except ValueRefused as refusal:
        raise ValuesRefused({"description": refusal.message}) from refusal


def _clean_assignee(assignee: User | None, record: Item) -> User | None:
    """Refuse who left, and who could not open the record the to-do is about."""
    if assignee is None:
        return None
    rights = access.fresh(Actor.person(assignee))
    pipeline = schema.load(rights.schema_stamp).pipelines.get(record.pipeline_id)
    if pipeline is not None and rights.is_active and rights.may(Action.VIEW, record, pipeline):
        return assignee
    sentence = _("%(name)s may not see this record. Let them watch it first, or ask somebody else.")
    raise ValuesRefused({"assignee": sentence % {"name": assignee.full_name}})


def _shown(todo: Todo) -> dict[str, Any]:
    lines = ChecklistItem.objects.filter(todo_id=todo.pk).values_list("text", flat=True)
    return {
        "title": todo.title,
        "description": todo.description,
        "assignee": todo.assignee_id,
        "deadline": todo.deadline_at,
        "checklist": list(lines),
    }


# --- telling --------------------------------------------------------------------------------


def _tell(record: Item, kind: EntryKind, todo: Todo, actor: Actor, at: datetime) -> None:
    body: dict[str, Any] = {"todo": todo.pk, "title": todo.title}
    if todo.assignee_id is not None:
        body["user"] = todo.assignee_id
    history.write(record, kind, actor=actor, at=at, body=body)


def _assigned(record: Item, todo: Todo, actor: Actor) -> None:
    if todo.assignee_id is None:
        return
    events.publish(
        TodoAssigned(
            type_code=_type_code(actor, record),
            item_id=record.pk,
            actor=actor,
            todo_id=todo.pk,
            assignee_id=todo.assignee_id,
        )
    )


def _type_code(actor: Actor, record: Item) -> str:
    return schema.schema_for(actor).of(record).code
