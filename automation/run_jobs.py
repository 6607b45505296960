"""Jobs that do the same to many runs, with progress and what was refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from automation.actions.deeds import DEEDS, Plan, carry_out
from smart_processes.jobs.base import JobKind, Progress, RefusedRow
from smart_processes.jobs.registry import register
from smart_processes.jobs.selection import frozen_count, frozen_ids
from smart_processes.models import Job

# Runs of one transaction: they stay locked until its end.
CHUNK = 50
# Before the name of the deed, in `Job.kind`.
PREFIX = "runs_"


class SteerRuns(JobKind):
    """Does a deed to each run of a frozen selection: `{"reason": text}`."""

    deed: ClassVar[str]

    def chunks(self, job: Job, actor: Actor) -> Iterator[Progress]:
        """Take fifty runs at each step."""
        plan = Plan(DEEDS[self.deed])
        total = frozen_count(job)
        while job.processed_count < total:
            ids = frozen_ids(job, job.processed_count, CHUNK)
            reason = str(job.params.get("reason", ""))
            outcome = carry_out(ids, plan, actor=actor, reason=reason)
            places = {pk: number for number, pk in enumerate(ids, job.processed_count + 1)}
            yield Progress(
                job.processed_count + len(ids),
                updated_count=len(outcome.done),
                refused=[
                    RefusedRow(places[pk], message, label=_("Run %(number)d") % {"number": pk})
                    for pk, message in sorted(outcome.refused.items())
                ],
                total_count=total,
            )


@register
class PauseRuns(SteerRuns):
    """Pauses runs."""

    code, deed = "runs_pause", "pause"
    title = gettext_lazy("Pause runs")
    done = gettext_lazy("Paused")


@register
class ResumeRuns(SteerRuns):
    """Lets paused runs go on."""

    code, deed = "runs_resume", "resume"
    title = gettext_lazy("Let runs go on")
    done = gettext_lazy("Going on")


@register
class RetryRuns(SteerRuns):
    """Tries failed steps again."""

    code, deed = "runs_retry", "retry"
    title = gettext_lazy("Retry failed steps")
    done = gettext_lazy("Tried again")


@register
class SkipSteps(SteerRuns):
    """Passes over failed steps."""

    code, deed = "runs_skip", "skip"
    title = gettext_lazy("Skip failed steps")
    done = gettext_lazy("Skipped")


@register
class CancelRuns(SteerRuns):
    """Ends runs for good."""

    code, deed = "runs_cancel", "cancel"
    title = gettext_lazy("Cancel runs")
    done = gettext_lazy("Cancelled")


@register
class MigrateRuns(SteerRuns):
    """Takes runs to the published version of their program."""

    code, deed = "runs_migrate", "migrate"
    title = gettext_lazy("Take runs to the newest version")
    done = gettext_lazy("Taken along")


@register
class RestartRuns(SteerRuns):
    """Starts runs again from their beginning."""

    code, deed = "runs_restart", "restart"
    title = gettext_lazy("Start runs again")
    done = gettext_lazy("Started again")
