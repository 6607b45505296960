"""Whoever made a rule is told when it failed, whatever started it and wherever it failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from automation.actions.programs import create_program
from automation.actions.runs import start_run
from automation.actions.schedules import add_schedule, run_schedule
from automation.actions.triggers import add_trigger
from automation.actions.troubles import leave_event, leave_plan, retry_event, retry_plan
from automation.models import (
    Decision,
    Notification,
    Program,
    RobotList,
    Run,
    StagePlan,
    TriggerEvent,
)
from automation.runtime import clock, outbox
from smart_processes.models import Item, Pipeline
from tests.factories.automation import body, log, make_robot, run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, system

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FAILS = {"id": "move", "type": "change_stage", "params": {"stage": "{=Document:title}"}}
# Fails without a record as well.
NOWHERE = {"id": "number", "type": "change_stage", "params": {"stage": "GONE"}}


@pytest.fixture
def pipeline() -> Pipeline:
    return make_pipeline("NEW > CALL")


@pytest.fixture
def item(pipeline: Pipeline) -> Item:
    return make_item(pipeline, title="Fleet tablets")


def published_by(cast: Cast, code: str, *steps: Any) -> Program:
    """Return a program that root published."""
    return create_program(code, code.capitalize(), actor=cast.actor("root"), body=body(*steps))


def told() -> list[tuple[str, str]]:
    """Return who was told what about failures."""
    found = Notification.objects.filter(kind="failure").order_by("pk")
    return [(each.person.username, each.title) for each in found]


# --- runs -----------------------------------------------------------------------------------


def test_failed_run_is_told_to_who_published_and_who_started_it(item: Item, cast: Cast) -> None:
    cast.anna.is_superuser = True
    cast.anna.save(update_fields=["is_superuser"])
    start_run(published_by(cast, "mover", FAILS), item, actor=cast.actor("anna"))

    run_due()

    title = "“Mover” failed for “Fleet tablets”"
    assert sorted(told()) == [("anna", title), ("root", title)]
    note = Notification.objects.filter(person=cast.root).get()
    assert (note.item_id, note.text) == (item.pk, Run.objects.get().error)


def test_run_that_goes_well_tells_nobody(item: Item, cast: Cast) -> None:
    start_run(published_by(cast, "writer", log("one")), item, actor=cast.actor("root"))

    run_due()

    assert told() == []


def test_failed_run_of_a_schedule_is_told_to_its_program_s_owner(cast: Cast) -> None:
    with clock.moved(NOON - timedelta(days=3)):
        program = published_by(cast, "daily", NOWHERE)
        schedule = add_schedule("daily", "Daily", program, "0 9 * * *", actor=cast.actor("root"))
    with clock.moved(NOON):
        run_schedule(schedule.pk)
        run_due()

    assert told() == [("root", "“Daily” failed")]


def test_schedule_that_cannot_start_anything_is_told(cast: Cast) -> None:
    with clock.moved(NOON - timedelta(days=3)):
        program = published_by(cast, "daily", log("one"))
        schedule = add_schedule("daily", "Daily", program, "0 9 * * *", actor=cast.actor("root"))
    Program.objects.update(is_active=False)

    with clock.moved(NOON):
        run_schedule(schedule.pk)
        run_schedule(schedule.pk)

    assert told() == [("root", "The schedule “Daily” failed")]


def test_run_that_another_one_waits_for_is_told_once(item: Item, cast: Cast) -> None:
    published_by(cast, "inner", FAILS)
    starts = {
        "id": "start",
        "type": "start_workflow",
        "params": {"program": "inner", "is_awaited": True},
    }
    start_run(published_by(cast, "outer", starts), item, actor=system())

    run_due()
    outbox.send_due()  # what became of it
    run_due()

    assert told() == [("root", "“Outer” failed for “Fleet tablets”")]


def test_circle_that_was_stopped_is_told(item: Item, cast: Cast) -> None:
    again = {"id": "again", "type": "start_workflow", "params": {"program": "circle"}}
    circle = published_by(cast, "circle", log("one"))
    Program.objects.filter(pk=circle.pk).update(
        published=published_by(cast, "circle_body", again).published
    )
    start_run(Program.objects.get(pk=circle.pk), item, actor=system())

    run_due()

    assert ("root", "“Circle_body” failed for “Fleet tablets”") in told()


# --- what is no run -------------------------------------------------------------------------


def broken_plan(pipeline: Pipeline, cast: Cast) -> StagePlan:
    """Return a plan that cannot be worked out: its list of robots is damaged."""
    make_robot(pipeline.stages.get(code="NEW"), name="Greet", actor=cast.actor("root"))
    item = make_item(pipeline, title="Fleet tablets")
    entries = RobotList.objects.get().entries
    RobotList.objects.update(entries=[entries[0] | {"when": {"kind": "never"}}])
    run_due()
    plan = StagePlan.objects.get(item=item)
    assert plan.error.startswith("A fault in the product: ValueError")
    RobotList.objects.update(entries=entries)
    return plan


def test_plan_that_fails_is_told_to_who_made_the_robots(pipeline: Pipeline, cast: Cast) -> None:
    broken_plan(pipeline, cast)

    assert told() == [("root", "The robots of “New” were not planned for “Fleet tablets”")]


def test_plan_is_worked_out_when_it_is_tried_again(pipeline: Pipeline, cast: Cast) -> None:
    plan = broken_plan(pipeline, cast)

    retry_plan(plan, actor=cast.actor("root"))
    run_due()

    assert Decision.objects.get(item_id=plan.item_id).kind == "fired"
    assert not StagePlan.objects.exists()


def test_plan_that_is_left_runs_nothing(pipeline: Pipeline, cast: Cast) -> None:
    plan = broken_plan(pipeline, cast)

    leave_plan(plan, actor=cast.actor("root"))
    run_due()

    assert not Decision.objects.exists()
    assert not StagePlan.objects.exists()


def given_up_event(pipeline: Pipeline, item: Item, cast: Cast) -> TriggerEvent:
    """Return an event that was tried until nobody tries it any more: its payload is damaged."""
    stage = pipeline.stages.get(code="CALL")
    add_trigger(
        stage, "field_changed", "Hot", actor=cast.actor("root"), params={"fields": ["title"]}
    )
    event = TriggerEvent.objects.create(
        kind="unheard_of", item=item, at=clock.now(), due_at=clock.now()
    )
    for minutes in range(0, 120, 20):
        with clock.moved(clock.now() + timedelta(minutes=minutes)):
            run_due()
    event.refresh_from_db()
    assert (event.due_at, bool(event.error)) == (None, True)
    return event


def test_event_that_is_given_up_is_told_to_who_made_the_triggers(
    pipeline: Pipeline, item: Item, cast: Cast
) -> None:
    given_up_event(pipeline, item, cast)

    assert told() == [("root", "Triggers could not look at what happened to “Fleet tablets”")]


def test_event_is_looked_at_when_it_is_tried_again(
    pipeline: Pipeline, item: Item, cast: Cast
) -> None:
    event = given_up_event(pipeline, item, cast)
    TriggerEvent.objects.update(
        kind="fields_changed", payload={"changes": {"title": ["A", "Fleet tablets"]}}
    )

    retry_event(event, actor=cast.actor("root"))
    run_due()

    assert Decision.objects.get(item=item, rule_name="Hot").kind == "fired"
    assert not TriggerEvent.objects.exclude(error="").exists()


def test_event_that_is_left_is_shown_to_nobody(pipeline: Pipeline, item: Item, cast: Cast) -> None:
    event = given_up_event(pipeline, item, cast)

    leave_event(event, actor=cast.actor("root"))
    run_due()

    assert not Decision.objects.filter(rule_name="Hot").exists()
    assert not TriggerEvent.objects.exclude(error="").exists()
