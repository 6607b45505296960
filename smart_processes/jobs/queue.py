"""Making jobs, asking them to stop, and finding those that wait."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language

from accounts.actor import Actor
from smart_processes.choices import JobState
from smart_processes.jobs.registry import job_kind
from smart_processes.models import Job
from smart_processes.schema import TypeSchema
from smart_processes.workers import tell_workers

# What the web process tells a worker; by name, so that no door imports the tasks.
RUN_JOB = "smart_processes.tasks.run_job"
OPEN_STATES = (JobState.PENDING, JobState.RUNNING)


@transaction.atomic
def enqueue(
    kind: str,
    params: dict[str, Any],
    *,
    actor: Actor,
    type_schema: TypeSchema | None = None,
    upload: File[bytes] | None = None,
    total_count: int | None = None,
) -> Job:
    """Make a job that runs with the actor's rights; a worker is told after the commit.

    A message that gets lost costs a minute: the sweep finds the row.

    Args:
        kind: Code of a kind of job.
        params: What the kind needs, as JSON.
        actor: Who wants it and owns it; None of their rights are stored, they are asked
            again for each record.
        type_schema: The type whose records it works on.
        upload: A file it works on.
        total_count: How much there is to do, where that is known.

    Raises:
        KeyError: there is no such kind.
    """
    spoken = {"language": get_language() or "", "time_zone": timezone.get_current_timezone_name()}
    job = Job(
        kind=job_kind(kind).code,
        type=type_schema.type if type_schema else None,
        owner_id=actor.user_id,
        params=spoken | params,
        upload=upload,
        total_count=total_count,
        created_at=timezone.now(),
    )
    job.save(force_insert=True)
    nudge(job.pk)
    return job


def nudge(job_id: int) -> None:
    """Tell a worker that a job is due, once the transaction is committed."""
    # Robust: what goes wrong in telling must not undo what the person asked for.
    transaction.on_commit(partial(tell_workers, RUN_JOB, job_id), robust=True)


@transaction.atomic
def request_cancel(job: Job) -> bool:
    """Ask a job to stop after its current chunk; return False when it has ended already.

    What it did so far stays.
    """
    now = timezone.now()
    waiting = Job.objects.filter(pk=job.pk, state=JobState.PENDING)
    if waiting.update(state=JobState.CANCELLED, is_cancel_requested=True, finished_at=now):
        return True
    running = Job.objects.filter(pk=job.pk, state=JobState.RUNNING)
    return bool(running.update(is_cancel_requested=True))


def due_job_ids(now: datetime) -> list[int]:
    """Return the jobs that wait for a worker, and those whose worker was lost, oldest first."""
    lost = Q(state=JobState.RUNNING, leased_until__lt=now)
    due = Job.objects.filter(Q(state=JobState.PENDING) | lost)
    return list(due.order_by("pk").values_list("pk", flat=True))
