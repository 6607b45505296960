"""Finding the records that the rows of a chunk are about, by their keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

from django.db.models import Q

from accounts.actor import Actor
from smart_processes.fields import Field
from smart_processes.models import Item
from smart_processes.schema import TypeSchema
from smart_processes.selectors.records import visible_records

Key = tuple[Any, ...]

# Values of one condition on a JSON list: each is a test of its own, and SQLite takes no
# expression that is nested deeper than a thousand.
_LISTED = 100


def find_records(
    type_schema: TypeSchema, fields: Sequence[Field], keys: Iterable[Key], *, actor: Actor
) -> dict[Key, list[Item]]:
    """Return the records that have these keys (one query; more for fields with several values).

    Only what the actor may see is found: an import must not tell what else there is.

    Args:
        type_schema: The type.
        fields: The key's fields.
        keys: One comparable value for each field.
        actor: Who imports.
    """
    wanted = set(keys)
    if not wanted:
        return {}
    found: dict[Key, list[Item]] = defaultdict(list)
    records = visible_records(actor, type_schema)
    for condition in _conditions(fields, wanted):
        for record in records.filter(condition):
            for key in _keys_of(record, fields):
                if key in wanted and record not in found[key]:
                    found[key].append(record)
    return dict(found)


def key_of(fields: Sequence[Field], values: dict[str, Any]) -> list[Key]:
    """Return the keys of a record with these Python values; none where a part is empty.

    Several where a field has several values: any of them finds the record.
    """
    parts = [
        [field.storage.comparable(value, field) for value in field.each(values.get(field.code))]
        for field in fields
    ]
    return list(product(*parts))


def _keys_of(record: Item, fields: Sequence[Field]) -> list[Key]:
    return list(product(*(field.storage.comparable_of(record, field) for field in fields)))


def _conditions(fields: Sequence[Field], wanted: set[Key]) -> Iterable[Q]:
    """Yield conditions that all wanted records fulfil, and few others."""
    columns = [sorted({key[place] for key in wanted}, key=str) for place in range(len(fields))]
    single = Q()
    for field, values in zip(fields, columns, strict=True):
        if not field.is_multiple:
            single &= field.storage.where(field, "in", values)
    several = [pair for pair in zip(fields, columns, strict=True) if pair[0].is_multiple]
    if not several:
        return [single]
    field, values = several[0]
    return [
        single & field.storage.holds_any(field, values[start : start + _LISTED])
        for start in range(0, len(values), _LISTED)
    ]
