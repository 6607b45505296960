"""How steps end that wait until a to-do is done."""

from __future__ import annotations

from automation.actions.runs import fire_event
from automation.engine.journal import SUCCESS
from automation.engine.nodes import WaitKind
from automation.events import TodoCompleted, TodoDeleted
from automation.models import Todo


def end_of_done(event: TodoCompleted) -> None:
    """Let steps go on that waited for a to-do which is done now."""
    _end(event.todo_id, is_deleted=False)


def end_of_deleted(event: TodoDeleted) -> None:
    """Let steps go on that waited for a to-do which nobody will do any more."""
    _end(event.todo_id, is_deleted=True)


def _end(todo_id: int, *, is_deleted: bool) -> None:
    todo = Todo.objects.get(pk=todo_id)
    result = {
        "assignee": todo.assignee_id,
        "done_by": todo.done_by_id,
        "is_deleted": is_deleted,
    }
    payload = {"status": SUCCESS, "result": result}
    fire_event(todo.wait_key, payload, kind=WaitKind.TASK)
