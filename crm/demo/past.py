"""Giving records that were made just now a past: when they came, which way they went.

The only place that writes history by itself: actions write what happens now, and the
demo has to look as if people had worked with it for months.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from smart_processes.choices import EntryKind
from smart_processes.models import Item, Stage, StageVisit, TimelineEntry
from smart_processes.positions import top

_DATED = (
    *("created_at", "created_by", "updated_at", "updated_by", "moved_at", "moved_by"),
    "position",
)


@dataclass(frozen=True)
class Way:
    """The stages one record went through, the last one being where it stands.

    Attributes:
        record: The record, made a moment ago.
        stops: (stage code, moment of entering), the first one being its creation.
        user_id: Who made and moved it.
    """

    record: Item
    stops: Sequence[tuple[str, datetime]]
    user_id: int | None


def spread(ways: Sequence[Way]) -> None:
    """Write the visits and moves of all ways and date everything back."""
    ids = [way.record.pk for way in ways]
    pipelines = {way.record.pipeline_id for way in ways}
    stages = {
        (stage.pipeline_id, stage.code): stage
        for stage in Stage.objects.filter(pipeline__in=pipelines)
    }
    StageVisit.objects.filter(item__in=ids).delete()
    StageVisit.objects.bulk_create(visit for way in ways for visit in _visits(way, stages))
    created = {
        entry.item_id: entry
        for entry in TimelineEntry.objects.filter(item__in=ids, kind=EntryKind.CREATED)
    }
    for way in ways:
        entry = created[way.record.pk]
        _date_back(way, entry)
        # One row at a time: CASE over hundreds of rows takes the database longer.
        entry.save(update_fields=["at", "actor_kind", "actor", "actor_label"])
        way.record.save(update_fields=_DATED)
    TimelineEntry.objects.bulk_create(entry for way in ways for entry in _moves(way))


def date_back(entries: Sequence[TimelineEntry], moments: Sequence[datetime]) -> None:
    """Let entries that were written just now have been written at these moments."""
    for entry, moment in zip(entries, moments, strict=True):
        entry.at = moment
    TimelineEntry.objects.bulk_update(entries, ["at"])


def _visits(way: Way, stages: dict[tuple[int, str], Stage]) -> list[StageVisit]:
    left: list[datetime | None] = [moment for _code, moment in way.stops[1:]]
    return [
        StageVisit(
            item_id=way.record.pk,
            stage=stages[way.record.pipeline_id, code],
            entered_at=entered,
            entered_by_id=way.user_id,
            left_at=gone,
            left_by_id=way.user_id if gone else None,
        )
        for (code, entered), gone in zip(way.stops, [*left, None], strict=True)
    ]


def _date_back(way: Way, created: TimelineEntry) -> None:
    first, last = way.stops[0][1], way.stops[-1][1]
    record = way.record
    record.created_at, record.updated_at, record.moved_at = first, last, last
    record.created_by_id = record.updated_by_id = record.moved_by_id = way.user_id
    record.position = top(last)
    created.at = first
    created.actor_id = way.user_id
    created.actor_kind, created.actor_label = "person", ""


def _moves(way: Way) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            item_id=way.record.pk,
            at=entered,
            kind=EntryKind.MOVED,
            actor_kind="person",
            actor_id=way.user_id,
            body={"from": before, "to": code},
        )
        for (before, _since), (code, entered) in zip(way.stops, way.stops[1:], strict=False)
    ]
