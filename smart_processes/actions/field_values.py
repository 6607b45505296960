"""What happens to stored values when their field changes; in batches, inside the action."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import ngettext

from smart_processes import values
from smart_processes.actions.configuring import refuse
from smart_processes.fields import Field
from smart_processes.models import (
    FieldDefinition,
    FieldOption,
    Item,
    RecordFile,
    RecordLink,
    UniqueValue,
)
from smart_processes.schema import TypeSchema

BATCH = 500  # records locked and written together


def holding(definition: FieldDefinition) -> QuerySet[Item]:
    """Return the records with a value of the field, the recycle bin included."""
    return Item._base_manager.filter(
        type_id=definition.type_id, values__has_key=definition.key
    ).order_by("pk")


def stored_values(definition: FieldDefinition) -> Iterator[tuple[int, Any]]:
    """Yield record id and JSON form of every value of the field."""
    rows = holding(definition).values_list("pk", "values").iterator(chunk_size=BATCH)
    for pk, stored in rows:
        yield pk, stored[definition.key]


def rewrite(definition: FieldDefinition, change: Callable[[Any], Any]) -> None:
    """Give every record another JSON form of its value, or none for None."""
    for records in _batches(definition):
        for record in records:
            changed = change(record.values[definition.key])
            if changed is None:
                del record.values[definition.key]
            else:
                record.values[definition.key] = changed
            record.version += 1
        Item._base_manager.bulk_update(records, ["values", "version"])


def remove_values(definition: FieldDefinition, type_schema: TypeSchema) -> int:
    """Remove the field's values, files, links and search words from all records.

    Args:
        definition: The field.
        type_schema: The type as it is without the field.

    Returns:
        How many records had one.
    """
    count = 0
    for records in _batches(definition):
        # The shipped types' own columns are part of what the search looks in.
        full = type_schema.model._base_manager.in_bulk([record.pk for record in records])
        for record in records:
            del record.values[definition.key]
            record.version += 1
            full[record.pk].values = record.values
            record.search = values.search_text(full[record.pk], type_schema)
        Item._base_manager.bulk_update(records, ["values", "version", "search"])
        count += len(records)
    RecordLink.objects.filter(kind=definition.key).delete()
    files = RecordFile.objects.filter(item__type=definition.type_id, field_code=definition.code)
    for file in files:
        transaction.on_commit(_remover(str(file.content.name), file.content.storage))
    files.delete()
    return count


def make_several(definition: FieldDefinition) -> None:
    """Turn each single value into a list of one."""
    rewrite(definition, lambda stored: [stored])


def make_single(definition: FieldDefinition) -> None:
    """Turn each list of one into its value.

    Raises:
        ConfigurationRefused: some records hold several.
    """
    count = sum(1 for _pk, stored in stored_values(definition) if len(stored) > 1)
    if count:
        refuse(
            {
                "is_multiple": ngettext(
                    "%(count)d record holds several values of “%(field)s”. Leave one in it first.",
                    "%(count)d records hold several values of “%(field)s”. "
                    "Leave one in each first.",
                    count,
                )
                % {"count": count, "field": definition.label}
            }
        )
    rewrite(definition, lambda stored: stored[0] if stored else None)


def make_unique(definition: FieldDefinition, field: Field) -> None:
    """Take the stored values as unique.

    Raises:
        ConfigurationRefused: some occur more than once.
    """
    owners: dict[str, int] = {}
    repeated: dict[str, str] = {}
    for pk, stored in stored_values(definition):
        text = values.unique_text(field, field.from_json(stored))
        if owners.setdefault(text, pk) != pk:
            repeated[text] = str(stored)
    if repeated:
        refuse(
            {
                "is_unique": ngettext(
                    "%(count)d value of “%(field)s” occurs more than once, for example "
                    "“%(value)s”. Change it first.",
                    "%(count)d values of “%(field)s” occur more than once, for example "
                    "“%(value)s”. Change them first.",
                    len(repeated),
                )
                % {
                    "count": len(repeated),
                    "field": definition.label,
                    "value": next(iter(repeated.values())),
                }
            }
        )
    UniqueValue.objects.filter(definition=definition).delete()
    UniqueValue.objects.bulk_create(
        (
            UniqueValue(definition=definition, item_id=pk, value=text)
            for text, pk in owners.items()
            if text
        ),
        batch_size=1000,
    )


def options_in_use(definition: FieldDefinition, options: list[FieldOption]) -> set[int]:
    """Return the ids of those options that any record holds."""
    wanted = {option.pk for option in options}
    used: set[int] = set()
    if wanted:
        for _pk, stored in stored_values(definition):
            used |= wanted.intersection(stored if isinstance(stored, list) else [stored])
    return used


def _batches(definition: FieldDefinition) -> Iterator[list[Item]]:
    last = 0
    while True:
        following = holding(definition).filter(pk__gt=last).select_for_update(of=("self",))
        records = list(following[:BATCH])
        if not records:
            return
        last = records[-1].pk
        yield records


def _remover(name: str, storage: Any) -> Callable[[], None]:
    return lambda: storage.delete(name)
