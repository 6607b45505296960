"""The pages of schedules and global values, as a browser sends their forms."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django_celery_beat.models import PeriodicTask

from automation.actions.calendars import change_calendar
from automation.actions.global_values import set_global
from automation.choices import GlobalKind
from automation.models import GlobalValue, Program, Schedule
from automation.runtime import clock
from tests.factories.automation import log, make_program
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_type, system
from tests.support.admin_forms import add_url, change_url, delete_url, filled_in, said, send

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2026, 7, 3, 12, 0, tzinfo=ZoneInfo("Europe/Minsk"))


@pytest.fixture
def report(db: None) -> Program:
    """A program that mails a table to whom its schedule says."""
    change_calendar({"time_zone": "Europe/Minsk"}, actor=system())
    make_type("sale")
    params = {"to": "{=Template:to}", "subject": "Won", "type": "sale"}
    return make_program(
        {"id": "mail", "type": "mail_table", "params": params},
        code="report",
        parameters=[{"code": "to", "label": "Who is told", "is_required": True}],
    )


def typed(program: Program, **values: Any) -> dict[str, Any]:
    usual = {"name": "Daily", "code": "daily", "program": program.pk, "times": "0 18 * * *"}
    return usual | values


def test_schedule_is_made_and_tells_its_next_times_and_letters(
    owner: Client, report: Program
) -> None:
    asked = send(owner, add_url(Schedule), **typed(report))
    assert "Fill in “Who is told”." in asked
    assert not Schedule.objects.exists()

    made = typed(report, parameter_to="chief@example.com", is_on_working_days="on")
    assert (
        owner.post(add_url(Schedule), filled_in(owner, add_url(Schedule)) | made).status_code == 302
    )
    schedule = Schedule.objects.get()
    assert schedule.parameters == {"to": "chief@example.com"}
    assert PeriodicTask.objects.filter(name=f"schedule {schedule.pk}", enabled=True).exists()

    with clock.moved(FRIDAY):
        page = said(owner.get(change_url(schedule)))
    assert "July 3, 2026, 6 p.m." in page
    assert "July 4, 2026" not in page  # a Saturday
    assert "July 6, 2026, 6 p.m." in page
    assert "Letters go to" in page
    assert "chief@example.com" in page


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"times": "0 18 * *"}, "Write five parts"),
        ({"times": "0 99 * * *"}, "The times cannot be read"),
        ({"times": "0 0 31 2 *"}, "The times cannot be read"),
        ({"times": "0 0 29 2 1"}, "None of these times comes within four years."),
        ({"filters": '{"nothing": ["1"]}', "type": "sale"}, "nothing"),
        ({"filters": "{"}, "This is not JSON: look at line 1, column 2."),
        ({"name": ""}, "This field is required"),
    ],
)
def test_wrong_schedule_is_refused_with_a_sentence(
    owner: Client, report: Program, values: dict[str, Any], sentence: str
) -> None:
    if "type" in values:
        values = values | {"type": make_type("visit").pk}

    with clock.moved(FRIDAY):
        told = send(owner, add_url(Schedule), **typed(report, parameter_to="a@b.c", **values))

    assert sentence in told
    assert not Schedule.objects.exists()


def test_schedule_over_other_records_than_its_program_is_refused(owner: Client) -> None:
    program = make_program(log("a"), record_type=make_type("sale"))

    told = send(owner, add_url(Schedule), **typed(program, type=make_type("visit").pk))

    assert "works on other records: Sales" in told


def test_schedule_is_changed_switched_off_and_deleted(owner: Client) -> None:
    send(owner, add_url(Schedule), **typed(make_program(log("a"))))
    schedule = Schedule.objects.get()

    send(owner, change_url(schedule), times="30 7 * * 1", is_active=None)
    schedule.refresh_from_db()
    assert (schedule.times, schedule.is_active) == ("30 7 * * 1", False)
    assert not PeriodicTask.objects.get(name=f"schedule {schedule.pk}").enabled
    assert "It is switched off." in said(owner.get(change_url(schedule)))

    owner.post(delete_url(schedule), {"post": "yes"})
    assert not Schedule.objects.exists()
    assert not PeriodicTask.objects.filter(name=f"schedule {schedule.pk}").exists()


def test_global_values_are_set_as_numbers_texts_and_json(owner: Client) -> None:
    for code, text in (("rate", "5"), ("greeting", "Hello"), ("code", '"5"'), ("none", "")):
        kind = {"kind": "constant", "label": code}
        assert send(owner, add_url(GlobalValue), code=code, typed=text, **kind) == ""

    found = dict(GlobalValue.objects.values_list("code", "value"))
    assert found == {"rate": 5, "greeting": "Hello", "code": "5", "none": None}
    stored = GlobalValue.objects.get(code="code")
    assert send(owner, change_url(stored), label="Code") == ""
    stored.refresh_from_db()
    assert (stored.value, stored.label) == ("5", "Code")
    twice = send(owner, add_url(GlobalValue), code="rate", kind="constant", label="Again")
    assert "There is one with this code already." in twice


def test_secret_value_is_never_shown(owner: Client, cast: Cast) -> None:
    key = set_global(GlobalKind.CONSTANT, "key", "hunter22", actor=system(), is_secret=True)
    place = change_url(key)
    assert "hunter22" not in owner.get(place).content.decode()
    assert "hunter22" not in owner.get("/admin/automation/globalvalue/").content.decode()

    assert send(owner, place, label="Key") == ""
    key.refresh_from_db()
    assert (key.value, key.is_secret) == ("hunter22", True)

    assert "Enter the value anew" in send(owner, place, is_secret=None)
    key.refresh_from_db()
    assert key.is_secret
