"""Bulk changes as jobs: over a selection, resumed after a crash, refused row by row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.choices import Action, Scope
from accounts.grants import write_cells
from smart_processes.actions.bulk import change_each
from smart_processes.actions.records import delete_record
from smart_processes.actions.stages import move_to_stage
from smart_processes.choices import JobState
from smart_processes.jobs import queue, runner
from smart_processes.jobs.kinds import bulk
from smart_processes.jobs.selection import freeze, frozen_count, frozen_ids
from smart_processes.models import Item, Job, Pipeline, StageVisit, TimelineEntry
from smart_processes.schema import schema_for
from tests.factories.accounts import actor, make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, system

pytestmark = pytest.mark.django_db


class Crash(BaseException):
    """A worker that is killed: nothing catches it."""


@pytest.fixture
def pipeline() -> Pipeline:
    return make_pipeline("NEW > CALL > WON | LOST")


def _full_role(pipeline: Pipeline, **scopes: str) -> Any:
    cells = dict.fromkeys(("view", "add", "change", "delete"), "all") | scopes
    return make_role("seller", {pipeline.type: cells})


def _bulk(kind: str, person: Any, pipeline: Pipeline, ids: list[int], /, **params: Any) -> Job:
    who = actor(person)
    frozen, file = freeze(ids)
    type_schema = schema_for(who).type(pipeline.type.code)
    return queue.enqueue(kind, frozen | params, actor=who, type_schema=type_schema, upload=file)


# --- the selection ------------------------------------------------------------------------


@pytest.mark.parametrize("many", [3, 2000])
def test_selection_keeps_ids_and_their_order(many: int, cast: Cast) -> None:
    ids = list(range(2**40, 2**40 - many, -1))
    params, file = freeze(ids)
    job = queue.enqueue("bulk_delete", params, actor=actor(cast.anna), upload=file)
    job = Job.objects.get(pk=job.pk)

    assert frozen_count(job) == many
    assert frozen_ids(job, 0) == ids
    assert frozen_ids(job, 1, 2) == ids[1:3]
    assert frozen_ids(job, many, 5) == []
    assert bool(file) == (many == 2000)


# --- bulk changes -------------------------------------------------------------------------


def test_bulk_move_moves_with_history_and_reports_what_was_refused(cast: Cast) -> None:
    pipeline = make_pipeline("NEW > CALL > WON", require={"CALL": ["closes_on"]})
    cast.anna.groups.add(_full_role(pipeline, change="own", move="own"))
    ready = make_item(pipeline, responsible=cast.anna.pk, closes_on="2026-12-31")
    unfilled = make_item(pipeline, responsible=cast.anna.pk, title="Unfilled")
    foreign = make_item(pipeline, responsible=cast.boris.pk, closes_on="2026-12-31")
    gone = make_item(pipeline, responsible=cast.anna.pk)
    delete_record(gone, actor=system())
    ids = [ready.pk, unfilled.pk, foreign.pk, gone.pk]

    job = _bulk("bulk_move", cast.anna, pipeline, ids, stage="CALL")
    runner.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.updated_count, job.refused_count) == (JobState.COMPLETED, 1, 3)
    stages = dict(Item.objects.values_list("pk", "stage"))
    assert [stages[pk] for pk in ids] == ["CALL", "NEW", "NEW", "NEW"]
    by_record = {row.item_id: row for row in job.rows.all()}
    assert "Closes on" in by_record[unfilled.pk].message
    assert by_record[unfilled.pk].label.endswith("Unfilled")
    assert by_record[gone.pk].label == "", "nothing is told about what may not be seen"
    assert [row.number for row in job.rows.all()] == [2, 3, 4]
    assert StageVisit.objects.filter(item=ready).count() == 2
    assert TimelineEntry.objects.filter(item=ready, kind="moved", actor=cast.anna).exists()


def test_rights_that_are_taken_away_stop_the_job_s_next_chunk(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 2)
    pipeline = make_pipeline()
    role = _full_role(pipeline)
    cast.anna.groups.add(role)
    ids = [make_item(pipeline).pk for _ in range(4)]

    def take_rights_away(type_schema: Any, chunk: Any, change: Any, **options: Any) -> Any:
        outcome = change_each(type_schema, chunk, change, **options)
        write_cells(role, [(pipeline.type, Action.CHANGE, Scope.NONE)])
        return outcome

    monkeypatch.setattr(bulk, "change_each", take_rights_away)
    job = _bulk("bulk_update", cast.anna, pipeline, ids, values={"title": "New"})

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert (job.updated_count, job.refused_count) == (2, 2)


def test_crash_in_the_middle_of_a_chunk_changes_no_record_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 2)
    pipeline = make_pipeline()
    cast.anna.groups.add(_full_role(pipeline))
    ids = [make_item(pipeline).pk for _ in range(5)]
    job = _bulk("bulk_move", cast.anna, pipeline, ids, stage="CALL")
    moved: list[int] = []
    real = move_to_stage

    def crash_once(record: Item, *args: Any, **options: Any) -> Item:
        moved.append(record.pk)
        if len(moved) == 4:
            raise Crash
        return real(record, *args, **options)

    monkeypatch.setattr(bulk, "move_to_stage", crash_once)
    with pytest.raises(Crash):
        runner.run_job(job.pk)
    Job.objects.update(leased_until=timezone.now() - timedelta(seconds=1))

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.updated_count, job.refused_count) == (JobState.COMPLETED, 5, 0)
    assert TimelineEntry.objects.filter(kind="moved").count() == 5
    assert Item.objects.filter(stage="CALL").count() == 5


def test_bulk_delete_is_undone_by_a_bulk_restore(cast: Cast) -> None:
    pipeline = make_pipeline()
    cast.anna.groups.add(_full_role(pipeline))
    ids = [make_item(pipeline).pk for _ in range(3)]
    runner.run_job(_bulk("bulk_delete", cast.anna, pipeline, ids).pk)
    assert not Item.objects.filter(deleted_at=None).exists()

    job = _bulk("bulk_restore", cast.anna, pipeline, ids)
    runner.run_job(job.pk)

    job.refresh_from_db()
    assert job.updated_count == 3
    assert Item.objects.filter(deleted_at=None).count() == 3


def test_observer_is_added_to_what_may_be_changed(cast: Cast) -> None:
    pipeline = make_pipeline()
    cast.anna.groups.add(_full_role(pipeline, change="own"))
    own = make_item(pipeline, responsible=cast.anna.pk)
    foreign = make_item(pipeline, responsible=cast.boris.pk)

    job = _bulk("bulk_observe", cast.anna, pipeline, [own.pk, foreign.pk], user=cast.vera.pk)
    runner.run_job(job.pk)

    job.refresh_from_db()
    assert (job.updated_count, job.refused_count) == (1, 1)
    assert own.observers.get().user == cast.vera


def test_records_of_another_pipeline_go_into_the_chosen_one(cast: Cast) -> None:
    first = make_pipeline()
    second = make_pipeline("START > DONE", record_type=first.type, code="second")
    cast.anna.groups.add(_full_role(first, move="all"))
    record, there = make_item(first), make_item(second)

    job = _bulk(
        "bulk_move", cast.anna, first, [record.pk, there.pk], stage="DONE", pipeline="second"
    )
    runner.run_job(job.pk)

    assert job.rows.count() == 0
    assert set(Item.objects.values_list("pipeline__code", "stage")) == {("second", "DONE")}


def test_sentences_are_in_the_language_of_the_person_who_asked(cast: Cast) -> None:
    job = queue.enqueue("bulk_delete", {}, actor=actor(cast.anna))

    assert job.params["language"] == "en"
    assert job.params["time_zone"] == "UTC"
