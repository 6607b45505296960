"""Changing, deleting and restoring records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from smart_processes import events, history, schema, values
from smart_processes.actions.stages import lock, stamp_change, write_changes
from smart_processes.choices import EntryKind
from smart_processes.exceptions import RecordRefusal, StaleRecord, ValuesRefused
from smart_processes.lookups import Lookups
from smart_processes.models import Item
from smart_processes.schema import TypeSchema
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.records import concrete
from smart_processes.transactions import transactional

# How long a deleted record can be restored.
KEPT_IN_BIN = timedelta(days=30)


@transactional
def update_record(
    record: Item,
    raw_values: Mapping[str, Any],
    *,
    actor: Actor,
    version: int | None = None,
    permission: Action = Action.CHANGE,
    lookups: Lookups | None = None,
) -> Item:
    """Change values of a record; what does not really change is not written.

    Args:
        record: Any instance of the record; its row is locked and re-read here.
        raw_values: Raw values by field code; empty clears the field.
        actor: Who changes it.
        version: The version the caller saw; refused when the record has a later one.
        permission: `CHANGE`, or `IMPORT` for files.
        lookups: What finds people and records by name, where many records are changed.

    Returns:
        The record as it is now.

    Raises:
        RecordMissing, PermissionRefused: gone, or not the actor's to change.
        StaleRecord: somebody changed it since `version`.
        ValuesRefused: a value is wrong, taken, or empty though it is required.
    """
    locked = lock(record.pk)
    rights = access.fresh(actor)
    actor.access_memo = rights
    configured = schema.load(rights.schema_stamp)
    type_schema, pipeline = configured.of(locked), configured.pipelines[locked.pipeline_id]
    access.require(rights, permission, locked, pipeline)
    if version is not None and locked.version != version:
        raise StaleRecord(
            _("Somebody changed this record in the meantime. Look at it again, then repeat."),
            version=locked.version,
        )
    fresh = concrete(locked, type_schema)
    parsed = values.parse_values(
        type_schema,
        raw_values,
        schema=configured,
        lookups=lookups or lookups_for(actor, record_id=fresh.pk),
        record=fresh,
    )
    values.refuse_links(type_schema, parsed, values.check_links(type_schema, [parsed], actor=actor))
    changes = values.write_values(fresh, type_schema, parsed, schema=configured)
    if not changes:
        return fresh
    stage = pipeline.stage(fresh.stage)
    needed = [*values.required_codes(type_schema), *(pipeline.required_in(stage) if stage else ())]
    _refuse_emptied(fresh, type_schema, needed, changes)
    _refuse_taken(fresh, type_schema, changes)
    if not rights.may(permission, fresh, pipeline) and "responsible" not in changes:
        access.require(rights, permission, fresh, pipeline)

    now = timezone.now()
    stamp_change(fresh, actor, now)
    fresh.save(
        update_fields=[
            *values.changed_columns(type_schema, changes),
            "updated_at",
            "updated_by",
            "version",
        ]
    )
    write_changes(fresh, type_schema, changes, actor=actor, at=now)
    return fresh


@transactional
def delete_record(record: Item, *, actor: Actor) -> None:
    """Put a record into the recycle bin, or delete it where its type has none.

    Raises:
        RecordMissing, PermissionRefused: gone, or not the actor's to delete.
    """
    locked = lock(record.pk)
    rights = access.fresh(actor)
    configured = schema.load(rights.schema_stamp)
    type_schema, pipeline = configured.of(locked), configured.pipelines[locked.pipeline_id]
    access.require(rights, Action.DELETE, locked, pipeline)
    events.publish(events.RecordDeleted(type_code=type_schema.code, item_id=locked.pk, actor=actor))
    now = timezone.now()
    if not type_schema.type.has_recycle_bin:
        history.change_event(locked, EntryKind.DELETED, actor=actor, at=now, body={}).save()
        _delete_for_good(locked)
        return
    stamp_change(locked, actor, now)
    locked.deleted_at = now
    locked.deleted_by_id = history.person_of(actor)
    locked.save(update_fields=["deleted_at", "deleted_by", "updated_at", "updated_by", "version"])
    history.write(locked, EntryKind.DELETED, actor=actor, at=now, body={})


@transactional
def restore_record(record: Item, *, actor: Actor) -> Item:
    """Take a record out of the recycle bin, into the stage it stood in.

    Raises:
        RecordMissing, PermissionRefused: not in the bin, or not the actor's to delete.
    """
    locked = lock(record.pk, in_bin=True)
    rights = access.fresh(actor)
    configured = schema.load(rights.schema_stamp)
    type_schema, pipeline = configured.of(locked), configured.pipelines[locked.pipeline_id]
    access.require(rights, Action.DELETE, locked, pipeline)
    now = timezone.now()
    stamp_change(locked, actor, now)
    locked.deleted_at = None
    locked.deleted_by_id = None
    locked.save(update_fields=["deleted_at", "deleted_by", "updated_at", "updated_by", "version"])
    history.write(locked, EntryKind.RESTORED, actor=actor, at=now, body={})
    events.publish(
        events.RecordRestored(type_code=type_schema.code, item_id=locked.pk, actor=actor)
    )
    return concrete(locked, type_schema)


@transactional
def purge_record(record: Item, *, actor: Actor) -> None:
    """Delete a record of the recycle bin for good, with its history and files.

    Raises:
        RecordMissing, PermissionRefused: not in the bin, or not the actor's to delete.
    """
    locked = lock(record.pk, in_bin=True)
    rights = access.fresh(actor)
    pipeline = schema.load(rights.schema_stamp).pipelines[locked.pipeline_id]
    access.require(rights, Action.DELETE, locked, pipeline)
    _delete_for_good(locked)


def purge_expired(*, actor: Actor, limit: int = 500) -> int:
    """Purge records that have been in the bin for longer than they are kept; return how many."""
    due = Item._base_manager.filter(deleted_at__lt=timezone.now() - KEPT_IN_BIN)[:limit]
    purged = 0
    for record in due:
        try:
            purge_record(record, actor=actor)
        except RecordRefusal:
            continue  # restored in the meantime
        purged += 1
    return purged


def _delete_for_good(locked: Item) -> None:
    """Delete the row with all that hangs on it, and its files once that is certain."""
    # With its key: nothing may begin to point at it between the look for what does and the end.
    Item._base_manager.select_for_update(of=("self",)).get(pk=locked.pk)
    for attached in locked.files.all():
        transaction.on_commit(_remover(attached.content.name or "", attached.content.storage))
    locked.delete()


def _remover(name: str, storage: Any) -> Any:
    def remove() -> None:
        storage.delete(name)

    return remove


def _refuse_emptied(
    record: Item, type_schema: TypeSchema, needed: list[str], changes: values.Changes
) -> None:
    emptied = values.missing_fields(record, type_schema, [c for c in needed if c in changes])
    if emptied:
        raise ValuesRefused(
            {
                field.code: _("“%(field)s” is required here and cannot be emptied.")
                % {"field": field.label}
                for field in emptied
            }
        )


def _refuse_taken(record: Item, type_schema: TypeSchema, changes: values.Changes) -> None:
    taken = values.duplicates(type_schema, [record], among=changes)
    if taken:
        raise ValuesRefused(taken[0])
