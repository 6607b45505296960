"""Robots that go by a date of the record, by a given moment, and by working time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from automation.choices import Hours, IfEmpty, RobotMoment, SpanUnit
from automation.models import CompanyCalendar, Decision, PersonHours
from automation.robots.entries import When
from automation.runtime import clock
from smart_processes.actions.records import update_record
from smart_processes.models import Item, Pipeline, Stage
from tests.factories.automation import make_robot, run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_pipeline, system

pytestmark = pytest.mark.django_db

THREE_DAYS_BEFORE = When(RobotMoment.DATE_FIELD, -3, SpanUnit.DAYS, date_field="visit")


@pytest.fixture
def pipeline() -> Pipeline:
    pipeline = make_pipeline("NEW > CALL > WON | LOST")
    make_field(pipeline.type, "visit", "date")
    return pipeline


def new(pipeline: Pipeline) -> Stage:
    return pipeline.stages.get(code="NEW")


def day(ahead: int) -> str:
    return (timezone.now() + timedelta(days=ahead)).date().isoformat()


def set_visit(item: Item, value: str) -> None:
    update_record(item, {"visit": value}, actor=system())
    run_due()


def only() -> Decision:
    return Decision.objects.get()


def test_three_days_before_a_date_that_changes_twice_fires_once(pipeline: Pipeline) -> None:
    make_robot(new(pipeline), when=THREE_DAYS_BEFORE)
    make_item(pipeline, visit=day(10))
    run_due()
    first = only().due_at

    item = Item.objects.get()
    set_visit(item, day(20))
    second = only().due_at
    set_visit(item, day(30))
    third = only().due_at

    assert first is not None
    assert (second, third) == (first + timedelta(days=10), first + timedelta(days=20))
    with clock.moved(first + timedelta(days=19)):
        run_due()
    assert only().kind == "waiting"
    with clock.moved(first + timedelta(days=20)):
        run_due()
        run_due()
    assert only().kind == "fired"


def test_a_date_that_is_cleared_waits_visibly_and_goes_on_with_the_next(
    pipeline: Pipeline,
) -> None:
    make_robot(new(pipeline), when=THREE_DAYS_BEFORE)
    item = make_item(pipeline, visit=day(10))
    run_due()

    set_visit(item, "")
    assert (only().kind, only().due_at) == ("waiting", None)
    assert only().reason == "Waits for a date in “Visit”."

    set_visit(item, day(1))  # three days before that is over
    assert only().kind == "fired"


def test_a_robot_may_leave_out_records_without_the_date(pipeline: Pipeline) -> None:
    when = When(RobotMoment.DATE_FIELD, date_field="visit", if_empty=IfEmpty.SKIP)
    make_robot(new(pipeline), when=when)
    make_item(pipeline)

    run_due()

    assert (only().kind, only().reason) == ("skipped", "“Visit” is empty.")


def test_a_given_moment_is_kept(pipeline: Pipeline) -> None:
    moment = timezone.now() + timedelta(days=2)
    make_robot(new(pipeline), when=When(RobotMoment.MOMENT, moment=moment))
    make_item(pipeline)

    run_due()

    assert only().due_at == moment


@pytest.mark.parametrize(
    ("when", "due"),
    [
        # 2026-12-25 is a Friday; the calendar has Saturdays and Sundays off.
        (When(RobotMoment.DATE_FIELD, -2, SpanUnit.DAYS, Hours.COMPANY), "2026-12-23T09:00"),
        (When(RobotMoment.DATE_FIELD, 1, SpanUnit.DAYS, Hours.COMPANY), "2026-12-28T09:00"),
        (When(RobotMoment.DATE_FIELD, 10, SpanUnit.HOURS, Hours.COMPANY), "2026-12-28T10:00"),
        (When(RobotMoment.DATE_FIELD, 1, SpanUnit.DAYS, Hours.RESPONSIBLE), "2026-12-26T12:00"),
        (When(RobotMoment.DATE_FIELD, 10, SpanUnit.HOURS), "2026-12-25T10:00"),
    ],
)
def test_working_time_is_the_company_s_or_the_responsible_s(
    pipeline: Pipeline, cast: Cast, when: When, due: str
) -> None:
    CompanyCalendar.objects.create(time_zone="UTC")
    PersonHours.objects.create(person=cast.anna, week=["12:00-20:00"] * 7)
    make_robot(new(pipeline), when=When(when.kind, when.amount, when.unit, when.hours, "visit"))
    with clock.moved(datetime(2026, 12, 1, tzinfo=UTC)):
        make_item(pipeline, visit="2026-12-25", responsible=cast.anna.pk)
        run_due()

    zone = timezone.get_default_timezone()
    assert only().due_at is not None
    expected = datetime.fromisoformat(due)
    assert only().due_at == expected.replace(tzinfo=zone if when.hours == Hours.CLOCK else UTC)
