"""Running a waiting robot at once, and cancelling it with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.exceptions import PermissionRefused
from automation.actions.decisions import cancel_decision, run_now
from automation.choices import DecisionKind, RobotMoment, RunStatus, SpanUnit
from automation.exceptions import DecisionRefused
from automation.models import Decision, Run
from automation.robots.entries import When
from automation.runtime import clock
from smart_processes.actions.stages import move_to_stage
from smart_processes.models import Item, Pipeline, Stage
from tests.factories.accounts import make_role
from tests.factories.automation import make_robot, run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, system

pytestmark = pytest.mark.django_db

TOMORROW = When(RobotMoment.DELAY, 1, SpanUnit.DAYS)
BIG = ({"object": "Document", "field": "title", "operator": "starts_with", "value": "Big"},)


@pytest.fixture
def pipeline() -> Pipeline:
    return make_pipeline("NEW > CALL > OFFER > WON")


@pytest.fixture
def cast(cast: Cast, pipeline: Pipeline) -> Cast:
    """Anna may automate, Boris only view."""
    rights = {"view": "all", "change": "all"}
    cast.anna.groups.add(make_role("chief", {pipeline.type: {**rights, "automate": "all"}}))
    cast.boris.groups.add(make_role("seller", {pipeline.type: rights}))
    return cast


@pytest.fixture
def call(pipeline: Pipeline) -> Stage:
    return pipeline.stages.get(code="CALL")


def entered(pipeline: Pipeline, title: str = "Sale") -> Item:
    item = make_item(pipeline, stage="CALL", title=title)
    run_due()
    return item


def decided(item: Item, name: str) -> Decision:
    return Decision.objects.get(item=item, rule_name=name)


def test_waiting_robot_runs_at_once_and_says_who_wanted_it(
    pipeline: Pipeline, call: Stage, cast: Cast
) -> None:
    make_robot(call, name="Remind", when=TOMORROW)
    item = entered(pipeline)

    run_now(decided(item, "Remind"), actor=cast.actor("anna"))
    run_due()

    decision = decided(item, "Remind")
    assert (decision.kind, decision.due_at) == (DecisionKind.FIRED, None)
    assert decision.reason == "Run before its time by Anna."
    assert decision.run is not None
    assert (decision.run.status, decision.run.started_by) == (RunStatus.COMPLETED, cast.anna)


def test_what_was_run_at_once_does_not_run_again_at_its_time(
    pipeline: Pipeline, call: Stage, cast: Cast
) -> None:
    make_robot(call, name="Remind", when=TOMORROW)
    item = entered(pipeline)
    waiting = decided(item, "Remind")

    run_now(waiting, actor=cast.actor("anna"))
    with clock.moved(clock.now() + timedelta(days=2)):
        run_due()

    assert Run.objects.count() == 1
    with pytest.raises(DecisionRefused, match="“Remind” does not wait any more: ran"):
        run_now(waiting, actor=cast.actor("anna"))


def test_condition_counts_for_a_robot_that_is_run_at_once(
    pipeline: Pipeline, call: Stage, cast: Cast
) -> None:
    make_robot(call, name="Remind", when=TOMORROW, condition=BIG)
    item = entered(pipeline, "Small sale")

    decision = run_now(decided(item, "Remind"), actor=cast.actor("anna"))

    assert decision.kind == DecisionKind.SKIPPED
    assert [row["truth"] for row in decision.rows] == [False]
    assert not Run.objects.exists()


def test_cancelled_robot_keeps_who_and_why_and_never_runs(
    pipeline: Pipeline, call: Stage, cast: Cast
) -> None:
    make_robot(call, name="Remind", when=TOMORROW)
    item = entered(pipeline)

    cancel_decision(decided(item, "Remind"), actor=cast.actor("anna"), reason=" They paid. ")
    with clock.moved(clock.now() + timedelta(days=2)):
        run_due()

    decision = decided(item, "Remind")
    assert decision.kind == DecisionKind.CANCELLED
    assert decision.reason == "Cancelled by Anna: They paid."
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("act", "ran"), [(run_now, ["First", "Second"]), (cancel_decision, ["Second"])]
)
def test_robot_behind_it_goes_on(
    pipeline: Pipeline, call: Stage, cast: Cast, act: object, ran: list[str]
) -> None:
    make_robot(call, name="First", when=TOMORROW)
    make_robot(call, name="Second", after_previous=True)
    item = entered(pipeline)
    assert decided(item, "Second").kind == DecisionKind.WAITING

    assert callable(act)
    act(decided(item, "First"), actor=cast.actor("anna"))
    run_due()

    fired = Decision.objects.filter(item=item, kind=DecisionKind.FIRED).order_by("rule_name")
    assert list(fired.values_list("rule_name", flat=True)) == ran


def test_robot_whose_record_left_is_cancelled_instead_of_run(
    pipeline: Pipeline, call: Stage, cast: Cast
) -> None:
    make_robot(call, name="Remind", when=TOMORROW)
    item = entered(pipeline)
    move_to_stage(item, "OFFER", actor=system())

    decision = run_now(decided(item, "Remind"), actor=cast.actor("anna"))

    assert decision.kind == DecisionKind.CANCELLED
    assert not Run.objects.exists()


@pytest.mark.parametrize("act", [run_now, cancel_decision])
def test_who_may_not_automate_the_record_changes_nothing(
    pipeline: Pipeline, call: Stage, cast: Cast, act: object
) -> None:
    make_robot(call, name="Remind", when=TOMORROW)
    item = entered(pipeline)

    assert callable(act)
    with pytest.raises(PermissionRefused):
        act(decided(item, "Remind"), actor=cast.actor("boris"))

    assert decided(item, "Remind").kind == DecisionKind.WAITING
