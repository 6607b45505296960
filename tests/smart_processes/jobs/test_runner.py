"""Jobs: claimed once, taken in chunks, resumed after a crash, cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError
from django.utils import timezone

from accounts.actor import Actor
from smart_processes.choices import JobState
from smart_processes.exceptions import RecordRefusal
from smart_processes.jobs import queue, registry, runner
from smart_processes.jobs.base import JobKind, Progress, RefusedRow
from smart_processes.models import Job, JobRow
from tests.factories.accounts import actor
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db


class Crash(BaseException):
    """A worker that is killed: nothing catches it."""


class Counting(JobKind):
    """Counts to ten in steps of two; a step may be told to go wrong."""

    code = "counting"
    title = done = "Counting"
    goes_wrong: dict[int, BaseException] = {}
    steps: list[int] = []
    between: Any = None

    def chunks(self, job: Job, actor: Actor) -> Iterator[Progress]:
        while job.processed_count < 10:
            step = job.processed_count
            self.steps.append(step)
            if self.between:
                self.between(job)
            if wrong := self.goes_wrong.pop(step, None):
                raise wrong
            yield Progress(
                processed_count=step + 2,
                updated_count=1,
                refused=[RefusedRow(step + 2, "odd")],
                total_count=10,
            )


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    kind = Counting()
    kind.goes_wrong, kind.steps = {}, []
    monkeypatch.setitem(registry.all_job_kinds(), "counting", kind)
    return kind


# --- running ------------------------------------------------------------------------------


def test_job_runs_to_its_end_and_counts_what_it_did(counting: Counting, cast: Cast) -> None:
    job = queue.enqueue("counting", {}, actor=actor(cast.anna))

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.processed_count, job.total_count) == (JobState.COMPLETED, 10, 10)
    assert (job.updated_count, job.refused_count) == (5, 5)
    assert job.rows.count() == 5
    assert job.finished_at is not None
    assert job.leased_until is None


def test_finished_job_is_not_run_again(counting: Counting, cast: Cast) -> None:
    job = queue.enqueue("counting", {}, actor=actor(cast.anna))
    runner.run_job(job.pk)
    counting.steps.clear()

    runner.run_job(job.pk)

    assert counting.steps == []


def test_second_worker_does_not_get_a_job_that_is_being_worked_on(cast: Cast) -> None:
    job = queue.enqueue("bulk_delete", {}, actor=actor(cast.anna))
    now = timezone.now()

    first = runner.claim(job.pk, now)
    second = runner.claim(job.pk, now)

    assert first is not None
    assert second is None


def test_killed_worker_s_job_goes_on_where_it_stood(counting: Counting, cast: Cast) -> None:
    job = queue.enqueue("counting", {}, actor=actor(cast.anna))
    counting.goes_wrong = {4: Crash()}
    with pytest.raises(Crash):
        runner.run_job(job.pk)
    runner.run_job(job.pk)
    assert counting.steps == [0, 2, 4], "the lease of the dead worker still holds"
    Job.objects.update(leased_until=timezone.now() - timedelta(seconds=1))

    (due,) = queue.due_job_ids(timezone.now())
    runner.run_job(due)

    job.refresh_from_db()
    assert counting.steps == [0, 2, 4, 4, 6, 8]
    assert (job.state, job.updated_count, job.refused_count) == (JobState.COMPLETED, 5, 5)


def test_worker_that_lost_its_lease_writes_nothing_more(counting: Counting, cast: Cast) -> None:
    job = queue.enqueue("counting", {}, actor=actor(cast.anna))

    def somebody_else_claims(running: Job) -> None:
        if running.processed_count == 4:
            Job.objects.filter(pk=running.pk).update(leased_until=timezone.now() - runner.LEASE)
            runner.claim(running.pk, timezone.now())

    counting.between = somebody_else_claims

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert (job.processed_count, job.updated_count, job.rows.count()) == (4, 2, 2)
    assert job.state == JobState.RUNNING, "it is the other worker's now"


def test_chunk_that_meets_a_busy_database_is_taken_again(counting: Counting, cast: Cast) -> None:
    job = queue.enqueue("counting", {}, actor=actor(cast.anna))
    counting.goes_wrong = {6: OperationalError("deadlock detected")}

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert counting.steps == [0, 2, 4, 6, 6, 8]
    assert (job.state, job.updated_count) == (JobState.COMPLETED, 5)


def test_refusal_of_the_whole_work_is_told(counting: Counting, cast: Cast) -> None:
    job = queue.enqueue("counting", {}, actor=actor(cast.anna))
    counting.goes_wrong = {2: RecordRefusal("The file is damaged.")}

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "The file is damaged.")
    assert job.processed_count == 2


def test_fault_of_the_product_ends_the_job_with_a_sentence(counting: Counting, cast: Cast) -> None:
    job = queue.enqueue("counting", {}, actor=actor(cast.anna))
    counting.goes_wrong = {2: ZeroDivisionError("secret detail")}

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert str(job.pk) in job.error
    assert "secret detail" not in job.error


def test_job_of_an_unknown_kind_fails_instead_of_being_tried_for_ever(cast: Cast) -> None:
    job = Job.objects.create(kind="gone", owner=cast.anna, created_at=timezone.now())

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert job.state == JobState.FAILED


# --- cancelling ---------------------------------------------------------------------------


def test_waiting_job_is_cancelled_at_once(counting: Counting, cast: Cast) -> None:
    job = queue.enqueue("counting", {}, actor=actor(cast.anna))

    assert queue.request_cancel(job)

    runner.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert counting.steps == []


def test_running_job_stops_after_its_chunk_and_keeps_what_it_did(
    counting: Counting, cast: Cast
) -> None:
    job = queue.enqueue("counting", {}, actor=actor(cast.anna))
    counting.between = lambda running: (
        running.processed_count == 4 and queue.request_cancel(running)
    )

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.processed_count, job.updated_count) == (JobState.CANCELLED, 6, 3)


def test_finished_job_cannot_be_cancelled(counting: Counting, cast: Cast) -> None:
    job = queue.enqueue("counting", {}, actor=actor(cast.anna))
    runner.run_job(job.pk)

    assert not queue.request_cancel(job)

    job.refresh_from_db()
    assert job.state == JobState.COMPLETED


# --- bulk changes -------------------------------------------------------------------------


def test_result_file_of_a_chunk_is_kept(counting: Counting, cast: Cast) -> None:
    class Writing(Counting):
        def chunks(self, job: Job, actor: Actor) -> Iterator[Progress]:
            yield Progress(1, result=ContentFile(b"written", name="out.csv"))

    registry.all_job_kinds()["counting"] = Writing()
    job = queue.enqueue("counting", {}, actor=actor(cast.anna))

    runner.run_job(job.pk)

    job.refresh_from_db()
    with job.result.open() as stored:
        assert stored.read() == b"written"
    assert str(job.result.name).startswith("jobs/")
    assert JobRow.objects.count() == 0
