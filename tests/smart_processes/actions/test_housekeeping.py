"""What is tidied up: the bin, the change feed, old jobs and their files."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from config.beat import BEAT_SCHEDULE
from smart_processes import tasks
from smart_processes.actions.housekeeping import (
    EVENTS_KEPT,
    JOBS_KEPT,
    forget_change_events,
    forget_jobs,
    purge_recycle_bin,
)
from smart_processes.actions.records import KEPT_IN_BIN, delete_record
from smart_processes.choices import JobState
from smart_processes.jobs import queue
from smart_processes.models import ChangeEvent, Item, Job
from tests.factories.accounts import actor
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, system

pytestmark = pytest.mark.django_db


def test_only_what_lay_in_the_bin_long_enough_is_deleted_for_good() -> None:
    pipeline = make_pipeline()
    old, fresh, live = (make_item(pipeline) for _ in range(3))
    for item in (old, fresh):
        delete_record(item, actor=system())
    long_ago = timezone.now() - KEPT_IN_BIN - timedelta(hours=1)
    Item._base_manager.filter(pk=old.pk).update(deleted_at=long_ago)

    purged = purge_recycle_bin(actor=system())

    assert purged == 1
    assert set(Item._base_manager.values_list("pk", flat=True)) == {fresh.pk, live.pk}


def test_old_change_events_are_forgotten() -> None:
    make_item(make_pipeline())
    now = timezone.now()
    make_item(make_pipeline())
    old = ChangeEvent.objects.order_by("pk").first()
    assert old is not None
    ChangeEvent.objects.filter(pk=old.pk).update(at=now - EVENTS_KEPT - timedelta(minutes=1))

    assert forget_change_events(now) == 1

    assert not ChangeEvent.objects.filter(pk=old.pk).exists()
    assert ChangeEvent.objects.exists()


def test_ended_jobs_go_with_their_files_and_open_ones_stay(
    cast: Cast, django_capture_on_commit_callbacks: object
) -> None:
    now = timezone.now()
    long_ago = now - JOBS_KEPT - timedelta(days=1)
    ended = queue.enqueue("bulk_delete", {"ids": []}, actor=actor(cast.anna))
    ended.result.save("out.csv", ContentFile(b"secret"), save=False)
    ended.state, ended.finished_at = JobState.COMPLETED, long_ago
    ended.save()
    waiting = queue.enqueue("bulk_delete", {"ids": []}, actor=actor(cast.anna))
    Job.objects.filter(pk=waiting.pk).update(created_at=long_ago)
    storage, name = ended.result.storage, str(ended.result.name)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # a fixture
        assert forget_jobs(now) == 1

    assert set(Job.objects.all()) == {waiting}
    assert not storage.exists(name)


def test_every_entry_of_the_schedule_names_a_task() -> None:
    known = {task.name for task in vars(tasks).values() if hasattr(task, "delay")}

    ours = {
        entry["task"]
        for entry in BEAT_SCHEDULE.values()
        if entry["task"].startswith("smart_processes.")
    }

    assert ours <= known
    assert queue.RUN_JOB in known


@pytest.mark.parametrize(
    "task",
    ["fold_counters", "purge_recycle_bin", "forget_old_events", "forget_old_jobs", "sweep_jobs"],
)
def test_sweeps_run_on_an_empty_database(task: str) -> None:
    getattr(tasks, task)()


def test_sweep_tells_workers_about_forgotten_jobs(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr(queue, "nudge", told.append)
    waiting = Job.objects.create(
        kind="bulk_delete", owner=cast.anna, created_at=timezone.now(), params={"ids": []}
    )
    Job.objects.create(
        kind="bulk_delete",
        owner=cast.anna,
        created_at=timezone.now(),
        state=JobState.RUNNING,
        leased_until=timezone.now() + timedelta(minutes=1),
    )

    tasks.sweep_jobs()

    assert told == [waiting.pk]
