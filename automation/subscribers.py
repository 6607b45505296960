"""Who listens to what happens: one table. Listeners run inside the transaction of the deed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from automation import telling, telling_failures, todo_waits
from automation.events import (
    RobotFailed,
    TodoAssigned,
    TodoCompleted,
    TodoDeleted,
    UserTaskClosed,
)
from automation.robots import arming
from automation.robots.planning import make_due
from automation.robots.starts import runs_ended
from automation.runtime.alarms import (
    EventGivenUp,
    PlanFailed,
    RunsStopped,
    TimeFailed,
    on_alarm,
)
from automation.runtime.endings import on_close, on_end
from automation.runtime.executor import add_maker
from automation.runtime.silence import on_silence
from automation.triggering import hearing
from automation.triggering.looking import look
from automation.user_tasks import closing
from smart_processes.events import (
    CommentAdded,
    FieldsChanged,
    RecordCreated,
    RecordDeleted,
    RecordEvent,
    RecordsLinked,
    StageEntered,
    subscribe,
)

LISTENERS: tuple[tuple[type[RecordEvent], Callable[[Any], None]], ...] = (
    (RecordCreated, telling.tell_first_responsible),
    (FieldsChanged, telling.tell_responsible),
    (CommentAdded, telling.tell_mentioned),
    (TodoAssigned, telling.tell_assignee),
    (TodoCompleted, todo_waits.end_of_done),
    (TodoDeleted, todo_waits.end_of_deleted),
    (RecordCreated, arming.plan_created),
    (StageEntered, arming.plan_moved),
    (RobotFailed, telling_failures.tell_owner),
    (FieldsChanged, hearing.fields_changed),
    (RecordDeleted, hearing.record_deleted),
    (RecordCreated, hearing.record_created),
    (RecordsLinked, hearing.records_linked),
    (CommentAdded, hearing.comment_added),
    (TodoCompleted, hearing.todo_done),
    (TodoDeleted, hearing.todo_deleted),
    (UserTaskClosed, hearing.user_task_closed),
    (StageEntered, hearing.stage_entered),
)


def subscribe_all() -> None:
    """Begin to listen; called once when the app is ready."""
    for event, listener in LISTENERS:
        subscribe(event, listener)
    add_maker(make_due)
    add_maker(look)
    on_end(runs_ended)
    on_end(telling_failures.runs_failed)
    on_alarm(RunsStopped, telling_failures.runs_stopped)
    on_alarm(PlanFailed, telling_failures.plan_failed)
    on_alarm(EventGivenUp, telling_failures.event_given_up)
    on_alarm(TimeFailed, telling_failures.time_failed)
    on_close(closing.close_left)
    on_silence(closing.answer_of_silence)
