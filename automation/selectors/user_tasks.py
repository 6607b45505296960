"""User tasks of a person, of a record, and those that a person asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.utils import timezone

from accounts import access
from accounts.actor import Actor
from accounts.models import User
from automation.models import UserTask, UserTaskPerson
from automation.user_tasks.people import takers
from smart_processes.exceptions import RecordMissing
from smart_processes.models import Item
from smart_processes.selectors.records import visible_items

MOST_SHOWN = 200
_ALIVE = Q(item=None) | Q(item__deleted_at=None)


@dataclass(frozen=True)
class UserTaskFilter:
    """What a list of user tasks is narrowed to; empty values leave nothing out.

    Attributes:
        is_done: What is over for the person instead of what waits for them.
        kind: Of `UserTaskKind`.
        type_code: Only about records of this type.
        text: Letters in the title of the task or the record.
    """

    is_done: bool = False
    kind: str = ""
    type_code: str = ""
    text: str = ""


@dataclass(frozen=True)
class UserTaskCounts:
    """How many tasks wait for a person, and how many of them are late."""

    waiting: int = 0
    overdue: int = 0


def own_user_tasks(actor: Actor, wanted: UserTaskFilter) -> list[UserTask]:
    """Return what a person was asked, by time limit; what is over, latest first (two queries)."""
    mine = UserTaskPerson.objects.filter(
        person_id=actor.user_id or 0, ended_at__isnull=not wanted.is_done
    )
    found = _narrowed(_tasks(), wanted).filter(people__in=mine)
    if wanted.is_done:
        return list(found.order_by("-people__ended_at", "-pk")[:MOST_SHOWN])
    alive = found.filter(_ALIVE)
    return list(alive.order_by(F("due_at").asc(nulls_last=True), "pk")[:MOST_SHOWN])


def asked_user_tasks(actor: Actor, wanted: UserTaskFilter) -> list[UserTask]:
    """Return what a person's workflows ask others: open ones first (two queries)."""
    found = _narrowed(_tasks(), wanted).filter(asked_by_id=actor.user_id or 0)
    return list(found.order_by(F("closed_at").desc(nulls_first=True), "-pk")[:MOST_SHOWN])


def user_tasks_of(record: Item) -> list[UserTask]:
    """Return the open user tasks of a record, those that wait longest first (two queries)."""
    found = _tasks().filter(item_id=record.pk, outcome="")
    return list(found.order_by("created_at", "pk")[:MOST_SHOWN])


def get_user_task(actor: Actor, task_id: int) -> UserTask:
    """Return a task with its people and answers (four queries at most).

    Those who are or were asked, who asked, and who sees its record may read it.

    Raises:
        RecordMissing: no such task, or not the actor's to see.
    """
    task = _tasks().filter(pk=task_id).first()
    if task is None:
        raise RecordMissing
    reader = actor.user_id
    concerned = {task.asked_by_id} | {
        person for each in task.people.all() for person in (each.person_id, each.instead_of_id)
    }
    if reader is not None and (reader in concerned or access.of(actor).is_unlimited):
        return task
    if task.item_id is not None and visible_items(actor).filter(pk=task.item_id).exists():
        return task
    raise RecordMissing


def count_kinds(actor: Actor) -> dict[str, int]:
    """Return how many tasks of each kind wait for a person (one query)."""
    found = _waiting(actor).values("task__kind").annotate(count=Count("pk"))
    return {row["task__kind"]: row["count"] for row in found.order_by()}


def count_user_tasks(actor: Actor) -> UserTaskCounts:
    """Return how many tasks wait for a person (one query)."""
    late = Q(task__due_at__lt=timezone.now())
    return UserTaskCounts(
        **_waiting(actor).aggregate(waiting=Count("pk"), overdue=Count("pk", filter=late))
    )


def readable_records(actor: Actor, tasks: list[UserTask]) -> frozenset[int]:
    """Return which of the tasks' records a person may open (one query, none without any)."""
    wanted = {task.item_id for task in tasks if task.item_id is not None}
    if not wanted:
        return frozenset()
    return frozenset(visible_items(actor).filter(pk__in=wanted).values_list("pk", flat=True))


def possible_takers(task: UserTask, actor: Actor) -> list[User]:
    """Return to whom a person may give their place in a task (three queries at most)."""
    asked = [each.person_id for each in task.people.all() if each.person_id is not None]
    return list(takers(task.delegation, actor.user_id or 0).exclude(pk__in=asked))


def waiting_since(task: UserTask) -> datetime:
    """Return since when the one who waits longest has been asked."""
    waiting = [each.asked_at for each in task.people.all() if each.ended_at is None]
    return min(waiting, default=task.created_at)


def _waiting(actor: Actor) -> QuerySet[UserTaskPerson]:
    mine = UserTaskPerson.objects.filter(person_id=actor.user_id or 0, ended_at=None)
    return mine.filter(Q(task__item=None) | Q(task__item__deleted_at=None))


def _tasks() -> QuerySet[UserTask]:
    people = UserTaskPerson.objects.select_related("person", "instead_of", "answer")
    around = UserTask.objects.select_related("item", "asked_by", "run__version__program")
    return around.defer("run__snapshot").prefetch_related(Prefetch("people", people))


def _narrowed(tasks: QuerySet[UserTask], wanted: UserTaskFilter) -> QuerySet[UserTask]:
    if wanted.kind:
        tasks = tasks.filter(kind=wanted.kind)
    if wanted.type_code:
        tasks = tasks.filter(item__type__code=wanted.type_code)
    if wanted.text:
        # `search` is lower-cased by Python, as everything that is looked for.
        by_record = Q(item__search__contains=wanted.text.lower())
        tasks = tasks.filter(Q(title__icontains=wanted.text) | by_record)
    return tasks
