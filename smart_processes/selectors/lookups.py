"""What finds people and records by name for one reader."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet

from accounts.actor import Actor
from smart_processes.lookups import LinkKey, Lookups
from smart_processes.models import Item
from smart_processes.selectors.records import visible_items


def lookups_for(
    actor: Actor,
    *,
    record_id: int | None = None,
    link_keys: Mapping[str, LinkKey] | None = None,
) -> Lookups:
    """Return fresh lookups that find only records the actor may view; no query yet.

    Args:
        actor: Who asks.
        record_id: The record whose values are parsed.
        link_keys: Code of a link field -> how a file names the records it links to.
    """

    def records(type_code: str) -> QuerySet[Item]:
        return visible_items(actor, [type_code] if type_code else None)

    return Lookups(me=actor.user_id, records=records, record_id=record_id, link_keys=link_keys)
