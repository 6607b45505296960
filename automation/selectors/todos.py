"""To-dos of a record, of a person, and the next step of many records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.actor import Actor
from automation.models import Todo
from smart_processes.models import Item
from smart_processes.selectors.records import visible_items

MOST_SHOWN = 200


class Section(StrEnum):
    """A part of somebody's list."""

    OVERDUE = "overdue"
    TODAY = "today"
    LATER = "later"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class NextStep:
    """The open to-do of a record that comes first; `deadline_at` None: whenever."""

    todo_id: int
    title: str
    deadline_at: datetime | None
    assignee_id: int | None


@dataclass(frozen=True)
class TodoCounts:
    """How many to-dos of a person are late, and for today."""

    overdue: int = 0
    today: int = 0


def todos_of(record: Item) -> tuple[list[Todo], list[Todo]]:
    """Return a record's open and done to-dos with their checklists (three queries).

    The open ones by deadline, those without at the end; the done ones latest first.
    """
    todos = Todo.objects.filter(item_id=record.pk).select_related("assignee", "made_by", "done_by")
    with_lines = todos.prefetch_related("checklist")
    going = with_lines.filter(done_at=None).order_by(F("deadline_at").asc(nulls_last=True), "pk")
    done = with_lines.filter(done_at__isnull=False).order_by("-done_at", "-pk")
    return list(going[:MOST_SHOWN]), list(done[:MOST_SHOWN])


def count_open(record: Item) -> int:
    """Return how many to-dos of a record are open (one query)."""
    return Todo.objects.filter(item_id=record.pk, done_at=None).count()


def next_steps(item_ids: Iterable[int]) -> dict[int, NextStep]:
    """Return the next step of each record that has one (one query, none for no records)."""
    wanted = list(item_ids)
    if not wanted:
        return {}
    rows = (
        Todo.objects.filter(item_id__in=wanted, done_at=None)
        .order_by(F("deadline_at").desc(nulls_first=True), "-pk")
        .values_list("item_id", "pk", "title", "deadline_at", "assignee_id")
    )
    # The last one written for a record is the first of its to-dos.
    return {
        item_id: NextStep(todo_id, title, deadline_at, assignee_id)
        for item_id, todo_id, title, deadline_at, assignee_id in rows
    }


def own_todos(
    actor: Actor, section: Section, *, type_code: str | None = None, text: str = ""
) -> list[Todo]:
    """Return a part of somebody's to-dos on records they see (three queries at most).

    Args:
        actor: Whose.
        section: Which part. A day ends at midnight in the active time zone.
        type_code: Only on records of this type.
        text: Only those with these letters in their own or the record's title.
    """
    todos = _own(actor, [type_code] if type_code else None)
    if text:
        # `search` is lower-cased by Python, as everything that is looked for.
        todos = todos.filter(Q(title__icontains=text) | Q(item__search__contains=text.lower()))
    ordered = _in_section(todos, section).select_related("item", "made_by")
    return list(ordered.prefetch_related("checklist")[:MOST_SHOWN])


def own_counts(actor: Actor) -> TodoCounts:
    """Return how many to-dos of the person are late, and how many are for today (one query)."""
    now, midnight = _bounds()
    found = (
        _own(actor, None)
        .filter(done_at=None, deadline_at__lt=midnight)
        .aggregate(
            overdue=Count("pk", filter=Q(deadline_at__lt=now)),
            today=Count("pk", filter=Q(deadline_at__gte=now)),
        )
    )
    return TodoCounts(**found)


def _own(actor: Actor, type_codes: list[str] | None) -> QuerySet[Todo]:
    visible = visible_items(actor, type_codes)
    return Todo.objects.filter(assignee_id=actor.user_id, item__in=visible)


def _in_section(todos: QuerySet[Todo], section: Section) -> QuerySet[Todo]:
    now, midnight = _bounds()
    if section == Section.DONE:
        return todos.filter(done_at__isnull=False).order_by("-done_at", "-pk")
    going = todos.filter(done_at=None).order_by(F("deadline_at").asc(nulls_last=True), "pk")
    if section == Section.OVERDUE:
        return going.filter(deadline_at__lt=now)
    if section == Section.TODAY:
        return going.filter(deadline_at__gte=now, deadline_at__lt=midnight)
    return going.filter(Q(deadline_at__gte=midnight) | Q(deadline_at=None))


def _bounds() -> tuple[datetime, datetime]:
    """Return now, and when today ends for who reads."""
    now = timezone.now()
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return now, today + timedelta(days=1)
