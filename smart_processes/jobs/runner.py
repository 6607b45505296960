"""Working on a job: claim it, take its chunks, end it.

Whoever's UPDATE finds the row free owns it until the lease ends. Every chunk and its count
are one transaction, which also asks whether the claim still holds; so a worker that was
thought dead and comes back writes nothing, and whoever goes on begins where the last
chunk ended.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.exceptions import AccountsRefusal
from smart_processes.choices import JobState
from smart_processes.events import in_bulk
from smart_processes.exceptions import RecordRefusal
from smart_processes.jobs.base import JobKind, Progress
from smart_processes.jobs.registry import job_kind
from smart_processes.models import Job, JobRow

# Longer than a chunk takes on a slow machine; shorter than anybody wants to wait for a job
# whose worker died.
LEASE = timedelta(seconds=60)
# How much of a chunk's time a database with one writer is left to others, in seconds at most.
PAUSED_SHARE = 0.2
LONGEST_PAUSE = 0.12
# A deadlock or a busy database; beyond it something is broken.
RETRIES = 3
# Claims of one job; a job that takes its worker down with it must not do so for ever.
MOST_CLAIMS = 50

logger = structlog.get_logger(__name__)


class _LeaseLost(Exception):
    """Another worker has the job now, or it has ended."""


def run_job(job_id: int) -> None:
    """Work on a job to its end; do nothing when it has ended or another worker has it."""
    job = claim(job_id, timezone.now())
    if job is None:
        return
    with _spoken_to_owner(job):
        try:
            _run(job)
        except _LeaseLost:
            logger.warning("job_lease_lost", job_id=job.pk, fence=job.fence)


def claim(job_id: int, now: datetime) -> Job | None:
    """Take a job that waits or whose worker was lost; None when it is not to be had."""
    free = Q(state=JobState.PENDING) | Q(state=JobState.RUNNING, leased_until__lt=now)
    won = Job.objects.filter(free, pk=job_id).update(
        state=JobState.RUNNING,
        leased_until=now + LEASE,
        fence=F("fence") + 1,
        started_at=Coalesce("started_at", now),
    )
    return Job.objects.get(pk=job_id) if won else None


def _run(job: Job) -> None:
    """Work on a claimed job and turn what goes wrong into its end."""
    try:
        _work_on(job, _kind_of(job))
    except (RecordRefusal, AccountsRefusal) as refusal:
        _end(job, JobState.FAILED, refusal.message)
    except (_LeaseLost, OperationalError):
        raise  # after a broken connection the lease ends, and another worker goes on
    except Exception:
        logger.exception("job_failed", job_id=job.pk)
        sentence = _(
            "A fault in the product ended the work. What was done before it stays. Tell your "
            "administrator the number of this job: %(number)s."
        )
        _end(job, JobState.FAILED, sentence % {"number": job.pk})


def _kind_of(job: Job) -> JobKind:
    if job.fence > MOST_CLAIMS:
        raise RecordRefusal(_("The work was interrupted too often. Start it again."))
    try:
        return job_kind(job.kind)
    except KeyError as unknown:
        sentence = _("This version of the product does not know such work.")
        raise RecordRefusal(sentence) from unknown


def _work_on(job: Job, kind: JobKind) -> None:
    """Work, and take a chunk again that lost against the database's other users."""
    failures = 0
    while True:
        reached = job.processed_count
        try:
            _work(job, kind)
        except OperationalError:
            failures = 1 if job.processed_count > reached else failures + 1
            if failures > RETRIES:
                raise
            logger.warning("job_chunk_repeated", job_id=job.pk, exc_info=True)
        else:
            return


def _work(job: Job, kind: JobKind) -> None:
    """Take one chunk after the other."""
    if kind.starts_over:
        _forget(job)
    # An owner who left has no rights any more; each record is then refused.
    actor = Actor.person(job.owner) if job.owner_id else Actor.system("jobs")
    chunks = kind.chunks(job, actor)
    try:
        while True:
            if _is_cancel_requested(job):
                _end(job, JobState.CANCELLED)
                return
            actor.access_memo = None  # rights may have changed since the last chunk
            begun = time.monotonic()
            with in_bulk(), transaction.atomic():
                progress = next(chunks, None)
                if progress is None:
                    _end(job, JobState.COMPLETED)
                    return
                _save(job, progress)
            job.processed_count = progress.processed_count
            _let_others_write(time.monotonic() - begun)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()


def _let_others_write(seconds: float) -> None:
    """Pause after a chunk of this length where the database has one writer at a time.

    SQLite hands its lock to whoever asks next, and those who wait ask every 100 ms: without
    a pause somebody's click, the one on "Cancel" too, would wait for the whole job.
    """
    if not connection.features.has_select_for_update:
        time.sleep(min(seconds * PAUSED_SHARE, LONGEST_PAUSE))


def _save(job: Job, progress: Progress) -> None:
    changes: dict[str, Any] = {
        "processed_count": progress.processed_count,
        "created_count": F("created_count") + progress.created_count,
        "updated_count": F("updated_count") + progress.updated_count,
        "refused_count": F("refused_count") + len(progress.refused),
        "leased_until": timezone.now() + LEASE,
    }
    if progress.total_count is not None:
        changes["total_count"] = progress.total_count
    if progress.result is not None:
        job.result.save(str(progress.result.name), progress.result, save=False)
        changes["result"] = job.result.name
    JobRow.objects.bulk_create(
        [
            JobRow(
                job=job,
                number=row.number,
                item_id=row.item_id,
                label=row.label[:255],
                message=row.message[:500],
                cells=list(row.cells),
            )
            for row in progress.refused
        ],
        batch_size=1000,
    )
    _update(job, changes)


def _end(job: Job, state: JobState, error: str = "") -> None:
    _update(
        job,
        {
            "state": state,
            "error": error[:500],
            "finished_at": timezone.now(),
            "leased_until": None,
        },
    )


def _forget(job: Job) -> None:
    """Go back to the beginning, for kinds of which half is worth nothing."""
    with transaction.atomic():
        job.rows.all().delete()
        counts = ("processed_count", "created_count", "updated_count", "refused_count")
        _update(job, dict.fromkeys(counts, 0))
    job.processed_count = 0


def _update(job: Job, changes: dict[str, Any]) -> None:
    """Write to the job's row while the claim holds.

    Raises:
        _LeaseLost: somebody else claimed the job or ended it.
    """
    held = Job.objects.filter(pk=job.pk, fence=job.fence, state=JobState.RUNNING)
    if not held.update(**changes):
        raise _LeaseLost


def _is_cancel_requested(job: Job) -> bool:
    return Job.objects.filter(pk=job.pk, is_cancel_requested=True).exists()


@contextmanager
def _spoken_to_owner(job: Job) -> Iterator[None]:
    """Write sentences, numbers and moments as the owner's page does."""
    try:
        zone = ZoneInfo(job.params.get("time_zone") or settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo(settings.TIME_ZONE)
    language = job.params.get("language") or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone):
        yield
