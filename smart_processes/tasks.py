"""Celery tasks of the record engine: nudges and sweeps, three lines each."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.actor import Actor
from smart_processes.actions import files, housekeeping
from smart_processes.imports import uploads as imports
from smart_processes.jobs import queue, runner


@shared_task
def run_job(job_id: int) -> None:
    """Work on one job; a message that comes twice finds it claimed."""
    runner.run_job(job_id)


@shared_task
def sweep_jobs() -> None:
    """Tell workers about jobs whose message or whose worker was lost."""
    for job_id in queue.due_job_ids(timezone.now()):
        queue.nudge(job_id)


@shared_task
def fold_counters() -> None:
    """Add up the counters' differences."""
    housekeeping.fold_counters()


@shared_task
def purge_recycle_bin() -> None:
    """Delete for good what has been in the bin for thirty days."""
    housekeeping.purge_recycle_bin(actor=Actor.system("housekeeping"))


@shared_task
def forget_old_events() -> None:
    """Keep the change feed short."""
    housekeeping.forget_change_events(timezone.now())


@shared_task
def forget_old_jobs() -> None:
    """Remove finished jobs and their files."""
    housekeeping.forget_jobs(timezone.now())


@shared_task
def forget_uploads() -> None:
    """Remove uploads that no record took."""
    files.forget_uploads(timezone.now())


@shared_task
def forget_import_files() -> None:
    """Remove files that were uploaded to be imported a week ago."""
    imports.forget_old_uploads(timezone.now())
