"""The same deed done to many runs, as pages, jobs and the command ask for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction

from accounts.actor import Actor
from accounts.exceptions import AccountsRefusal
from automation.actions.mending import failed_steps, restart_run, to_version
from automation.actions.steering import Outcome, steer_each, the_same
from automation.engine.journal import LineKind
from automation.exceptions import AutomationRefusal
from automation.models import ProgramVersion, Run
from automation.runtime.steering import Details

# What can be done to many runs, as people and the command call it.
DEEDS: Mapping[str, LineKind] = {
    "pause": LineKind.PAUSED,
    "resume": LineKind.RESUMED,
    "retry": LineKind.RETRIED,
    "skip": LineKind.SKIPPED,
    "goto": LineKind.MOVED,
    "cancel": LineKind.CANCELLED,
    "migrate": LineKind.MIGRATED,
    "restart": LineKind.RESTARTED,
}


@dataclass(frozen=True)
class Plan:
    """What somebody is about to do.

    Attributes:
        kind: What is done.
        step: Where to go, for `LineKind.MOVED`.
        version: Which version to take, for `LineKind.MIGRATED`; None: the published one.
    """

    kind: LineKind
    step: str = ""
    version: ProgramVersion | None = None

    @property
    def details(self) -> Details | None:
        """What the deed needs beside its kind."""
        known: Mapping[LineKind, Details] = {
            LineKind.SKIPPED: failed_steps,
            LineKind.MOVED: the_same(to=self.step),
            LineKind.MIGRATED: to_version(self.version),
            LineKind.RESTARTED: the_same(run=None),
        }
        return known.get(self.kind)


def carry_out(run_ids: Collection[int], plan: Plan, *, actor: Actor, reason: str = "") -> Outcome:
    """Do something to some runs, each as if it were alone; some dozens at a time.

    Args:
        run_ids: Which runs; they are locked together.
        plan: What is done.
        actor: Who does it; may the actor not automate a record, its runs are refused.
        reason: Why; it stands in the journals.
    """
    if plan.kind is LineKind.RESTARTED:
        return _restart(run_ids, actor, reason)
    return steer_each(run_ids, plan.kind, actor=actor, reason=reason, details=plan.details)


@transaction.atomic
def _restart(run_ids: Collection[int], actor: Actor, reason: str) -> Outcome:
    outcome = Outcome()
    found = Run.objects.select_related("version__program", "item").filter(pk__in=run_ids)
    for run in found.order_by("pk"):
        try:
            with transaction.atomic():
                restart_run(run, actor=actor, reason=reason)
        except (AutomationRefusal, AccountsRefusal) as refusal:
            outcome.refused[run.pk] = refusal.message
        else:
            outcome.done.append(run.pk)
    return outcome
