"""What concerns one person over all types: totals of boards, own and watched records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Sum

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from smart_processes.models import Item, StageCounter
from smart_processes.schema import schema_for
from smart_processes.selectors.lists import Totals
from smart_processes.selectors.records import visible_items


@dataclass(frozen=True)
class StageTotals:
    """Count and sum of every stage, as far as the reader may see its records."""

    by_stage: Mapping[tuple[int, str], Totals]

    def of(self, pipeline_id: int, stage_code: str) -> Totals:
        """Return the totals of a stage; nothing for one without records."""
        return self.by_stage.get((pipeline_id, stage_code), Totals())


def stage_totals(actor: Actor) -> StageTotals:
    """Return the totals of all boards (one query, two for who watches records)."""
    schema, rights = schema_for(actor), access.of(actor)
    pipelines = [
        pipeline
        for each in schema.types.values()
        if each.type.has_stages
        for pipeline in each.pipelines
    ]
    reached = rights.predicate(Action.VIEW, pipelines)
    totals: dict[tuple[int, str], Totals] = defaultdict(Totals)
    counted = (
        StageCounter.objects.filter(reached, pipeline_id__in=[p.pk for p in pipelines])
        .values_list("pipeline_id", "stage")
        .annotate(records=Sum("record_count"), amount=Sum("amount_minor"))
    )
    for pipeline_id, stage, records, amount in counted:
        totals[pipeline_id, stage] += Totals(records, amount)
    watched = rights.observed()
    if watched is not None and not rights.is_unlimited:
        # Counters do not know observers: what is seen only by watching stands beside them.
        extra = (
            Item._base_manager.filter(
                watched, ~reached, pipeline_id__in=[p.pk for p in pipelines], deleted_at=None
            )
            .order_by()
            .values_list("pipeline_id", "stage")
            .annotate(records=Count("pk"), amount=Sum("amount_base_minor"))
        )
        for pipeline_id, stage, records, amount in extra:
            totals[pipeline_id, stage] += Totals(records, amount or 0)
    return StageTotals(dict(totals))


def own_records(actor: Actor, *, limit: int) -> list[Item]:
    """Return what the person is responsible for, the latest changed first (one query)."""
    own = visible_items(actor).filter(responsible_id=actor.user_id)
    return list(own.defer("search", "values").order_by("-updated_at", "-pk")[:limit])


def watched_records(actor: Actor, *, limit: int) -> list[Item]:
    """Return what the person watches, the latest changed first (one query, none for nothing)."""
    watched = access.of(actor).observed()
    if watched is None:
        return []
    visible = visible_items(actor).filter(watched)
    return list(visible.defer("search", "values").order_by("-updated_at", "-pk")[:limit])
