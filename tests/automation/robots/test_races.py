"""Several workers at the same plans, and one that dies in the middle of them."""

from __future__ import annotations

from typing import Any

import pytest

from automation.choices import DecisionKind, RobotMoment, RunStatus, SpanUnit
from automation.models import Decision, Run, StagePlan
from automation.robots import planning
from automation.robots.entries import When
from automation.runtime import executor
from smart_processes.actions.stages import move_to_stage
from smart_processes.models import TimelineEntry
from tests.factories.automation import make_robot, run_due
from tests.factories.smart_processes import make_item, make_pipeline, system
from tests.smart_processes.test_many_writers import all_at_once

LATER = When(RobotMoment.DELAY, 1, SpanUnit.HOURS)
COMMENT: dict[str, Any] = {"activity": "add_comment", "params": {"text": "Once"}}


class Crash(BaseException):
    """A worker that is killed: nothing catches it."""


def comments() -> int:
    return TimelineEntry.objects.filter(kind="comment").count()


@pytest.mark.django_db(transaction=True)
def test_of_several_workers_one_works_out_a_plan_while_people_move_on() -> None:
    pipeline = make_pipeline("NEW > CALL > WON")
    call = pipeline.stages.get(code="CALL")
    make_robot(call, **COMMENT)
    make_robot(call, after_previous=True, **COMMENT)
    make_robot(call, when=LATER, **COMMENT)
    items = [make_item(pipeline, stage="CALL") for _ in range(20)]

    def work(number: int) -> None:
        if number == 0:
            for item in items[::2]:
                move_to_stage(item, "WON", actor=system())
        while executor.run_due():
            pass

    all_at_once(work)
    run_due()

    assert not StagePlan.objects.exists()
    assert Decision.objects.count() == 60
    left = Decision.objects.filter(item__in=items[::2])
    assert not left.filter(kind=DecisionKind.WAITING).exists()
    stayed = Decision.objects.filter(item__in=items[1::2])
    assert stayed.filter(kind=DecisionKind.WAITING).count() == 10
    fired = Decision.objects.filter(kind=DecisionKind.FIRED).count()
    assert Run.objects.filter(status=RunStatus.COMPLETED).count() == fired == comments()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_in_the_middle_of_plans_repeats_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pipeline = make_pipeline("NEW > CALL > WON")
    make_robot(pipeline.stages.get(code="NEW"), **COMMENT)
    for _ in range(3):
        make_item(pipeline)
    start = planning.start_fired

    def dies(*args: Any) -> None:
        start(*args)
        raise Crash

    monkeypatch.setattr(planning, "start_fired", dies)
    with pytest.raises(Crash):
        run_due()
    assert (StagePlan.objects.count(), Run.objects.count()) == (3, 0)

    monkeypatch.undo()
    run_due()
    assert (StagePlan.objects.count(), Decision.objects.count(), comments()) == (0, 3, 3)
