"""Finding the records whose date came: once a minute, once for each value of a field."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.actor import Actor
from automation.calendars.stored import company_zone
from automation.engine.expressions.conversion import moment
from automation.engine.expressions.functions.intervals import Span
from automation.models import Trigger
from automation.triggering.armed import Armed, armed_for
from automation.triggering.hearing import note
from automation.triggers.base import EventKind
from smart_processes.fields import Field
from smart_processes.models import Item
from smart_processes.schema import schema_for
from smart_processes.selectors.records import visible_records

# A date that is entered late, for a moment that has just gone, counts as well.
LOOKED_BACK = timedelta(days=1)
MOST_AT_ONCE = 1_000


def find_moments(now: datetime) -> int:
    """Note the records whose date came since the last look; return how many."""
    actor = Actor.system("triggers")
    return sum(_find(each, actor, now) for each in armed_for(actor, EventKind.MOMENT))


@transaction.atomic
def _find(armed: Armed, actor: Actor, now: datetime) -> int:
    mine = Trigger.objects.select_for_update(skip_locked=True, of=("self",))
    trigger = mine.filter(pk=armed.trigger.pk, is_active=True).first()
    if trigger is None:
        return 0  # deleted, switched off, or another worker looks
    checked = trigger.checked_until or trigger.created_at
    since = max(checked - LOOKED_BACK, trigger.created_at)
    configured = schema_for(actor)
    pipeline = configured.pipelines[trigger.pipeline_id]
    type_schema = configured.types_by_id[pipeline.type_id]
    field = type_schema.fields.get(armed.params.field)
    count = 0
    if field is not None:
        offset = timedelta(days=int(armed.params.days))
        records = visible_records(actor, type_schema, pipeline=pipeline)
        first, last = _bound(field, since - offset), _bound(field, now - offset)
        near = records.filter(field.storage.where(field, "gte", first))
        near = near.filter(field.storage.where(field, "lte", last)).order_by("pk")
        for item in near[:MOST_AT_ONCE]:
            if since < _due(field, item, armed) <= now:
                count += _note(trigger, item, field.to_json(field.read(item)), actor)
    Trigger.objects.filter(pk=trigger.pk).update(checked_until=now)
    return count


def _note(trigger: Trigger, item: Item, value: Any, actor: Actor) -> int:
    key = f"moment:{trigger.pk}:{item.pk}:{value}"
    payload = {"value": value}
    return note(EventKind.MOMENT, payload, actor=actor, item_id=item.pk, trigger=trigger, key=key)


def _bound(field: Field, at: datetime) -> Any:
    local = at.astimezone(company_zone())
    value: Any = local.date() if field.type.kind == "date" else local
    return field.storage.comparable(value, field)


def _due(field: Field, item: Item, armed: Armed) -> datetime:
    zone = company_zone()
    start = moment(field.read(item), zone).astimezone(zone)
    due = Span(days=int(armed.params.days)).added_to(start)
    assert isinstance(due, datetime)
    return due
