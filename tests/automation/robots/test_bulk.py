"""Very many records at once: every robot runs, totals stay exact, and others do not wait."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

import pytest
from django.core.management import call_command

from automation.choices import DecisionKind, RobotMoment, RunStatus, SpanUnit
from automation.models import Decision, Run, StagePlan, TriggerEvent
from automation.robots.entries import When
from automation.runtime import clock, executor
from automation.triggering.looking import BATCH as EVENTS
from smart_processes import events
from smart_processes.actions.creation import Draft, create_records
from smart_processes.actions.records import update_record
from smart_processes.actions.stages import move_to_stage
from smart_processes.choices import JobState
from smart_processes.jobs import queue, runner
from smart_processes.jobs.selection import freeze
from smart_processes.models import Item, Job, Pipeline, TimelineEntry
from smart_processes.schema import schema_for
from smart_processes.selectors.board import board_columns
from tests.automation.triggers.triggering import make_trigger
from tests.factories.automation import make_robot, run_due
from tests.factories.smart_processes import make_field, make_item, make_pipeline, system

pytestmark = pytest.mark.django_db

MANY = 510  # more than the ids that a job keeps in its row, and than five chunks
COMMENT = {"text": "Seen"}


@pytest.fixture
def pipeline() -> Pipeline:
    return make_pipeline("NEW > CALL > WON | LOST")


def _records(pipeline: Pipeline, count: int) -> list[int]:
    drafts = [Draft({"title": f"Record {n}", "amount": n}) for n in range(count)]
    made = create_records(pipeline.type.code, drafts, actor=system())
    return [each.pk for each in made]


def _move(pipeline: Pipeline, ids: Sequence[int]) -> Job:
    """Move records by a job, as "move" does for what is chosen in a list."""
    actor = system()
    frozen, file = freeze(ids)
    type_schema = schema_for(actor).type(pipeline.type.code)
    params = frozen | {"stage": "CALL"}
    job = queue.enqueue("bulk_move", params, actor=actor, type_schema=type_schema, upload=file)
    runner.run_job(job.pk)
    return Job.objects.get(pk=job.pk)


def _comments(ids: Sequence[int]) -> int:
    return TimelineEntry.objects.filter(item__in=ids, kind="comment").count()


def test_every_robot_of_very_many_records_runs_and_totals_are_exact(pipeline: Pipeline) -> None:
    call = pipeline.stages.get(code="CALL")
    make_robot(call, "set_fields", params={"values": {"title": "Moved"}})
    make_robot(call, "add_comment", params=COMMENT, after_previous=True)
    ids = _records(pipeline, MANY)

    job = _move(pipeline, ids)
    run_due()

    assert (job.state, job.updated_count, job.refused_count) == (JobState.COMPLETED, MANY, 0)
    assert not StagePlan.objects.exists()
    assert set(Run.objects.values_list("status")) == {(RunStatus.COMPLETED,)}
    fired = Decision.objects.filter(kind=DecisionKind.FIRED, run__isnull=False)
    assert (Run.objects.count(), fired.count()) == (2 * MANY, 2 * MANY)
    assert Item._base_manager.filter(stage="CALL", title="Moved").count() == MANY
    assert _comments(ids) == TimelineEntry.objects.filter(kind="comment").count() == MANY
    call_command("recount_counters", "--check", stdout=StringIO())
    schema = schema_for(system()).type(pipeline.type.code)
    board = board_columns(actor=system(), type_schema=schema, pipeline=schema.default_pipeline)
    shown = {column.stage.code: (column.record_count, column.amount_minor) for column in board}
    assert shown["NEW"] == (0, 0)
    assert shown["CALL"] == (MANY, 100 * sum(range(MANY)))


def test_what_one_person_moves_is_done_before_what_came_of_bulk_work(pipeline: Pipeline) -> None:
    make_robot(pipeline.stages.get(code="CALL"), "add_comment", params=COMMENT)
    many = _records(pipeline, 2 * executor.BATCH)
    _move(pipeline, many)
    one = make_item(pipeline)
    move_to_stage(one, "CALL", actor=system())

    executor.run_due()

    assert (_comments([one.pk]), _comments(many)) == (1, 0)
    run_due()
    assert _comments(many) == len(many)


def test_delayed_robots_of_bulk_work_wait_for_those_of_one_person(pipeline: Pipeline) -> None:
    later = When(RobotMoment.DELAY, 1, SpanUnit.HOURS)
    make_robot(pipeline.stages.get(code="CALL"), "add_comment", params=COMMENT, when=later)
    many = _records(pipeline, 2 * executor.BATCH)
    _move(pipeline, many)
    run_due()
    one = make_item(pipeline)
    move_to_stage(one, "CALL", actor=system())
    run_due()
    due = Decision.objects.order_by("-due_at")[0].due_at
    assert due is not None

    with clock.moved(due):
        executor.run_due()
        assert (_comments([one.pk]), _comments(many)) == (1, 0)
        run_due()

    assert _comments(many) == len(many)
    assert clock.now() < due


def test_triggers_look_at_bulk_changes_last(pipeline: Pipeline) -> None:
    make_field(pipeline.type, "signal", "string")
    make_trigger(pipeline, "CALL", "field_changed", params={"fields": ["signal"]})
    make_robot(pipeline.stages.get(code="CALL"), "add_comment", params=COMMENT)
    many = _records(pipeline, EVENTS)
    with events.in_bulk():
        for pk in many:
            update_record(Item.objects.get(pk=pk), {"signal": "on"}, actor=system())
    one = make_item(pipeline)
    update_record(one, {"signal": "on"}, actor=system())
    assert TriggerEvent.objects.count() == EVENTS + 1

    executor.run_due()  # looks at the events
    executor.run_due()  # begins with what came of them

    assert Item.objects.get(pk=one.pk).stage == "CALL"
    assert (_comments([one.pk]), _comments(many)) == (1, 0)
    run_due()
    assert _comments(many) == EVENTS
