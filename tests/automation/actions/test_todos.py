"""To-dos: who may do what with them, what the timeline tells, whom they concern."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.actor import Actor
from accounts.exceptions import PermissionRefused
from automation.actions.todos import (
    TodoContent,
    add_todo,
    complete_todo,
    delete_todo,
    edit_todo,
    reassign_todo,
    reopen_todo,
    tick_item,
)
from automation.events import TodoCompleted
from automation.models import ChecklistItem, Notification, Todo
from automation.selectors.todos import TodoCounts, own_counts
from smart_processes import events
from smart_processes.actions.observers import add_observer
from smart_processes.exceptions import RecordMissing, ValuesRefused
from smart_processes.models import Item, RecordType, TimelineEntry
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type, system

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2026, 3, 6, 15, tzinfo=UTC)


@pytest.fixture
def sale(cast: Cast) -> RecordType:
    """Anna may change sales, Boris read them; Vera sees nothing of them."""
    sale = make_type("sale")
    cast.anna.groups.add(make_role("seller", {sale: {"view": "all", "change": "all"}}))
    cast.boris.groups.add(make_role("reader", {sale: {"view": "all"}}))
    return sale


@pytest.fixture
def item(sale: RecordType, cast: Cast) -> Item:
    return make_item(sale, title="Fleet tablets")


@pytest.fixture
def completed() -> Iterator[list[TodoCompleted]]:
    """What was told to who listens."""
    heard: list[TodoCompleted] = []
    events.subscribe(TodoCompleted, heard.append)
    yield heard
    events._listeners[TodoCompleted].remove(heard.append)


def told(item: Item) -> list[str]:
    entries = TimelineEntry.objects.filter(item=item, kind__startswith="todo")
    return list(entries.order_by("pk").values_list("kind", flat=True))


def test_to_do_is_planned_for_somebody_who_is_told(item: Item, cast: Cast) -> None:
    todo = add_todo(
        item,
        TodoContent("Call back", cast.boris, FRIDAY, "After lunch", ["Find the number", "Call"]),
        actor=cast.actor("anna"),
    )

    assert (todo.title, todo.assignee, todo.deadline_at) == ("Call back", cast.boris, FRIDAY)
    assert [line.text for line in todo.checklist.all()] == ["Find the number", "Call"]
    assert told(item) == ["todo_added"]
    (note,) = Notification.objects.all()
    assert (note.person, note.title, note.item_id) == (cast.boris, "To do: Call back", item.pk)


def test_nobody_is_told_of_a_to_do_of_their_own(item: Item, cast: Cast) -> None:
    add_todo(item, TodoContent("Call back", cast.anna), actor=cast.actor("anna"))

    assert not Notification.objects.exists()


def test_robot_plans_under_its_own_name(item: Item, cast: Cast) -> None:
    todo = add_todo(item, TodoContent("Check", cast.anna), actor=Actor.robot("Welcome"))

    assert (todo.made_by, todo.made_by_kind, todo.made_by_label) == (None, "robot", "Welcome")


def test_who_may_only_read_plans_nothing(item: Item, cast: Cast) -> None:
    with pytest.raises(PermissionRefused):
        add_todo(item, TodoContent("Call back"), actor=cast.actor("boris"))
    with pytest.raises(RecordMissing):
        add_todo(item, TodoContent("Call back"), actor=cast.actor("vera"))


def test_to_do_is_not_given_to_who_may_not_see_the_record(item: Item, cast: Cast) -> None:
    with pytest.raises(ValuesRefused, match="Vera may not see this record"):
        add_todo(item, TodoContent("Call back", cast.vera), actor=cast.actor("anna"))

    add_observer(item, cast.vera, actor=system())

    assert add_todo(item, TodoContent("Call", cast.vera), actor=cast.actor("anna")).assignee


@pytest.mark.parametrize(
    "content",
    [
        TodoContent("  "),
        TodoContent("x" * 256),
        TodoContent("x", checklist=["y"] * 1 + ["z" * 256]),
    ],
)
def test_to_do_without_a_fitting_title_is_refused(item: Item, content: TodoContent) -> None:
    with pytest.raises(ValuesRefused):
        add_todo(item, content, actor=system())

    assert not Todo.objects.exists()


def test_who_is_to_do_it_completes_it_and_opens_it_again(item: Item, cast: Cast) -> None:
    todo = add_todo(item, TodoContent("Call back", cast.boris), actor=system())

    assert complete_todo(todo, actor=cast.actor("boris")).done_by == cast.boris
    assert reopen_todo(todo, actor=cast.actor("boris")).done_at is None
    assert told(item) == ["todo_added", "todo_done", "todo_reopened"]


def test_to_do_that_is_open_is_not_opened_again(item: Item, cast: Cast) -> None:
    todo = add_todo(item, TodoContent("Call back"), actor=system())

    reopen_todo(todo, actor=cast.actor("anna"))

    assert told(item) == ["todo_added"]


def test_to_do_is_not_given_to_who_left(item: Item, cast: Cast) -> None:
    cast.boris.is_active = False
    cast.boris.save(update_fields=["is_active"])

    with pytest.raises(ValuesRefused):
        add_todo(item, TodoContent("Call back", cast.boris), actor=cast.actor("anna"))


def test_somebody_else_s_to_do_is_not_completed_by_who_only_reads(item: Item, cast: Cast) -> None:
    todo = add_todo(item, TodoContent("Call back", cast.anna), actor=system())

    with pytest.raises(PermissionRefused):
        complete_todo(todo, actor=cast.actor("boris"))

    assert complete_todo(todo, actor=cast.actor("anna")).is_done


def test_last_one_done_says_that_nothing_is_open(
    item: Item, completed: list[TodoCompleted]
) -> None:
    first = add_todo(item, TodoContent("First"), actor=system())
    second = add_todo(item, TodoContent("Second"), actor=system())

    for todo in (first, first, second):  # twice the same counts once
        complete_todo(todo, actor=system())

    assert [(each.todo_id, each.open_count) for each in completed] == [
        (first.pk, 1),
        (second.pk, 0),
    ]


def test_edit_that_changes_nothing_is_not_told(item: Item, cast: Cast) -> None:
    content = TodoContent("Call back", cast.boris, FRIDAY, "", ["One"])
    todo = add_todo(item, content, actor=system())

    edit_todo(todo, content, actor=system())
    assert told(item) == ["todo_added"]

    edit_todo(todo, TodoContent("Call again", cast.boris, FRIDAY), actor=system())
    assert told(item) == ["todo_added", "todo_changed"]


def test_who_made_it_edits_it_and_who_has_to_do_it_does_not(
    item: Item, sale: RecordType, cast: Cast
) -> None:
    writer = make_role("writer", {sale: {"view": "all", "change": "all"}})
    cast.boris.groups.add(writer)
    cast.clara.groups.add(make_role("onlooker", {sale: {"view": "all"}}))
    todo = add_todo(item, TodoContent("Call back", cast.clara), actor=cast.actor("boris"))
    cast.boris.groups.remove(writer)
    content = TodoContent("Call again", cast.clara)

    with pytest.raises(PermissionRefused):
        edit_todo(todo, content, actor=cast.actor("clara"))

    assert edit_todo(todo, content, actor=cast.actor("boris")).title == "Call again"


def test_who_may_no_longer_see_the_record_keeps_the_to_do_until_it_is_given_away(
    item: Item, cast: Cast
) -> None:
    todo = add_todo(item, TodoContent("Call back", cast.boris), actor=system())
    cast.boris.groups.clear()

    edited = edit_todo(todo, TodoContent("Call again", cast.boris), actor=cast.actor("anna"))

    assert (edited.title, edited.assignee) == ("Call again", cast.boris)


def test_step_that_stays_keeps_its_tick(item: Item, cast: Cast) -> None:
    todo = add_todo(item, TodoContent("Call", checklist=["One", "Two"]), actor=system())
    tick_item(ChecklistItem.objects.get(text="Two"), is_done=True, actor=cast.actor("anna"))

    edit_todo(todo, TodoContent("Call", checklist=["Two", "Three"]), actor=system())

    lines = [(line.text, line.done_at is not None) for line in todo.checklist.all()]
    assert lines == [("Two", True), ("Three", False)]


def test_tick_says_who_made_it_until_it_is_taken_away(item: Item, cast: Cast) -> None:
    add_todo(item, TodoContent("Call", cast.boris, checklist=["One"]), actor=system())
    line = ChecklistItem.objects.get()

    ticked = tick_item(line, is_done=True, actor=cast.actor("boris"))
    assert (ticked.done_by, ticked.done_at is None) == (cast.boris, False)

    free = tick_item(line, is_done=False, actor=cast.actor("boris"))
    assert (free.done_by, free.done_at) == (None, None)


def test_to_do_given_away_is_told_to_its_next_owner(item: Item, cast: Cast) -> None:
    todo = add_todo(item, TodoContent("Call back", cast.boris), actor=system())

    reassign_todo(todo, cast.anna, actor=cast.actor("boris"))

    assert Notification.objects.get(person=cast.anna).kind == "todo"
    with pytest.raises(PermissionRefused):  # it is not Boris's any more
        complete_todo(todo, actor=cast.actor("boris"))


def test_deleted_to_do_stays_in_the_timeline(item: Item, cast: Cast) -> None:
    todo = add_todo(item, TodoContent("Call back", cast.boris), actor=system())

    with pytest.raises(PermissionRefused):
        delete_todo(todo, actor=cast.actor("boris"))
    delete_todo(todo, actor=cast.actor("anna"))

    assert told(item) == ["todo_added", "todo_removed"]
    with pytest.raises(RecordMissing):
        complete_todo(todo, actor=system())


def test_late_ones_and_those_for_today_are_counted_apart(item: Item, cast: Cast) -> None:
    end_of_today = timezone.localtime().replace(hour=23, minute=59, second=59)
    for deadline in (FRIDAY, end_of_today, end_of_today + timedelta(days=1), None):
        add_todo(item, TodoContent("Call back", cast.boris, deadline), actor=system())

    assert own_counts(cast.actor("boris")) == TodoCounts(overdue=1, today=1)
