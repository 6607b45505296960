"""How steps end that wait until a to-do is done."""

from __future__ import annotations

from automation.engine.journal import SUCCESS
from automation.engine.nodes import WaitKind
from automation.events import TodoCompleted, TodoDeleted
from automation.models import Todo, Wait
from automation.triggering.hearing import note
from automation.triggers.base import EventKind


def end_of_done(event: TodoCompleted) -> None:
    """Let steps go on that waited for a to-do which is done now."""
    _end(event, is_deleted=False)


def end_of_deleted(event: TodoDeleted) -> None:
    """Let steps go on that waited for a to-do which nobody will do any more."""
    _end(event, is_deleted=True)


def _end(event: TodoCompleted | TodoDeleted, *, is_deleted: bool) -> None:
    """Note what came, where somebody waits for it; a worker tells the run.

    Not here: a turn locks its run and then the record, and this deed holds the record.
    """
    todo = Todo.objects.get(pk=event.todo_id)
    if not Wait.objects.filter(key=todo.wait_key, kind=WaitKind.TASK).exists():
        return
    result = {
        "assignee": todo.assignee_id,
        "done_by": todo.done_by_id,
        "is_deleted": is_deleted,
    }
    payload = {
        "key": todo.wait_key,
        "kind": WaitKind.TASK,
        "result": {"status": SUCCESS, "result": result},
    }
    note(EventKind.WAIT_OVER, payload, actor=event.actor, item_id=event.item_id)
