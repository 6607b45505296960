"""What happens to to-dos, told like everything that happens to records."""

from __future__ import annotations

from dataclasses import dataclass

from smart_processes.events import RecordEvent


@dataclass(frozen=True)
class TodoAssigned(RecordEvent):
    """A to-do is now somebody's: it was made for them, or given to them."""

    todo_id: int
    assignee_id: int


@dataclass(frozen=True)
class TodoCompleted(RecordEvent):
    """A to-do was done.

    Attributes:
        todo_id: Which.
        open_count: How many of the record are still open; 0: all are done.
    """

    todo_id: int
    open_count: int


@dataclass(frozen=True)
class TodoDeleted(RecordEvent):
    """A to-do is gone; nobody will do it."""

    todo_id: int


@dataclass(frozen=True)
class RobotFailed(RecordEvent):
    """The run of a robot failed, or was stopped before it began.

    `robot_id` is None when the robot was deleted meanwhile.
    """

    robot_id: int | None
    run_id: int
    error: str


@dataclass(frozen=True)
class UserTaskClosed(RecordEvent):
    """The answers to a user task, or its time limit, have decided it."""

    task_id: int
    step: str
    outcome: str
    is_timed_out: bool
