"""Robots of stages: from a move to what ran, what waits and what was cancelled."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from automation.choices import (
    DecisionKind,
    Hours,
    OnLeave,
    RobotMoment,
    RunStatus,
    SpanUnit,
)
from automation.models import Decision, Notification, Run, StagePlan
from automation.robots.entries import When
from automation.runtime import clock
from smart_processes.actions.records import delete_record
from smart_processes.actions.stages import move_to_pipeline, move_to_stage
from smart_processes.models import Item, Pipeline, Stage, StageVisit
from tests.factories.automation import make_robot, run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline() -> Pipeline:
    return make_pipeline("NEW > CALL > OFFER > WON | LOST")


def stage(pipeline: Pipeline, code: str) -> Stage:
    return pipeline.stages.get(code=code)


def move(item: Item, target: str) -> None:
    move_to_stage(item, target, actor=system())


def later(**span: int) -> datetime:
    return clock.now() + timedelta(**span)


def after(amount: int, unit: SpanUnit = SpanUnit.HOURS, hours: Hours = Hours.CLOCK) -> When:
    return When(RobotMoment.DELAY, amount, unit, hours)


def told(item: Item) -> list[tuple[str, str]]:
    """Return rule and decision for a record, oldest first."""
    found = Decision.objects.filter(item=item).order_by("planned_at", "pk")
    return [(each.rule_name, each.kind) for each in found]


def test_a_robot_runs_when_a_record_enters_its_stage_and_only_then(pipeline: Pipeline) -> None:
    make_robot(stage(pipeline, "CALL"), "set_fields", params={"values": {"title": "Called"}})
    item = make_item(pipeline)
    run_due()
    assert told(item) == []

    move(item, "CALL")
    assert StagePlan.objects.filter(item=item).count() == 1
    run_due()

    item.refresh_from_db()
    assert item.title == "Called"
    decision = Decision.objects.get(item=item)
    assert decision.kind == DecisionKind.FIRED
    assert decision.run is not None
    assert decision.run.status == RunStatus.COMPLETED
    assert not StagePlan.objects.exists()


def test_a_record_made_in_a_stage_entered_it(pipeline: Pipeline) -> None:
    make_robot(stage(pipeline, "NEW"), name="Greet")
    make_robot(stage(pipeline, "CALL"), name="Call")

    first, second = make_item(pipeline), make_item(pipeline, stage="CALL")
    run_due()

    assert told(first) == [("Greet", "fired")]
    assert told(second) == [("Call", "fired")]


def test_a_change_of_the_pipeline_is_leaving_and_entering(pipeline: Pipeline) -> None:
    other = make_pipeline("START > END", record_type=pipeline.type, code="other")
    make_robot(stage(pipeline, "NEW"), name="Late", when=after(1))
    make_robot(stage(other, "START"), name="Welcome")
    item = make_item(pipeline)
    run_due()

    move_to_pipeline(item, "other", actor=system())
    run_due()

    assert told(item) == [("Late", "cancelled"), ("Welcome", "fired")]


def test_a_delayed_robot_waits_in_a_row_until_its_moment(pipeline: Pipeline) -> None:
    make_robot(stage(pipeline, "CALL"), when=after(2))
    item = make_item(pipeline)
    move(item, "CALL")
    run_due()

    waiting = Decision.objects.get(item=item)
    entered = StageVisit.objects.get(item=item, left_at=None).entered_at
    assert (waiting.kind, waiting.due_at) == ("waiting", entered + timedelta(hours=2))
    assert not Run.objects.exists()

    with clock.moved(later(hours=3)):
        run_due()
    waiting.refresh_from_db()
    assert waiting.kind == DecisionKind.FIRED
    assert Run.objects.get().status == RunStatus.COMPLETED


def test_a_record_that_leaves_and_returns_within_the_delay_gets_one_run(
    pipeline: Pipeline,
) -> None:
    make_robot(stage(pipeline, "CALL"), name="Remind", when=after(2))
    item = make_item(pipeline)
    for target in ("CALL", "NEW", "CALL"):
        move(item, target)
        run_due()

    assert told(item) == [("Remind", "cancelled"), ("Remind", "waiting")]
    cancelled = Decision.objects.get(item=item, kind="cancelled")
    assert cancelled.reason == "The record left for “New” before."
    with clock.moved(later(hours=3)):
        run_due()

    assert told(item) == [("Remind", "cancelled"), ("Remind", "fired")]
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("policy", "target", "ended"),
    [
        (OnLeave.CANCEL, "OFFER", "cancelled"),
        (OnLeave.RUN_ANYWAY, "OFFER", "fired"),
        (OnLeave.RUN_ANYWAY, "LOST", "fired"),
        (OnLeave.UNLESS_LOST, "OFFER", "fired"),
        (OnLeave.UNLESS_LOST, "LOST", "cancelled"),
    ],
)
def test_a_robot_says_what_becomes_of_it_when_its_record_leaves(
    pipeline: Pipeline, policy: OnLeave, target: str, ended: str
) -> None:
    make_robot(stage(pipeline, "CALL"), name="R", when=after(2), on_leave=policy)
    item = make_item(pipeline, stage="CALL")
    run_due()

    move(item, target)
    run_due()
    with clock.moved(later(hours=3)):
        run_due()

    assert told(item) == [("R", ended)]


def test_a_plan_of_a_stage_that_was_left_already_still_asks_each_robot(pipeline: Pipeline) -> None:
    make_robot(stage(pipeline, "CALL"), name="Here only")
    make_robot(stage(pipeline, "CALL"), name="Anyway", on_leave=OnLeave.RUN_ANYWAY)
    item = make_item(pipeline)
    move(item, "CALL")
    move(item, "OFFER")

    run_due()

    assert told(item) == [("Here only", "cancelled"), ("Anyway", "fired")]


def test_condition_is_judged_when_the_robot_runs_with_the_truth_of_every_row(
    pipeline: Pipeline,
) -> None:
    rows = (
        {"object": "Document", "field": "title", "operator": "starts_with", "value": "Big"},
        {"object": "Document", "field": "title", "operator": "contains", "value": "deal"},
    )
    make_robot(stage(pipeline, "NEW"), name="Now", condition=rows)
    make_robot(stage(pipeline, "NEW"), name="Later", condition=rows, when=after(1))
    item = make_item(pipeline, title="Small deal")
    run_due()

    skipped = Decision.objects.get(item=item, rule_name="Now")
    assert (skipped.kind, skipped.run) == (DecisionKind.SKIPPED, None)
    assert [row["truth"] for row in skipped.rows] == [False, True]
    assert skipped.rows[0]["left"] == "Small deal"

    Item._base_manager.filter(pk=item.pk).update(title="Big deal")
    with clock.moved(later(hours=2)):
        run_due()
    fired = Decision.objects.get(item=item, rule_name="Later")
    assert fired.kind == DecisionKind.FIRED
    assert [row["truth"] for row in fired.rows] == [True, True]


def test_after_the_previous_one_waits_for_its_end(pipeline: Pipeline) -> None:
    new = stage(pipeline, "NEW")
    make_robot(new, name="First", when=after(1))
    make_robot(new, name="Second", after_previous=True)
    make_robot(new, name="Third", after_previous=True)
    make_robot(new, name="Independent")
    item = make_item(pipeline)
    run_due()

    assert dict(told(item)) == {
        "First": "waiting",
        "Second": "waiting",
        "Third": "waiting",
        "Independent": "fired",
    }
    second = Decision.objects.get(item=item, rule_name="Second")
    assert (second.due_at, second.reason) == (None, "Waits for “First”.")
    with clock.moved(later(hours=2)):
        run_due()

    assert {kind for _name, kind in told(item)} == {"fired"}
    ran = Run.objects.order_by("pk").values_list("version__program__name", flat=True)
    assert list(ran) == ["Independent", "First", "Second", "Third"]


def test_a_skipped_robot_lets_the_next_one_go_on(pipeline: Pipeline) -> None:
    never = ({"object": "Document", "field": "title", "operator": "eq", "value": "?"},)
    make_robot(stage(pipeline, "NEW"), name="First", condition=never, when=after(1))
    make_robot(stage(pipeline, "NEW"), name="Second", after_previous=True)
    item = make_item(pipeline)
    run_due()

    with clock.moved(later(hours=2)):
        run_due()

    assert told(item) == [("First", "skipped"), ("Second", "fired")]


def test_a_failed_robot_tells_its_owner_and_holds_up_who_waits_for_it(
    pipeline: Pipeline, cast: Cast
) -> None:
    new = stage(pipeline, "NEW")
    owner = cast.actor("root")
    make_robot(new, "change_stage", name="Bad", params={"stage": "{=Document:title}"}, actor=owner)
    make_robot(new, name="Next", after_previous=True, actor=owner)
    item = make_item(pipeline, title="Nowhere")

    run_due()

    run = Run.objects.get()
    assert run.status == RunStatus.FAILED
    notice = Notification.objects.get(person=cast.root)
    assert notice.title == "The robot “Bad” failed for “Nowhere”"
    assert "Nowhere" in notice.text
    waiting = Decision.objects.get(item=item, rule_name="Next")
    assert waiting.kind == DecisionKind.WAITING
    assert waiting.reason.startswith("Waits for “Bad”, which failed")


def test_a_deleted_record_ends_what_waits(pipeline: Pipeline) -> None:
    make_robot(stage(pipeline, "NEW"), name="Late", when=after(1))
    item = make_item(pipeline)
    run_due()

    delete_record(item, actor=system())
    run_due()

    decision = Decision.objects.get(item=item)
    assert (decision.kind, decision.reason) == ("cancelled", "The record was deleted.")
