"""What happened to records: pages of a timeline, and the latest of everything."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import F, Max, QuerySet

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action, ActorKind
from smart_processes.choices import EntryKind
from smart_processes.keyset import OrderTerm, keyset_page
from smart_processes.models import Item, TimelineEntry
from smart_processes.schema import schema_for

ENTRIES_PER_PAGE = 30
# Of everything that happened, only so many of the newest entries are looked at: the page
# that shows them has to cost the same after an import of any size.
LOOKED_AT = 2000

_NEWEST_FIRST = (
    OrderTerm("at", F("at"), is_descending=True, is_nullable=False),
    OrderTerm("id", F("pk"), is_descending=True, is_nullable=False),
)
_PEOPLE = (ActorKind.PERSON, ActorKind.TOKEN)


class Who(StrEnum):
    """Whose entries are wanted."""

    ALL = "all"
    PEOPLE = "people"
    ROBOTS = "robots"


@dataclass(frozen=True)
class TimelinePage:
    """Entries, the newest first, and where the next page begins; None at the end."""

    entries: list[TimelineEntry]
    next_cursor: str | None


def timeline_page(
    item_id: int,
    *,
    who: Who = Who.ALL,
    kind: EntryKind | None = None,
    after: str | None = None,
    size: int = ENTRIES_PER_PAGE,
) -> TimelinePage:
    """Return a page of a record's timeline (one query, whatever its length).

    The record itself must have been asked for by its reader before.

    Raises:
        CursorRefused: the cursor is damaged.
    """
    entries = _by(who, item_id)
    if kind is not None:
        entries = entries.filter(kind=kind)
    page = keyset_page(entries, _NEWEST_FIRST, after=after, size=size)
    return TimelinePage(page.rows, page.next_cursor)


def pinned_entries(item_id: int) -> list[TimelineEntry]:
    """Return what is kept above a record's timeline, the newest first (one query)."""
    pinned = TimelineEntry.objects.filter(item_id=item_id, is_pinned=True)
    return list(pinned.order_by("-at", "-pk"))


def latest_entries(actor: Actor, *, limit: int) -> list[TimelineEntry]:
    """Return the newest entries of records that the actor may view, with their records.

    Two queries; only the newest `LOOKED_AT` entries of all are looked at.
    """
    newest = TimelineEntry.objects.aggregate(last=Max("pk"))["last"] or 0
    pipelines = list(schema_for(actor).pipelines.values())
    visible = Item._base_manager.filter(
        access.of(actor).visible(Action.VIEW, pipelines), deleted_at=None
    )
    recent = TimelineEntry.objects.filter(pk__gt=newest - LOOKED_AT, item__in=visible)
    return list(recent.select_related("item").order_by("-pk")[:limit])


def _by(who: Who, item_id: int) -> QuerySet[TimelineEntry]:
    entries = TimelineEntry.objects.filter(item_id=item_id)
    if who == Who.PEOPLE:
        return entries.filter(actor_kind__in=_PEOPLE)
    return entries.exclude(actor_kind__in=_PEOPLE) if who == Who.ROBOTS else entries
