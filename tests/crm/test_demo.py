"""The demo: complete, consistent, loaded once, and never into somebody's system."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.db.models import F

from accounts.actor import Actor
from accounts.models import User
from automation.models import Decision, Run, Schedule, Todo
from automation.runtime import executor, outbox
from crm.demo.people import DEMO_PASSWORD, LOGINS
from smart_processes.models import (
    Item,
    Pipeline,
    RecordLink,
    RecordType,
    StageVisit,
    TimelineEntry,
)
from smart_processes.schema import schema_for
from smart_processes.selectors.board import board_columns
from smart_processes.values import missing_fields, required_codes
from tests.factories.accounts import make_user
from tests.factories.smart_processes import system

pytestmark = pytest.mark.django_db


def load() -> str:
    """Run the command and return what it printed."""
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def sales_of(username: str) -> int:
    """Return how many deals somebody's board shows."""
    actor = Actor.person(User.objects.get(username=username))
    deal = schema_for(actor).type("deal")
    columns = board_columns(actor=actor, type_schema=deal, pipeline=deal.default_pipeline)
    return sum(column.record_count for column in columns)


def test_the_demo_shows_everything_and_a_second_run_does_nothing(client):
    printed = load()

    assert all(login.username in printed for login in LOGINS)
    assert all(client.login(username=each.username, password=DEMO_PASSWORD) for each in LOGINS)
    counts = {t.code: t.items.count() for t in RecordType.objects.all()}
    assert counts == {
        "company": 40,
        "contact": 80,
        "lead": 60,
        "deal": 300,
        "hiring": 60,
        "purchase": 12,
    }
    assert Pipeline.objects.get(type__code="deal", code="main").edges.exists()
    _assert_history_is_whole()
    _assert_requirements_hold()
    _assert_scopes_differ()

    state = (Item.objects.count(), TimelineEntry.objects.count(), User.objects.count())
    assert load() == printed
    assert state == (Item.objects.count(), TimelineEntry.objects.count(), User.objects.count())


def _assert_history_is_whole() -> None:
    assert StageVisit.objects.filter(left_at=None).count() == Item.objects.count()
    standing = StageVisit.objects.filter(left_at=None, stage__code=F("item__stage"))
    assert standing.count() == Item.objects.count()
    assert not StageVisit.objects.filter(left_at__lt=F("entered_at")).exists()
    assert not Item.objects.filter(moved_at__lt=F("created_at")).exists()
    moments = Item.objects.filter(type__code="deal").order_by("created_at")
    assert (moments.last().created_at - moments.first().created_at).days > 90
    assert TimelineEntry.objects.filter(kind="comment").count() > 100
    assert RecordLink.objects.filter(kind="").count() == 24


def _assert_requirements_hold() -> None:
    schema = schema_for(system())
    for type_schema in schema.types.values():
        for record in type_schema.model._base_manager.filter(type=type_schema.type):
            pipeline = schema.pipelines[record.pipeline_id]
            stage = pipeline.stage(record.stage)
            assert stage is not None
            asked = [*required_codes(type_schema), *pipeline.required_in(stage)]
            assert missing_fields(record, type_schema, asked) == []


def _assert_scopes_differ() -> None:
    shown = [sales_of(login.username) for login in LOGINS]
    assert shown[0] == shown[1] == 265
    assert 0 < shown[2] < 265


def test_what_people_did_today_is_followed_up_by_robots_and_triggers(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    load()
    assert not Schedule.objects.filter(is_active=True).exists()
    before = Decision.objects.count()

    while executor.run_due() or outbox.send_due():
        pass

    assert before == 0
    kinds = {(each.rule_name, each.kind) for each in Decision.objects.all()}
    assert kinds >= {
        ("Plan the first call", "fired"),
        ("Plan the first call", "cancelled"),
        ("Remind after three days", "waiting"),
        ("Remind after three days", "cancelled"),
        ("Tell the head of sales of large offers", "fired"),
        ("Tell the head of sales of large offers", "skipped"),
        ("The contract has a number", "fired"),
        ("Prepare the contract", "fired"),
        ("Назначено собеседование", "fired"),
        ("Somebody approved it", "fired"),
        ("Ask the buyer to look at it", "fired"),
    }
    assert Decision.objects.count() < 60
    assert Todo.objects.filter(assignee__username="karim.yates").exists()
    (failed,) = Run.objects.filter(status="failed")
    assert "Thank the client" in failed.version.program.name
    assert len(mail.outbox) == 1


def test_a_system_in_use_is_left_alone():
    make_user("somebody")

    assert load() == ""
    assert not Item.objects.exists()
    assert User.objects.count() == 1
