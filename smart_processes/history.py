"""Writing history: timeline entries, visits to stages, the change feed.

Called by actions only, inside their transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.actor import Actor
from accounts.choices import ActorKind
from smart_processes.choices import EntryKind
from smart_processes.models import ChangeEvent, Item, Stage, StageVisit, TimelineEntry

# Which entries tell live boards that a card looks different now.
_FEED_KINDS = {
    EntryKind.CREATED: "created",
    EntryKind.MOVED: "moved",
    EntryKind.PIPELINE_CHANGED: "moved",
    EntryKind.DELETED: "deleted",
    EntryKind.RESTORED: "restored",
    # The record's own version stays, and yet its next step may be another one.
    **dict.fromkeys(
        (
            EntryKind.TODO_ADDED,
            EntryKind.TODO_CHANGED,
            EntryKind.TODO_DONE,
            EntryKind.TODO_REOPENED,
            EntryKind.TODO_REMOVED,
        ),
        "planned",
    ),
}
# Fields whose old value decides who saw the record before a change.
_READ_BY_ACCESS = frozenset({"responsible", "opened"})


def person_of(actor: Actor) -> int | None:
    """Return the user id to store as "by", or None when no person acts."""
    return actor.user_id if actor.kind in {ActorKind.PERSON, ActorKind.TOKEN} else None


def entry(
    record: Item, kind: EntryKind, *, actor: Actor, at: datetime, body: dict[str, Any]
) -> TimelineEntry:
    """Return an unsaved timeline entry; `TimelineEntry` says what `body` holds by kind."""
    return TimelineEntry(
        item_id=record.pk,
        at=at,
        kind=kind,
        actor_kind=actor.kind,
        actor_id=person_of(actor),
        actor_label=actor.label,
        body=body,
    )


def change_event(
    record: Item, kind: EntryKind, *, actor: Actor, at: datetime, body: dict[str, Any]
) -> ChangeEvent:
    """Return an unsaved event of the change feed.

    Its body tells how the record stands and stood as far as permissions are concerned, so
    that readers of the feed know who may be told without asking the database.
    """
    return ChangeEvent(
        kind=_FEED_KINDS.get(kind, "changed"),
        item_id=record.pk,
        type_id=record.type_id,
        pipeline_id=record.pipeline_id,
        actor_id=person_of(actor),
        body={
            "version": record.version,
            "by": actor.kind,
            "stage": record.stage,
            "responsible": record.responsible_id,
            "opened": record.opened,
            "was": _before(kind, body),
        },
        at=at,
    )


def _before(kind: EntryKind, body: dict[str, Any]) -> dict[str, Any]:
    """Return what a change took away of pipeline, stage, responsible and opened."""
    if kind == EntryKind.MOVED:
        return {"stage": body["from"]}
    if kind == EntryKind.PIPELINE_CHANGED:
        pipeline, stage = body["from"]
        return {"pipeline": pipeline, "stage": stage}
    rows = body.get("fields", ())
    return {row["field"]: row["from"] for row in rows if row["field"] in _READ_BY_ACCESS}


def write(
    record: Item, kind: EntryKind, *, actor: Actor, at: datetime, body: dict[str, Any]
) -> TimelineEntry:
    """Save a timeline entry and its event of the change feed (two statements)."""
    written = entry(record, kind, actor=actor, at=at, body=body)
    written.save(force_insert=True)
    change_event(record, kind, actor=actor, at=at, body=body).save(force_insert=True)
    return written


def open_visit(record: Item, stage: Stage, *, actor: Actor, at: datetime) -> StageVisit:
    """Save the visit of the stage a record just entered."""
    visit = StageVisit(
        item_id=record.pk, stage=stage, entered_at=at, entered_by_id=person_of(actor)
    )
    visit.save(force_insert=True)
    return visit


def close_visit(record: Item, *, actor: Actor, at: datetime) -> None:
    """End the record's open visit."""
    StageVisit.objects.filter(item_id=record.pk, left_at=None).update(
        left_at=at, left_by_id=person_of(actor)
    )


def write_created(
    records: Iterable[tuple[Item, Stage]], *, actor: Actor, at: datetime
) -> list[TimelineEntry]:
    """Save the history of many new records (three statements per thousand)."""
    pairs = list(records)
    by = person_of(actor)
    StageVisit.objects.bulk_create(
        [
            StageVisit(item_id=record.pk, stage=stage, entered_at=at, entered_by_id=by)
            for record, stage in pairs
        ],
        batch_size=1000,
    )
    entries = [entry(record, EntryKind.CREATED, actor=actor, at=at, body={}) for record, _ in pairs]
    TimelineEntry.objects.bulk_create(entries, batch_size=1000)
    ChangeEvent.objects.bulk_create(
        [
            change_event(record, EntryKind.CREATED, actor=actor, at=at, body={})
            for record, _ in pairs
        ],
        batch_size=1000,
    )
    return entries
