"""The record that another one belongs to."""

from __future__ import annotations

from accounts.actor import Actor
from smart_processes.models import Item, RecordLink
from smart_processes.models.links import DRAWN
from smart_processes.schema import schema_for
from smart_processes.selectors.records import concrete, visible_items


def parent_by_field(actor: Actor, record: Item, field_code: str) -> Item | None:
    """Return the record that a link field names; None when empty or not visible (two queries).

    Raises:
        KeyError: the record's type has no such field, or it holds no links.
    """
    schema = schema_for(actor)
    field = schema.of(record).fields[field_code]
    if field.type.kind != "link":
        raise KeyError(field_code)
    ids = field.each(field.read(record))
    found = visible_items(actor).filter(pk__in=ids[:1]).first()
    return concrete(found, schema.of(found)) if found else None


def parent_of_type(actor: Actor, record: Item, type_code: str) -> Item | None:
    """Return the record of a type that this one was made for, the first linked of several.

    None when there is none that the actor may view (two queries).

    Raises:
        TypeMissing: no such type.
    """
    schema = schema_for(actor)
    links = RecordLink.objects.filter(child=record, kind=DRAWN).order_by("created_at", "pk")
    order = {pk: place for place, pk in enumerate(links.values_list("parent_id", flat=True))}
    visible = visible_items(actor, [type_code]).filter(pk__in=order)
    found = min(visible, key=lambda item: order[item.pk], default=None)
    return concrete(found, schema.of(found)) if found else None
