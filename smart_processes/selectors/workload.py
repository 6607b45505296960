"""How much work people have."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Sum

from smart_processes.choices import StageSemantics
from smart_processes.models import StageCounter
from smart_processes.schema import TypeSchema


def open_record_counts(type_schema: TypeSchema, people: Iterable[int]) -> dict[int, int]:
    """Return how many records in progress each of these people is responsible for (one query).

    Counts everything, whoever asks: it says who has room for more, not what there is.
    """
    wanted = list(people)
    counts = dict.fromkeys(wanted, 0)
    in_progress = {
        (pipeline.pk, stage.code)
        for pipeline in type_schema.pipelines
        for stage in pipeline.all_stages
        if stage.semantics == StageSemantics.IN_PROGRESS
    }
    rows = (
        StageCounter.objects.filter(
            pipeline_id__in={pipeline_id for pipeline_id, _stage in in_progress},
            responsible_id__in=wanted,
        )
        .order_by()
        .values_list("responsible_id", "pipeline_id", "stage")
        .annotate(records=Sum("record_count"))
    )
    for person, pipeline_id, stage, records in rows:
        if (pipeline_id, stage) in in_progress:
            counts[person] += records
    return counts
