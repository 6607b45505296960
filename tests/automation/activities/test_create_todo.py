"""To-dos that steps plan, run by the engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from automation.actions.todos import complete_todo, delete_todo
from automation.models import Absence, Run, Todo
from smart_processes.models import Item
from tests.automation.activities.stepping import Story, run_steps, step, work
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(cast: Cast) -> Item:
    """Return a record that anna is responsible for and that everybody but guest may see."""
    request = make_type("request")
    role = make_role("reader", {request: {"view": "all"}})
    for person in (cast.anna, cast.boris, cast.vera):
        person.groups.add(role)
    return make_item(request, title="Scanner", responsible="anna")


def away(person: User, substitute: User | None = None) -> None:
    now = timezone.now()
    Absence.objects.create(
        person=person,
        begins_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1),
        substitute=substitute,
    )


def plan(item: Item, **params: object) -> Story:
    return run_steps(step("create_todo", **{"title": "Call back", **params}), item=item)


def test_to_do_is_planned_for_who_is_responsible(item: Item, cast: Cast) -> None:
    story = plan(
        item,
        title="Call about {=Document:title}",
        deadline="=dateadd('2026-11-20 10:00','3d')",
        description="They asked twice.",
        checklist="Find the number\\n\\nCall".replace("\\n", "\n"),
    )

    todo = Todo.objects.get()
    assert (todo.title, todo.assignee, todo.item_id) == ("Call about Scanner", cast.anna, item.pk)
    assert todo.deadline_at == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert todo.description == "They asked twice."
    assert [line.text for line in todo.checklist.all()] == ["Find the number", "Call"]
    assert story.result("create_todo") == {"todo": todo.pk, "assignee": cast.anna.pk}
    assert story.effects("create_todo") == [(item.pk, "todo", None, todo.title)]


def test_substitute_gets_the_to_do_of_who_is_away(item: Item, cast: Cast) -> None:
    away(cast.anna, cast.boris)
    away(cast.vera)

    for params, person in (
        ({}, cast.boris),
        ({"to_substitute": "N"}, cast.anna),
        ({"assignee": "vera"}, cast.vera),  # nobody stands in
    ):
        assert plan(item, **params).result("create_todo")["assignee"] == person.pk


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"assignee": "guest"}, "may not see this record"),
        ({"assignee": "nobody"}, "nobody called “nobody”"),
        ({"deadline": "soon"}, "“soon” is not a date."),
        ({"title": " "}, ""),
    ],
)
def test_to_do_that_cannot_be_fails_the_step(
    item: Item, params: dict[str, str], sentence: str
) -> None:
    kind, message = plan(item, **params).error("create_todo")

    assert kind == "application"
    assert sentence in message
    assert not Todo.objects.exists()


def test_run_waits_until_the_to_do_is_done(item: Item, cast: Cast) -> None:
    planned = step("create_todo", title="Call back", is_awaited=True)
    after = step("log", text="{=create_todo:todo} by {=create_todo:done_by}")
    waiting, other = run_steps(planned, after, item=item), plan(item, is_awaited=True)
    assert (waiting.run.status, other.run.status) == ("waiting", "waiting")

    first = Todo.objects.order_by("pk")[0]
    complete_todo(first, actor=cast.actor("anna"))
    work()

    waiting.run.refresh_from_db()
    assert waiting.run.status == "completed"
    assert waiting.result("create_todo") == {
        "assignee": cast.anna.pk,
        "done_by": cast.anna.pk,
        "is_deleted": False,
    }
    assert waiting.line("log").operation_status_message == f"{first.pk} by {cast.anna.pk}"
    assert Run.objects.get(pk=other.run.pk).status == "waiting"


def test_deleted_to_do_ends_the_wait(item: Item, cast: Cast) -> None:
    waiting = plan(item, is_awaited=True)

    delete_todo(Todo.objects.get(), actor=system())
    work()

    assert waiting.result("create_todo")["is_deleted"] is True
