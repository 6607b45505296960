"""Moving all records of a stage elsewhere, because the stage goes.

Not a move that people make: no edge, requirement or right is asked, but history, visits,
feed and events are written as for any other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.actor import Actor
from smart_processes import events, history
from smart_processes.choices import EntryKind
from smart_processes.models import ChangeEvent, Item, Stage, StageVisit, TimelineEntry

BATCH = 500  # records locked and written together


def held_by(stage: Stage) -> int:
    """Return how many records stand in a stage, those in the recycle bin included."""
    return Item._base_manager.filter(pipeline_id=stage.pipeline_id, stage=stage.code).count()


def relocate(source: Stage, target: Stage, *, actor: Actor) -> int:
    """Bring every record of a stage into another one, also of another pipeline.

    Call it inside a transaction.

    Returns:
        How many records were moved, those in the recycle bin included.
    """
    type_code = source.pipeline.type.code
    moved = 0
    while records := _next_batch(source):
        _move(records, source, target, actor=actor, type_code=type_code)
        moved += len(records)
    return moved


def _next_batch(source: Stage) -> list[Item]:
    standing = Item._base_manager.select_for_update(of=("self",)).filter(
        pipeline_id=source.pipeline_id, stage=source.code
    )
    return list(standing.order_by("pk")[:BATCH])


def _move(
    records: list[Item], source: Stage, target: Stage, *, actor: Actor, type_code: str
) -> None:
    now = timezone.now()
    by = history.person_of(actor)
    ids = [record.pk for record in records]
    # The plain queryset: the records' own refuses to change stages past the state machine.
    QuerySet(Item).filter(pk__in=ids).update(
        pipeline_id=target.pipeline_id,
        stage=target.code,
        moved_at=now,
        moved_by_id=by,
        updated_at=now,
        updated_by_id=by,
        version=F("version") + 1,
    )
    StageVisit.objects.filter(item__in=ids, left_at=None).update(left_at=now, left_by_id=by)
    visits = StageVisit.objects.bulk_create(
        StageVisit(item_id=pk, stage=target, entered_at=now, entered_by_id=by) for pk in ids
    )
    _write_history(records, source, target, actor=actor, at=now)
    for record, visit in zip(records, visits, strict=True):
        if record.deleted_at is None:
            events.publish(
                events.StageEntered(
                    type_code=type_code,
                    item_id=record.pk,
                    actor=actor,
                    pipeline_id=target.pipeline_id,
                    source=source.code,
                    target=target.code,
                    visit_id=visit.pk,
                )
            )


def _write_history(
    records: list[Item], source: Stage, target: Stage, *, actor: Actor, at: datetime
) -> None:
    kind = EntryKind.MOVED
    body: dict[str, Any] = {"from": source.code, "to": target.code}
    if source.pipeline_id != target.pipeline_id:
        kind = EntryKind.PIPELINE_CHANGED
        body = {
            "from": [source.pipeline.code, source.code],
            "to": [target.pipeline.code, target.code],
        }
    for record in records:
        record.pipeline_id = target.pipeline_id  # the feed names the pipeline it entered
    TimelineEntry.objects.bulk_create(
        history.entry(record, kind, actor=actor, at=at, body=dict(body)) for record in records
    )
    ChangeEvent.objects.bulk_create(
        history.change_event(record, kind, actor=actor, at=at, body=dict(body))
        for record in records
        if record.deleted_at is None
    )
