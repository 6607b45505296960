"""Programs by the clock: each time once, whatever beat does."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django_celery_beat.models import PeriodicTask
from openpyxl import load_workbook

from automation.actions.calendars import change_calendar, set_special_day
from automation.actions.schedules import (
    TASK,
    add_schedule,
    change_schedule,
    delete_schedule,
    run_schedule,
)
from automation.models import Program, Run, Schedule, ScheduleOccurrence
from automation.runtime import clock, executor, outbox
from automation.schedule_times import last_time
from smart_processes.exceptions import ConfigurationRefused
from tests.factories.automation import log, make_program
from tests.factories.smart_processes import make_field, make_item, make_pipeline, make_type, system
from tests.support.mail_server import MailServer, mail_server

__all__ = ["mail_server"]  # a fixture, used by its name
pytestmark = pytest.mark.django_db
MINSK = ZoneInfo("Europe/Minsk")
FRIDAY = datetime(2026, 7, 3, 18, 0, tzinfo=MINSK)


@pytest.fixture(autouse=True)
def _company(db: None) -> None:
    change_calendar({"time_zone": "Europe/Minsk"}, actor=system())


def _schedule(program: Program | None = None, times: str = "0 18 * * *", **parts: Any) -> Schedule:
    with clock.moved(FRIDAY - timedelta(days=30)):
        return add_schedule(
            "daily", "Daily", program or make_program(log("a")), times, actor=system(), **parts
        )


def _run(schedule: Schedule, at: datetime) -> None:
    with clock.moved(at):
        run_schedule(schedule.pk)


def test_schedule_keeps_the_row_that_beat_reads() -> None:
    schedule = _schedule(times="30 18 * * 1-5")

    row = PeriodicTask.objects.get(task=TASK)
    assert json.loads(row.args) == [schedule.pk]
    assert (row.crontab.hour, row.crontab.minute, row.crontab.day_of_week) == ("18", "30", "1-5")
    assert str(row.crontab.timezone) == "Europe/Minsk"

    change_schedule(schedule, {"is_active": False, "times": "0 9 * * *"}, actor=system())
    row.refresh_from_db()
    assert (row.enabled, row.crontab.hour) == (False, "9")

    delete_schedule(schedule, actor=system())
    assert not PeriodicTask.objects.filter(task=TASK).exists()


def test_one_time_runs_once_however_often_beat_tells() -> None:
    schedule = _schedule()

    for minutes in (0, 0, 1, 90):
        _run(schedule, FRIDAY + timedelta(minutes=minutes))

    assert Run.objects.count() == 1
    occurrence = ScheduleOccurrence.objects.get()
    assert occurrence.planned_at == FRIDAY
    assert (occurrence.status, occurrence.run_count) == ("started", 1)


def test_of_missed_times_the_last_one_is_made_up_for() -> None:
    schedule = _schedule()
    _run(schedule, FRIDAY)

    _run(schedule, FRIDAY + timedelta(days=3, hours=2))

    assert Run.objects.count() == 2


def test_times_before_the_schedule_are_none_of_its() -> None:
    with clock.moved(FRIDAY + timedelta(hours=1)):
        schedule = add_schedule(
            "daily", "Daily", make_program(log("a")), "0 18 * * *", actor=system()
        )

    _run(schedule, FRIDAY + timedelta(hours=2))

    assert not Run.objects.exists()


def test_days_off_and_holidays_are_left_out_and_say_so() -> None:
    set_special_day(FRIDAY.date(), "", note="Independence Day", actor=system())
    schedule = _schedule(is_on_working_days=True)

    for days in (0, 1, 2, 3):
        _run(schedule, FRIDAY + timedelta(days=days))

    statuses = ScheduleOccurrence.objects.order_by("planned_at").values_list("status", flat=True)
    assert list(statuses) == ["skipped", "skipped", "skipped", "started"]
    assert Run.objects.count() == 1


def test_program_runs_once_for_each_record_of_the_filter() -> None:
    pipeline = make_pipeline()
    wanted = {make_item(pipeline, stage="CALL").pk for _ in range(3)}
    make_item(pipeline)
    schedule = _schedule(type=pipeline.type, filters={"stage": ["CALL"]})

    _run(schedule, FRIDAY)

    assert set(Run.objects.values_list("item_id", flat=True)) == wanted
    assert ScheduleOccurrence.objects.get().run_count == 3


def test_program_that_is_switched_off_fails_readably() -> None:
    program = make_program(log("a"))
    schedule = _schedule(program)
    Program.objects.update(is_active=False)

    _run(schedule, FRIDAY)

    occurrence = ScheduleOccurrence.objects.get()
    assert occurrence.status == "failed"
    assert "switched off" in occurrence.reason


@pytest.mark.parametrize("times", ["", "0 18 * *", "61 18 * * *", "0 18 * * * *", "a b c d e"])
def test_times_that_cannot_be_read_are_refused(times: str) -> None:
    with pytest.raises(ConfigurationRefused):
        _schedule(times=times)


def test_last_time_knows_weekdays_and_clock_changes() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    monday = datetime(2026, 3, 30, 8, 0, tzinfo=berlin)

    skipped = last_time("30 2 * * *", datetime(2026, 3, 29, 12, tzinfo=UTC), berlin)
    assert skipped is not None
    assert skipped.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert last_time("0 18 * * 1-5", monday, berlin) == datetime(2026, 3, 27, 18, tzinfo=berlin)
    assert last_time("0 0 29 2 *", monday, berlin) == datetime(2024, 2, 29, tzinfo=berlin)


def test_every_working_day_the_table_goes_to_the_owner(mail_server: MailServer) -> None:
    invoices = make_type("invoice_in")
    make_field(invoices, "paid_by")
    pipeline = invoices.pipelines.get()
    for number in (1, 2):
        make_item(pipeline, stage="CALL", title=f"Invoice {number}", amount=f"{number}00 EUR")
    make_item(pipeline, title="Not processed")
    step = {
        "id": "table",
        "type": "mail_table",
        "params": {
            "to": "owner@example.org",
            "subject": "Invoices of {=System:Date}",
            "type": "invoice_in",
            "filters": {"stage": "CALL"},
            "columns": ["number", "title", "amount"],
        },
    }
    schedule = _schedule(make_program(step), is_on_working_days=True)

    _run(schedule, FRIDAY)
    while executor.run_due() or outbox.send_due():
        pass

    (letter,) = mail_server.letters
    assert letter.recipients == ["owner@example.org"]
    (table,) = letter.message.iter_attachments()
    sheet = load_workbook(BytesIO(table.get_content())).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[1] for row in rows[1:]] == ["Invoice 1", "Invoice 2"]
    assert [row[2] for row in rows[1:]] == [100, 200]
    assert Run.objects.get().status == "completed"
