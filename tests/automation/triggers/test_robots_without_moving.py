"""Triggers that run the robots of a stage while the record stays where it is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from automation.choices import DecisionKind, OnLeave, RobotMoment, SpanUnit
from automation.models import Decision, Run
from automation.robots.entries import When
from automation.runtime import clock
from smart_processes.actions.records import update_record
from smart_processes.actions.stages import move_to_stage
from smart_processes.models import Item, Pipeline, Stage
from tests.automation.triggers.triggering import make_trigger, reasons, stage_of, work
from tests.factories.automation import make_robot
from tests.factories.smart_processes import make_field, make_item, make_pipeline, system

pytestmark = pytest.mark.django_db

AN_HOUR_LATER = When(RobotMoment.DELAY, 1, SpanUnit.HOURS)


@pytest.fixture
def pipeline() -> Pipeline:
    """Return one whose stage CALL has its robots run when a title changes."""
    pipeline = make_pipeline("NEW > CALL > OFFER > WON | LOST")
    fields = {"fields": ["title"]}
    make_trigger(pipeline, "CALL", "field_changed", "Renamed", params=fields, is_moving=False)
    return pipeline


def call(pipeline: Pipeline) -> Stage:
    return pipeline.stages.get(code="CALL")


def rename(item: Item, title: str = "Other") -> None:
    update_record(item, {"title": title}, actor=system())
    work()


def robots(item: Item) -> list[tuple[str, str]]:
    """Return robot and decision for a record, oldest first."""
    found = Decision.objects.filter(item=item, rule_kind="robot").order_by("pk")
    return [(each.rule_name, each.kind) for each in found]


def waiting(item: Item) -> Decision:
    return Decision.objects.get(item=item, kind=DecisionKind.WAITING)


def at(moment: datetime) -> None:
    with clock.moved(moment):
        work()


def test_robots_run_where_the_record_stands_and_say_who_asked(pipeline: Pipeline) -> None:
    make_robot(call(pipeline), name="Now")
    item = make_item(pipeline)

    rename(item)

    assert stage_of(item) == "NEW"
    assert reasons(item) == ["Planned robots of “Call”: 1."]
    decision = Decision.objects.get(rule_kind="robot")
    assert (decision.kind, decision.reason) == ("fired", "Started by the trigger “Renamed”.")


def test_delay_counts_from_the_moment_of_the_trigger(pipeline: Pipeline) -> None:
    make_robot(call(pipeline), name="Late", when=AN_HOUR_LATER)
    item = make_item(pipeline)
    begun = clock.now()

    with clock.moved(begun + timedelta(days=1)):
        rename(item)
    due = waiting(item).due_at
    assert due is not None
    assert due >= begun + timedelta(days=1, hours=1)
    assert not Run.objects.exists()

    at(due)
    assert robots(item) == [("Late", "fired")]


def test_date_is_waited_for_and_followed(pipeline: Pipeline) -> None:
    make_field(pipeline.type, "visit", "datetime")
    make_robot(call(pipeline), name="Date", when=When(RobotMoment.DATE_FIELD, date_field="visit"))
    item = make_item(pipeline)

    rename(item)
    assert waiting(item).reason == "Waits for a date in “Visit”."
    day = (clock.now() + timedelta(days=2)).replace(microsecond=0)
    update_record(item, {"visit": day}, actor=system())
    work()

    assert waiting(item).due_at == day
    at(day)
    assert robots(item) == [("Date", "fired")]


def test_robot_after_the_previous_one_waits_for_it_and_conditions_are_judged(
    pipeline: Pipeline,
) -> None:
    never = ({"object": "Document", "field": "title", "operator": "eq", "value": "?"},)
    make_robot(call(pipeline), name="Late", when=AN_HOUR_LATER)
    make_robot(call(pipeline), name="Next", after_previous=True)
    make_robot(call(pipeline), name="Never", condition=never)
    item = make_item(pipeline)

    rename(item)
    assert robots(item) == [("Late", "waiting"), ("Next", "waiting"), ("Never", "skipped")]

    at(clock.now() + timedelta(hours=2))
    assert robots(item) == [("Late", "fired"), ("Next", "fired"), ("Never", "skipped")]


def test_each_time_the_trigger_fires_the_robots_run_again(pipeline: Pipeline) -> None:
    make_robot(call(pipeline), name="Now")
    item = make_item(pipeline)

    rename(item, "One")
    rename(item, "Two")
    move_to_stage(item, "CALL", actor=system())  # by entering, they run as ever
    rename(item, "Three")

    assert robots(item) == [("Now", "fired")] * 4


@pytest.mark.parametrize(
    ("policy", "decision"), [(OnLeave.CANCEL, "cancelled"), (OnLeave.RUN_ANYWAY, "fired")]
)
def test_robots_follow_their_policy_when_the_record_leaves_where_it_stood(
    pipeline: Pipeline, policy: OnLeave, decision: str
) -> None:
    make_robot(call(pipeline), name="Late", when=AN_HOUR_LATER, on_leave=policy)
    item = make_item(pipeline)
    rename(item)

    move_to_stage(item, "OFFER", actor=system())
    at(clock.now() + timedelta(hours=2))

    assert robots(item) == [("Late", decision)]
