"""Runs: lists, and those that nothing moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from automation.choices import MessageState, RunStatus
from automation.engine.nodes import WaitKind
from automation.models import OutboxMessage, Run, Wait

# Workers look every second; what nobody took for so long, nobody takes.
OVERDUE = timedelta(minutes=5)
# Claims without a turn; see `automation.runtime.executor`.
RESTLESS = 3

_MOVING = (RunStatus.PENDING, RunStatus.RUNNING, RunStatus.WAITING)


@dataclass(frozen=True)
class StuckRun:
    """A run that will not go on by itself, and why."""

    run: Run
    reason: str


def runs(*, status: str = "", program_code: str = "", item_id: int | None = None) -> QuerySet[Run]:
    """Return runs, newest first, with their programs; no query yet."""
    found = Run.objects.select_related("version__program", "item").order_by("-pk")
    if status:
        found = found.filter(status=status)
    if program_code:
        found = found.filter(version__program__code=program_code)
    if item_id is not None:
        found = found.filter(item_id=item_id)
    return found


def stuck_runs(now: datetime) -> Iterator[StuckRun]:
    """Yield runs that nothing will move, oldest first (four queries)."""
    moving = runs().filter(status__in=_MOVING).order_by("pk")
    waits = Wait.objects.filter(run_id=OuterRef("pk"))
    for run in moving.filter(~Exists(waits), due_at=None):
        yield StuckRun(run, _("It waits for nothing and is not due."))
    is_free = Q(lease_until=None) | Q(lease_until__lt=now)
    for run in moving.filter(is_free, due_at__lt=now - OVERDUE, claim_count__lt=RESTLESS):
        yield StuckRun(run, _("It has been due for a while, and no worker takes it."))
    for run in moving.filter(claim_count__gte=RESTLESS):
        yield StuckRun(run, _("Workers take it again and again and do not finish its turn."))
    sending = OutboxMessage.objects.filter(
        run_id=OuterRef("run_id"), wait_number=OuterRef("number"), state=MessageState.PENDING
    )
    lost = Wait.objects.filter(~Exists(sending), kind=WaitKind.EFFECT, is_fired=False)
    for run in moving.filter(pk__in=lost.values("run_id")):
        yield StuckRun(run, _("It waits for an answer to something that is not being sent."))
