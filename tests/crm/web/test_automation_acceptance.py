"""What users were promised of automation, at their own door: they act on pages and read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from automation.choices import Hours, RobotMoment, RunStatus, SpanUnit
from automation.models import CompanyCalendar, Decision, GlobalValue, Run
from automation.robots.entries import When
from automation.runtime import clock
from smart_processes.models import Item, Pipeline
from tests.factories.accounts import make_role
from tests.factories.automation import log, make_program, make_robot, make_run, run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type
from tests.support.board_answers import move
from tests.support.pages import read, signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline() -> Pipeline:
    sale = make_type("sale", "NEW > CALL > WON | LOST")
    make_field(sale, "visit", "date")
    return sale.pipelines.get()


@pytest.fixture
def anna(cast: Cast, pipeline: Pipeline) -> Client:
    """Anna, who works with sales and automates them."""
    may = dict.fromkeys(("view", "add", "change", "delete", "automate"), "all")
    cast.anna.groups.add(make_role("chief", {pipeline.type: may}))
    return signed_in(cast.anna, HTTP_HX_REQUEST="true")


def robot(pipeline: Pipeline, stage: str, activity: str = "log", **parts: Any) -> None:
    make_robot(pipeline.stages.get(code=stage), activity, **parts)


def write(client: Client, item: Item, code: str, value: Any) -> None:
    item.refresh_from_db()
    sent = {f"value-{code}": value, "version": item.version}
    answer = client.post(f"/sale/{item.pk}/fields/{code}/edit/", sent)
    assert answer.status_code == 200
    run_due()


def tab(client: Client, item: Item) -> str:
    return words(read(client, f"/sale/{item.pk}/automation/"))


def day(ahead: int) -> str:
    return (timezone.now() + timedelta(days=ahead)).date().isoformat()


def test_robot_by_a_date_follows_what_people_write_and_fires_once(
    anna: Client, pipeline: Pipeline
) -> None:
    when = When(RobotMoment.DATE_FIELD, -3, SpanUnit.DAYS, date_field="visit")
    robot(pipeline, "NEW", "set_fields", when=when, params={"values": {"title": "Soon"}})
    item = make_item(pipeline, visit=day(10))
    run_due()
    first = Decision.objects.get().due_at
    assert first is not None

    write(anna, item, "visit", day(20))
    write(anna, item, "visit", "")
    assert "Waits for a date in “Visit”." in tab(anna, item)
    write(anna, item, "visit", day(30))

    due = Decision.objects.get().due_at
    assert due == first + timedelta(days=20)
    assert due.isoformat() in anna.get(f"/sale/{item.pk}/automation/").content.decode()
    for days in (10, 20, 21):
        with clock.moved(first + timedelta(days=days)):
            run_due()
        assert Run.objects.count() == (0 if days == 10 else 1)
    item.refresh_from_db()
    assert item.title == "Soon"


def test_card_that_leaves_and_returns_within_the_delay_is_treated_once_and_told_why(
    anna: Client, pipeline: Pipeline
) -> None:
    robot(pipeline, "NEW", name="Remind", when=When(RobotMoment.DELAY, 1, SpanUnit.HOURS))
    item = make_item(pipeline)
    run_due()

    move(anna, item, "CALL", expected="NEW")
    run_due()
    move(anna, item, "NEW", expected="CALL")
    run_due()
    with clock.moved(clock.now() + timedelta(hours=2)):
        run_due()

    assert Run.objects.count() == 1
    assert "The record left for “Call” before." in tab(anna, item)


def test_circle_of_robots_ends_with_a_report_on_the_tab_and_in_the_story(
    anna: Client, pipeline: Pipeline
) -> None:
    robot(pipeline, "NEW", "change_stage", name="There", params={"stage": "CALL"})
    robot(pipeline, "CALL", "change_stage", name="Back", params={"stage": "NEW"})
    item = make_item(pipeline)

    run_due()

    report = "Stopped before its third turn: “There” → “Back” → “There”"
    stopped = Run.objects.get(status=RunStatus.FAILED)
    assert report in tab(anna, item)
    assert report in words(read(anna, f"/automation/runs/{stopped.pk}/"))


def test_pause_ends_in_the_hours_of_somebody_ten_hours_ahead_and_is_shown_in_theirs(
    anna: Client, pipeline: Pipeline, cast: Cast
) -> None:
    cast.anna.time_zone = "Asia/Vladivostok"
    cast.anna.save(update_fields=["time_zone"])
    CompanyCalendar.objects.create(time_zone="UTC", country="RU")
    # A working hour after a Friday's closing time; Monday, 9 March 2026 is a day off as well.
    when = When(RobotMoment.DELAY, 1, SpanUnit.HOURS, Hours.RESPONSIBLE)
    robot(pipeline, "NEW", when=when)
    friday = datetime(2026, 3, 6, 9, tzinfo=UTC)  # seven in the evening in Vladivostok
    with clock.moved(friday):
        item = make_item(pipeline, responsible=cast.anna.pk)
        item.visits.update(entered_at=friday)
        run_due()

    due = Decision.objects.get().due_at
    # Tuesday at ten on her clock.
    assert due == datetime(2026, 3, 10, 0, tzinfo=UTC)
    assert "until 10 Mar 2026, 10:00" in tab(anna, item)


def test_no_page_of_automation_shows_a_secret(anna: Client, pipeline: Pipeline) -> None:
    GlobalValue.objects.create(
        kind="constant", code="token", label="Token", value="s3cr3t-token", is_secret=True
    )
    tell = log("tell", "Key {=GlobalConst:token}")
    lost = {"id": "go", "type": "change_stage", "params": {"stage": "{=GlobalConst:token}"}}
    run = make_run(make_program(tell, lost), make_item(pipeline))
    run_due()
    run.refresh_from_db()
    assert run.status == RunStatus.FAILED

    pages = [
        f"/automation/runs/{run.pk}/",
        f"/automation/runs/{run.pk}/?step=tell",
        f"/automation/runs/{run.pk}/?step=go",
        "/automation/runs/",
        "/automation/health/",
        f"/sale/{run.item_id}/automation/",
    ]
    for page in pages:
        assert "s3cr3t" not in anna.get(page, follow=True).content.decode(), page
