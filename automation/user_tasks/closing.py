"""Ends of user tasks that no answer brings: the time limit, and steps that wait no more.

Called inside of a turn, which holds the lock of the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from accounts.actor import Actor
from automation.choices import UserTaskOutcome
from automation.engine.journal import SUCCESS
from automation.engine.nodes import Activity
from automation.events import UserTaskClosed
from automation.models import UserTask
from automation.runtime.programs import published
from automation.runtime.store_rows import Written
from automation.user_tasks.counting import outcome_of_silence
from automation.user_tasks.results import results_of
from smart_processes import events
from smart_processes.models import Item

# The steps that ask people.
ASKING = frozenset(
    {"approve", "acknowledge", "give_information", "give_information_or_refuse"},
)


def close(task: UserTask, outcome: UserTaskOutcome, at: datetime, *, actor: Actor) -> None:
    """Close a task whose run is locked; nobody is asked any more."""
    task.outcome, task.closed_at = outcome, at
    task.save(update_fields=["outcome", "closed_at", "is_timed_out"])
    task.people.filter(ended_at=None).update(ended_at=at)
    if task.item_id is None or outcome == UserTaskOutcome.CANCELLED:
        return
    type_code = Item._base_manager.values_list("type__code", flat=True).get(pk=task.item_id)
    events.publish(
        UserTaskClosed(
            type_code=type_code,
            item_id=task.item_id,
            actor=actor,
            task_id=task.pk,
            step=task.step,
            outcome=outcome,
            is_timed_out=task.is_timed_out,
        )
    )


def answer_of_silence(run_id: int, step: str, now: datetime) -> dict[str, Any] | None:
    """Close the task of a step whose time limit has come; return what the step is told.

    None: the step has no open task.
    """
    task = UserTask.objects.filter(run_id=run_id, step=step, outcome="").first()
    if task is None:
        return None
    task.is_timed_out = True
    close(task, outcome_of_silence(task.kind), now, actor=Actor.system("time limit"))
    return {"status": SUCCESS, "result": results_of(task)}


def close_left(written: Sequence[Written], now: datetime) -> None:
    """Close the tasks of steps that wait no more: the run was cancelled or went elsewhere."""
    asking = [each for each in written if each.turn.closed and _asks(each.run.version_id)]
    for each in asking:
        waiting = {wait["s"] for wait in each.run.snapshot["waits"].values()}
        left = UserTask.objects.filter(run_id=each.run.id, outcome="").exclude(step__in=waiting)
        for task in left:
            close(task, UserTaskOutcome.CANCELLED, now, actor=Actor.system("run"))


@lru_cache(maxsize=1024)
def _asks(version_id: str) -> bool:
    """Return whether a version, which never changes, asks people anything."""
    nodes = published(version_id).program.nodes.values()
    return any(isinstance(node, Activity) and node.activity in ASKING for node in nodes)
