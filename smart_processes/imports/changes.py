"""What a row changes on a record that is there already."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.actor import Actor
from accounts.choices import Action
from smart_processes import events, values
from smart_processes.actions.records import update_record
from smart_processes.actions.stages import move_to_pipeline, move_to_stage
from smart_processes.imports.mapping import OnExisting
from smart_processes.imports.record_plan import Reading
from smart_processes.lookups import Lookups
from smart_processes.models import Item
from smart_processes.schema import Schema

TITLE = "title"


def change_record(
    record: Item,
    reading: Reading,
    *,
    existing: OnExisting,
    actor: Actor,
    schema: Schema,
    lookups: Lookups,
) -> Item | None:
    """Bring a record to what a row says; return it as it is now, or None when it was so.

    Nothing is written, and nothing locked, where nothing differs.

    Args:
        record: The record as the database has it.
        reading: What the row says.
        existing: Whether values are replaced, filled in or left alone.
        actor: Who imports.
        schema: The configuration.
        lookups: What finds people by name, kept for the whole file.

    Raises:
        RecordRefusal, AccountsRefusal: the row is refused as a whole.
    """
    if existing == OnExisting.SKIP:
        return None
    changed = _differing(record, reading, existing, schema, lookups)
    moving = existing == OnExisting.UPDATE and _is_elsewhere(record, reading, schema)
    if not changed and not moving:
        return None
    with transaction.atomic():
        if changed:
            record = update_record(
                record, changed, actor=actor, permission=Action.IMPORT, lookups=lookups
            )
        if moving:
            record = _move(record, reading, actor, schema)
    return record


def _differing(
    record: Item, reading: Reading, existing: OnExisting, schema: Schema, lookups: Lookups
) -> dict[str, Any]:
    type_schema = schema.of(record)
    parsed = values.parse_values(
        type_schema, reading.values, schema=schema, lookups=lookups, record=record
    )
    changed: dict[str, Any] = {}
    for code, value in parsed.items():
        field = type_schema.fields[code]
        held = field.read(record)
        if existing == OnExisting.FILL and held is not None:
            continue
        # A record without a title would be nameless on every page.
        if code == TITLE and value is None:
            continue
        if field.to_json(held) != field.to_json(value):
            changed[code] = value
    return changed


def _is_elsewhere(record: Item, reading: Reading, schema: Schema) -> bool:
    pipeline = schema.pipelines[record.pipeline_id]
    if reading.pipeline and reading.pipeline != pipeline.code:
        return True
    return bool(reading.stage) and reading.stage != record.stage


def _move(record: Item, reading: Reading, actor: Actor, schema: Schema) -> Item:
    pipeline = schema.pipelines[record.pipeline_id]
    if reading.pipeline and reading.pipeline != pipeline.code:
        with events.importing():
            return move_to_pipeline(record, reading.pipeline, reading.stage, actor=actor)
    with events.importing():
        return move_to_stage(record, str(reading.stage), actor=actor)
