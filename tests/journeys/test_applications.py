"""Process 4: applications find their people in turn and move on by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from automation.actions.todos import complete_todo
from automation.models import Decision, Todo
from automation.triggering.reading_mail import read_mail
from smart_processes.models import Item, RecordType
from tests.factories.automation import run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, system
from tests.support.imap_server import ImapServer, imap_server

__all__ = ["imap_server"]  # a fixture, used by its name
pytestmark = pytest.mark.django_db
SOLUTION = Path(__file__).parent / "applications" / "solution.yaml"


def test_application_is_lived_through(cast: Cast, imap_server: ImapServer) -> None:
    call_command("solution", "apply", str(SOLUTION))
    applications = [
        _received(title=f"Application {n}", client_email=f"client{n}@example.org") for n in range(4)
    ]
    run_due()
    assert [_now(each).responsible for each in applications] == [
        *(cast.anna, cast.boris),
        *(cast.anna, cast.boris),
    ]

    imap_server.deliver("Client <client1@example.org>", "I agree")
    read_mail()
    run_due()
    assert [_now(each).stage for each in applications] == [
        *("RECEIVED", "IN_WORK"),
        *("RECEIVED", "RECEIVED"),
    ]

    todos = Todo.objects.filter(item=applications[1])
    assert {(each.title, each.assignee) for each in todos} == {
        ("Answer Application 1", cast.boris),
        ("Send the contract", cast.boris),
    }
    for todo in todos:
        assert _now(applications[1]).stage == "IN_WORK"
        complete_todo(todo, actor=cast.actor("root"))
        run_due()
    assert _now(applications[1]).stage == "COMPLETED"

    told = Decision.objects.filter(item=applications[1])
    assert {(each.rule_name, each.kind) for each in told} == {
        ("Find who is responsible", "fired"),
        ("The client wrote", "fired"),
        ("Answer the client", "fired"),
        ("Send the contract", "fired"),
        ("Everything is done", "fired"),
    }


def _received(**values: str) -> Item:
    return make_item(RecordType.objects.get(code="application"), actor=system(), **values)


def _now(item: Item) -> Item:
    return Item._base_manager.select_related("responsible").get(pk=item.pk)
