"""Records that are probably the same somebody: equal phone, e-mail or title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Q

from accounts.actor import Actor
from smart_processes.models import Item
from smart_processes.schema import TypeSchema
from smart_processes.selectors.records import visible_records

MOST_SHOWN = 3
# Candidates that the search column gives; the values themselves are compared after.
LOOKED_AT = 50


def records_like(
    actor: Actor, type_schema: TypeSchema, texts: Mapping[str, Sequence[str]]
) -> list[Item]:
    """Return records of a type that have one of the texts (one query at most).

    Args:
        actor: Who asks; others than those who may see a record are not told of it.
        type_schema: The type to look in.
        texts: Kind of a field -> values in their stored form; "title" -> titles.
    """
    wanted = {kind: {each.lower() for each in values} for kind, values in texts.items()}
    every = {each for values in wanted.values() for each in values}
    if not every:
        return []
    condition = Q()
    for each in every:
        condition |= Q(search__contains=each)
    candidates = (
        visible_records(actor, type_schema).filter(condition).order_by("-updated_at", "-pk")
    )
    found = [one for one in candidates[:LOOKED_AT] if _is_like(one, type_schema, wanted)]
    return found[:MOST_SHOWN]


def _is_like(record: Item, type_schema: TypeSchema, wanted: Mapping[str, set[str]]) -> bool:
    if record.title.lower() in wanted.get("title", ()):
        return True
    return any(
        str(value).lower() in wanted[field.type.kind]
        for field in type_schema.fields.values()
        if field.type.kind in wanted
        for value in field.each(field.read(record))
    )
