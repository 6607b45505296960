"""Making a record out of another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actor import Actor
from smart_processes.actions.creation import create_record
from smart_processes.field_types.base import Family
from smart_processes.fields import Field
from smart_processes.models import Item
from smart_processes.schema import schema_for
from smart_processes.selectors.records import get_record

# It names the record in another system; two of ours would both be that one.
_OF_ONE_RECORD = frozenset({"external_id"})


@transaction.atomic
def copy_record(
    record: Item,
    overrides: Mapping[str, Any],
    *,
    actor: Actor,
    pipeline: str | None = None,
    stage: str | None = None,
) -> Item:
    """Make a record of the same type with the same values and return it.

    Values that must be unique and files stay with the original: a file belongs to one
    record. Links, comments and history are the original's own.

    Args:
        record: Any instance of the original; its values are read again here.
        overrides: Raw values by field code that the copy has instead; empty clears.
        actor: Who copies: may view the original and add records.
        pipeline: Code of the copy's pipeline; default: the original's.
        stage: Code of the copy's stage; default: the first one.

    Raises:
        RecordMissing: the original is gone, or the actor may not view it.
        PermissionRefused, ValuesRefused, FieldsMissing, MoveRefused: as `create_record`.
    """
    original = get_record(actor, record.pk)
    schema = schema_for(actor)
    type_schema = schema.of(original)
    copied = {
        code: value
        for code, field in type_schema.fields.items()
        if _is_copied(field) and (value := field.read(original)) is not None
    }
    return create_record(
        type_schema.code,
        copied | dict(overrides),
        actor=actor,
        pipeline=pipeline or schema.pipelines[original.pipeline_id].code,
        stage=stage,
    )


def _is_copied(field: Field) -> bool:
    return (
        field.is_editable
        and not field.is_unique
        and field.type.family != Family.FILE
        and field.code not in _OF_ONE_RECORD
    )
