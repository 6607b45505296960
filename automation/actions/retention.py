"""What automation forgets: runs that ended long ago, with their journals, and what led to them.

Only what nothing depends on any more goes. A run that failed can be repeated and stays, like
one that is paused; so do decisions about records that still stand in the stage, because they
keep a robot from acting there twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, IntegerField, OuterRef, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from automation.choices import FINAL_STATUSES, DecisionKind
from automation.models import Decision, OutboxMessage, RobotList, Run, StagePlan

# Of one transaction: short locks, whatever has piled up.
MOST_RUNS = 500
MOST_LINES = 20_000  # of journals
MOST_DECISIONS = 2_000
MOST_LISTS = 20  # each is looked for in all decisions


def forget_history(now: datetime) -> int:
    """Delete some of what ended before it is kept; return how much: 0 says that all is done.

    `AUTOMATION_HISTORY_DAYS` says how long that is; 0 keeps everything for ever.
    """
    if not settings.AUTOMATION_HISTORY_DAYS:
        return 0
    before = now - timedelta(days=settings.AUTOMATION_HISTORY_DAYS)
    return _forget_runs(before) + _forget_decisions(before) + _forget_lists(before)


@transaction.atomic
def _forget_runs(before: datetime) -> int:
    """Delete runs that came to their end, with journals and letters; return how many."""
    open_runs = Run.objects.exclude(status__in=FINAL_STATUSES)
    unsent = OutboxMessage.objects.filter(run=OuterRef("pk"), due_at__isnull=False)
    old = Run.objects.filter(
        ~Exists(open_runs.filter(caused_by=OuterRef("pk"))),
        ~Exists(open_runs.filter(parent=OuterRef("pk"))),
        ~Exists(unsent),
        status__in=FINAL_STATUSES,
        finished_at__lt=before,
    )
    lines = Coalesce(Cast(KT("snapshot__seq"), IntegerField()), 0)
    found = old.order_by("pk").annotate(lines=lines).values_list("pk", "lines")[:MOST_RUNS]
    ids = _fitting(found)
    Run.objects.filter(pk__in=ids).delete()
    return len(ids)


def _fitting(found: Iterable[tuple[int, int]]) -> list[int]:
    """Return as many runs as have a bearable number of lines together; at least one."""
    ids: list[int] = []
    total = 0
    for run_id, lines in found:
        total += lines
        if ids and total > MOST_LINES:
            break
        ids.append(run_id)
    return ids


@transaction.atomic
def _forget_decisions(before: datetime) -> int:
    """Delete decisions about what is over, once their runs are forgotten; return how many."""
    followers = Decision.objects.filter(after=OuterRef("pk"), kind=DecisionKind.WAITING)
    old = Decision.objects.filter(
        Q(visit=None) | Q(visit__left_at__isnull=False),
        ~Exists(followers),
        run=None,
        at__lt=before,
    ).exclude(kind=DecisionKind.WAITING)
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:MOST_DECISIONS])
    Decision.objects.filter(pk__in=ids).delete()
    return len(ids)


@transaction.atomic
def _forget_lists(before: datetime) -> int:
    """Delete lists of robots that nothing was planned with that is still known."""
    old = RobotList.objects.filter(
        ~Exists(Decision.objects.filter(robot_list=OuterRef("pk"))),
        ~Exists(StagePlan.objects.filter(robot_list=OuterRef("pk"))),
        is_current=False,
        published_at__lt=before,
    )
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:MOST_LISTS])
    RobotList.objects.filter(pk__in=ids).delete()
    return len(ids)
