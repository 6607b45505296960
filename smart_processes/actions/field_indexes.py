"""Indexes of user-defined fields: built and dropped when the change is committed."""

from __future__ import annotations

from functools import partial

from django.db import connection, transaction

from smart_processes.field_expressions import drop_index, make_index
from smart_processes.field_types.registry import field_type
from smart_processes.models import FieldDefinition


def keep_index(definition: FieldDefinition) -> None:
    """Make the database have an index of the field, or none, as the field says.

    Done after the commit: building it inside would hold everybody's writes up for as long
    as it takes.
    """
    if definition.is_indexed:
        step = partial(
            make_index,
            connection,
            definition.pk,
            field_type(definition.kind),
            definition.type_id,
            is_multiple=definition.is_multiple,
        )
    else:
        step = partial(drop_index, connection, definition.pk)
    transaction.on_commit(step)
