"""Robots that move records: circles, many records, files, and what a move costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from automation.choices import RobotMoment, RunStatus
from automation.models import Decision, Robot, Run, StagePlan
from automation.robots import planning
from automation.robots.entries import When
from automation.runtime import executor
from smart_processes import events
from smart_processes.actions.bulk import change_each
from smart_processes.actions.stages import move_to_stage
from smart_processes.models import Item, Pipeline, Stage, StageVisit
from smart_processes.schema import schema_for
from tests.factories.accounts import make_role
from tests.factories.automation import make_robot, run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline() -> Pipeline:
    return make_pipeline("NEW > CALL > WON | LOST")


def stage(pipeline: Pipeline, code: str) -> Stage:
    return pipeline.stages.get(code=code)


def mover(pipeline: Pipeline, source: str, target: str) -> Robot:
    name = f"{source} to {target}"
    return make_robot(stage(pipeline, source), "change_stage", name=name, params={"stage": target})


def test_robots_that_move_a_record_to_and_fro_are_stopped_at_the_third_turn(
    pipeline: Pipeline,
) -> None:
    mover(pipeline, "NEW", "CALL")
    mover(pipeline, "CALL", "NEW")
    item = make_item(pipeline)

    run_due()

    runs = list(Run.objects.order_by("pk"))
    assert [run.status for run in runs] == [*[RunStatus.COMPLETED] * 4, RunStatus.FAILED]
    assert runs[-1].error.startswith(
        "Stopped before its third turn: “NEW to CALL” → “CALL to NEW” → “NEW to CALL”"
    )
    last = Decision.objects.get(run=runs[-1])
    assert (last.item_id, last.reason) == (item.pk, runs[-1].error)
    assert StageVisit.objects.filter(item=item).count() == 5


def test_a_bulk_move_queues_the_robots_of_every_record(pipeline: Pipeline) -> None:
    make_robot(stage(pipeline, "CALL"), "set_fields", params={"values": {"title": "Moved"}})
    items = [make_item(pipeline) for _ in range(50)]
    actor = system()
    type_schema = schema_for(actor).types[pipeline.type.code]

    change_each(
        type_schema,
        [each.pk for each in items],
        lambda record: move_to_stage(record, "CALL", actor=actor),
        actor=actor,
    )

    assert (StagePlan.objects.count(), Run.objects.count()) == (50, 0)
    run_due()
    assert Run.objects.filter(status=RunStatus.COMPLETED).count() == 50
    assert Item._base_manager.filter(title="Moved").count() == 50


def test_files_start_no_robots_but_end_those_of_the_stage_left(pipeline: Pipeline) -> None:
    make_robot(stage(pipeline, "CALL"))
    make_robot(stage(pipeline, "NEW"), when=When(RobotMoment.DELAY, 1))
    item = make_item(pipeline)
    run_due()

    with events.importing():
        move_to_stage(item, "CALL", actor=system())
    run_due()

    assert Decision.objects.get(item=item).kind == "cancelled"


def test_a_move_costs_ten_statements_at_most(pipeline: Pipeline, cast: Cast) -> None:
    make_role("staff", {pipeline.type: {"view": "all", "change": "all"}}, everybody=True)
    for code in ("NEW", "CALL"):
        for _ in range(20):
            make_robot(stage(pipeline, code))
    item, warm = make_item(pipeline), make_item(pipeline)
    move_to_stage(warm, "CALL", actor=cast.actor("anna"))

    with CaptureQueriesContext(connection) as queries:
        move_to_stage(item, "CALL", actor=cast.actor("anna"), expected="NEW")

    # Two more are the savepoint that stands in for BEGIN and COMMIT inside a test.
    assert len(queries) <= 10 + 2, [query["sql"][:80] for query in queries]


def test_robots_of_many_records_cost_few_statements(pipeline: Pipeline) -> None:
    for _ in range(20):
        make_robot(stage(pipeline, "NEW"))
    make_item(pipeline)
    run_due()
    for _ in range(10):
        make_item(pipeline)

    with CaptureQueriesContext(connection) as queries:
        assert executor.run_due() > 0

    assert Run.objects.count() == 20 * 11
    assert len(queries) < 60


def test_a_plan_that_cannot_be_worked_out_does_not_hold_up_the_others(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_robot(stage(pipeline, "NEW"))
    poison, fine = make_item(pipeline), make_item(pipeline)
    decide = planning.decide

    def brittle(decision: Decision, *args: Any, **named: Any) -> None:
        if decision.item_id == poison.pk:
            raise RuntimeError("broken")
        decide(decision, *args, **named)

    monkeypatch.setattr(planning, "decide", brittle)
    run_due()

    assert Decision.objects.get().item_id == fine.pk
    assert "broken" in StagePlan.objects.get(item=poison).error
