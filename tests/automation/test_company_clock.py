"""A company ten hours ahead of its server: days and hours in rules are the company's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from automation.calendars.stored import COMPANY
from automation.choices import RobotMoment, SpanUnit
from automation.models import CompanyCalendar, Decision, JournalEntry, Todo
from automation.robots.entries import When
from automation.runtime import clock
from smart_processes.actions.stages import move_to_stage
from tests.factories.automation import log, make_program, make_robot, make_run, run_due
from tests.factories.smart_processes import make_field, make_item, make_pipeline, make_type, system

pytestmark = pytest.mark.django_db

# Half past one in the morning of the 23rd in Vladivostok.
NIGHT = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _company_in_vladivostok() -> None:
    CompanyCalendar.objects.update_or_create(
        code=COMPANY, defaults={"time_zone": "Asia/Vladivostok"}
    )


def test_today_is_the_company_s_day() -> None:
    run = make_run(make_program(log("a", "{=System:Date}")))

    with clock.moved(NIGHT):
        run_due()

    line = JournalEntry.objects.get(run=run, step="a")
    assert "23" in line.inputs["text"]


def test_a_day_before_a_date_begins_with_the_company_s_day() -> None:
    sale = make_type("sale")
    make_field(sale, "due", "date")
    pipeline = make_pipeline("A > B > WON | LOST", record_type=sale, code="second")
    when = When(RobotMoment.DATE_FIELD, -1, SpanUnit.DAYS, date_field="due")
    make_robot(pipeline.stages.get(code="B"), when=when)
    item = make_item(pipeline, due="2026-12-10")

    with clock.moved(NIGHT):
        move_to_stage(item, "B", actor=system())
        run_due()

    assert Decision.objects.get(item=item).due_at == datetime(2026, 12, 8, 14, tzinfo=UTC)


def test_a_deadline_is_the_company_s_hour() -> None:
    item = make_item(make_pipeline("A > B > WON | LOST"))
    todo = {"title": "Call", "deadline": "2026-12-10 09:00"}
    make_run(make_program({"id": "a", "type": "create_todo", "params": todo}), item)

    run_due()

    assert Todo.objects.get().deadline_at == datetime(2026, 12, 9, 23, tzinfo=UTC)
