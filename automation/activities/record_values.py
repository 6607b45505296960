"""What activities share that write records: values on their way in, effects for the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from automation.activities.base import ActivityContext
from automation.engine.expressions import Amount
from automation.exceptions import StepRefused
from smart_processes.actions.records import update_record
from smart_processes.fields import Field
from smart_processes.models import Item
from smart_processes.schema import TypeSchema, schema_for
from smart_processes.selectors.records import get_record


def chosen_record(context: ActivityContext, record_id: int | None) -> Item:
    """Return the record with an id, by default the run's.

    Raises:
        StepRefused: none is named and the run has none.
        RecordMissing: it is gone, or not the actor's to see.
    """
    return context.record() if record_id is None else get_record(context.actor, record_id)


def raw_values(type_schema: TypeSchema, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return raw values by field code, as actions take them.

    Raises:
        StepRefused: the type has no such field.
    """
    codes = {field_code(type_schema, written): value for written, value in values.items()}
    return {code: _for_field(type_schema.fields[code], value) for code, value in codes.items()}


def field_code(type_schema: TypeSchema, written: str) -> str:
    """Return the code of a field; imported programs write it in capitals.

    Raises:
        StepRefused: the type has no such field.
    """
    for code in (written, written.lower()):
        if code in type_schema.fields:
            return code
    raise StepRefused(_("There is no field “%(code)s”.") % {"code": written})


def _for_field(field: Field, value: Any) -> Any:
    if field.type.kind == "money" and isinstance(value, str):
        return value.replace("|", " ")  # as runs keep money: 100.50|EUR
    return raw(value)


def raw(value: Any) -> Any:
    """Return a value of the expression language as a field takes it."""
    if isinstance(value, Amount | Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [raw(each) for each in value]
    return value


def values_of(record: Item, type_schema: TypeSchema, codes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of some fields in JSON form."""
    known = (type_schema.fields[code] for code in codes if code in type_schema.fields)
    return {field.code: field.to_json(field.read(record)) for field in known}


def write_values(context: ActivityContext, values: Mapping[str, Any]) -> list[Any]:
    """Write values into the run's record; return what changed, as the journal keeps it.

    Raises:
        StepRefused: the run has no record, or it has no such field.
        RecordRefusal, AccountsRefusal: the record does not take them.
    """
    record = context.record()
    type_schema = schema_for(context.actor).of(record)
    given = raw_values(type_schema, values)
    before = values_of(record, type_schema, given)
    fresh = update_record(record, given, actor=context.actor)
    return changes(record.pk, before, values_of(fresh, type_schema, given))


def changes(record_id: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Any]:
    """Return what differs, as the journal keeps it."""
    return [
        {"record": record_id, "field": code, "before": before.get(code), "after": value}
        for code, value in after.items()
        if before.get(code) != value
    ]


def whole_record(record: Item, *, is_made: bool) -> dict[str, Any]:
    """Return the effect of making or deleting a record."""
    before, after = (None, record.title) if is_made else (record.title, None)
    return {"record": record.pk, "field": "record", "before": before, "after": after}
