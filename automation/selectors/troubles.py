"""What the worker could not work out and tries no more: plans of moves, events of triggers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from automation.actions.robots import may_automate
from automation.choices import OccurrenceStatus
from automation.models import ScheduleOccurrence, StagePlan, TriggerEvent
from smart_processes.models import Item
from smart_processes.schema import schema_for
from smart_processes.selectors.records import visible_items

MOST_SHOWN = 50
# A time that failed earlier has been seen, or nobody misses it.
FAILED_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Troubles:
    """What one may set right, newest first."""

    plans: list[StagePlan]
    events: list[TriggerEvent]
    times: list[ScheduleOccurrence]

    def __len__(self) -> int:
        return len(self.plans) + len(self.events) + len(self.times)


def failed_plans() -> QuerySet[StagePlan]:
    """Return plans that could not be worked out; no query yet."""
    return StagePlan.objects.exclude(error="")


def failed_events() -> QuerySet[TriggerEvent]:
    """Return events that were given up; no query yet."""
    return TriggerEvent.objects.filter(due_at=None).exclude(error="")


def troubles(actor: Actor, now: datetime) -> Troubles:
    """Return what an actor may set right (three queries, two for who may not configure)."""
    plans = own_plans(actor).select_related("item", "visit__stage")
    events = own_events(actor).select_related("item", "trigger")
    return Troubles(
        list(plans.order_by("-pk")[:MOST_SHOWN]),
        list(events.order_by("-pk")[:MOST_SHOWN]),
        _failed_times(now) if access.of(actor).may_configure else [],
    )


def count_troubles(actor: Actor) -> int:
    """Return how many plans and events an actor may set right (two queries)."""
    return own_plans(actor).count() + own_events(actor).count()


def troubles_of(item: Item) -> tuple[list[StagePlan], list[TriggerEvent]]:
    """Return what could not be worked out for one record (two queries)."""
    plans = failed_plans().filter(item_id=item.pk).select_related("visit__stage")
    events = failed_events().filter(item_id=item.pk).select_related("trigger")
    return list(plans.order_by("-pk")), list(events.order_by("-pk"))


def own_plans(actor: Actor) -> QuerySet[StagePlan]:
    """Return failed plans of records that an actor may automate; no query yet."""
    found = failed_plans()
    if access.of(actor).is_unlimited:
        return found
    return found.filter(item__in=visible_items(actor, action=Action.AUTOMATE))


def own_events(actor: Actor) -> QuerySet[TriggerEvent]:
    """Return failed events that an actor may set right; no query yet.

    Where no record was found, whoever may change the trigger's pipeline may.
    """
    found = failed_events()
    rights = access.of(actor)
    if rights.is_unlimited:
        return found
    types = schema_for(actor).types.values()
    own = [p.pk for each in types for p in each.pipelines if may_automate(rights, p)]
    visible = Q(item__in=visible_items(actor, action=Action.AUTOMATE))
    return found.filter(visible | Q(item=None, trigger__pipeline_id__in=own))


def _failed_times(now: datetime) -> list[ScheduleOccurrence]:
    """Return times of schedules that failed and after which none went well."""
    times = ScheduleOccurrence.objects.filter(schedule=OuterRef("schedule"))
    newest = times.order_by("-planned_at").values("pk")[:1]
    failed = ScheduleOccurrence.objects.annotate(newest=Subquery(newest)).filter(
        pk=F("newest"),
        status=OccurrenceStatus.FAILED,
        at__gt=now - FAILED_FOR,
        schedule__is_active=True,
    )
    return list(failed.select_related("schedule").order_by("-planned_at")[:MOST_SHOWN])
