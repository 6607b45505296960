"""Rules of a pipeline, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q

from automation.choices import DecisionKind, RunStatus
from automation.models import Decision, Robot, Trigger
from automation.runtime import clock


@dataclass(frozen=True)
class Results:
    """How often a rule decided what; `failed` are among the `fired`."""

    fired: int = 0
    waiting: int = 0
    skipped: int = 0
    cancelled: int = 0
    failed: int = 0


def rules_of(pipeline_id: int) -> tuple[list[Robot], list[Trigger]]:
    """Return the robots and triggers of a pipeline, in order (two queries)."""
    robots = Robot.objects.filter(pipeline_id=pipeline_id).order_by("position", "pk")
    triggers = Trigger.objects.filter(pipeline_id=pipeline_id).order_by("position", "pk")
    return list(robots), list(triggers)


def results_of(pipeline_id: int, *, days: int) -> dict[int, Results]:
    """Return what the robots of a pipeline did in the last days, by robot (one query)."""
    return _results(Q(robot__pipeline_id=pipeline_id), "robot_id", days)


def trigger_results_of(pipeline_id: int, *, days: int) -> dict[int, Results]:
    """Return what the triggers of a pipeline did in the last days, by trigger (one query)."""
    return _results(Q(trigger__pipeline_id=pipeline_id), "trigger_id", days)


def _results(wanted: Q, rule: str, days: int) -> dict[int, Results]:
    since = clock.now() - timedelta(days=days)
    counted = (
        Decision.objects.filter(wanted, at__gt=since)
        .order_by()
        .values_list(rule)
        .annotate(
            **{kind.value: Count("pk", filter=Q(kind=kind)) for kind in _ORDER},
            failed=Count("pk", filter=Q(run__status=RunStatus.FAILED)),
        )
    )
    return {rule_id: Results(*counts) for rule_id, *counts in counted if rule_id is not None}


_ORDER = (
    DecisionKind.FIRED,
    DecisionKind.WAITING,
    DecisionKind.SKIPPED,
    DecisionKind.CANCELLED,
)
