"""What is tidied up behind people's backs: the bin, the change feed, old jobs, counters."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from accounts.actor import Actor
from smart_processes import counter_store
from smart_processes.actions.records import purge_expired
from smart_processes.choices import JobState
from smart_processes.models import ChangeEvent, Job

# A browser that slept longer reloads its board anyway.
EVENTS_KEPT = timedelta(days=2)
# Exports hold copies of people's data; refused rows are looked at within days.
JOBS_KEPT = timedelta(days=14)
# Rows of one statement: a short lock, whatever has piled up.
BATCH = 5000


def fold_counters() -> int:
    """Add up the counters' differences, cell by cell; return how many rows went.

    Nothing to do on SQLite, which keeps one row per cell.
    """
    return counter_store.fold()


def purge_recycle_bin(*, actor: Actor) -> int:
    """Delete for good what has been in the bin for longer than it is kept; return how many."""
    purged = total = purge_expired(actor=actor)
    while purged:
        purged = purge_expired(actor=actor)
        total += purged
    return total


def forget_change_events(now: datetime) -> int:
    """Delete events of the change feed that nobody waits for any more; return how many."""
    old = ChangeEvent.objects.filter(at__lt=now - EVENTS_KEPT).order_by("at")
    forgotten = 0
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        forgotten += ChangeEvent.objects.filter(pk__in=ids).delete()[0]
    return forgotten


def forget_jobs(now: datetime) -> int:
    """Delete jobs that ended long ago, with their files; return how many."""
    ended = (JobState.COMPLETED, JobState.CANCELLED, JobState.FAILED)
    forgotten = 0
    for job in Job.objects.filter(state__in=ended, finished_at__lt=now - JOBS_KEPT):
        files = [each for each in (job.upload, job.result) if each]
        with transaction.atomic():
            job.delete()
            for stored in files:
                # After the commit: a file that is left over is harmless, a lost one is not.
                transaction.on_commit(partial(stored.storage.delete, str(stored.name)), robust=True)
        forgotten += 1
    return forgotten


def recount() -> int:
    """Count the counter table anew from the records; return how many cells it has.

    Writers wait meanwhile: about a second for a million records.
    """
    return counter_store.rebuild()
