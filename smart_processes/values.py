"""Checking values and writing them onto records: the one validator behind every door."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from smart_processes.exceptions import CurrencyMissing, ValuesRefused
from smart_processes.field_types.base import ValueRefused
from smart_processes.fields import Field, ValueStorage
from smart_processes.lookups import Lookups
from smart_processes.models import Item, RecordFile, RecordLink, UniqueValue
from smart_processes.money import Money
from smart_processes.schema import Schema, TypeSchema
from smart_processes.selectors.records import visible_items

# Old and new value in JSON form, by field code.
Changes = dict[str, tuple[Any, Any]]
SEARCH_LENGTH = 4000  # characters; the search column is an index, not an archive


def parse_values(
    type_schema: TypeSchema,
    raw: Mapping[str, Any],
    *,
    schema: Schema,
    lookups: Lookups,
    record: Item | None = None,
) -> dict[str, Any]:
    """Return the Python values of what a door sent, by field code.

    What `record` holds already may stay, even a retired option or a person who left.

    Raises:
        ValuesRefused: a field is unknown, read-only or its value is of the wrong kind; all
            of them are named at once.
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for code, given in raw.items():
        field = type_schema.fields.get(code)
        if field is None:
            errors[code] = _("There is no field “%(code)s”.") % {"code": code}
        elif not field.is_editable:
            errors[code] = _("“%(field)s” is kept by the system.") % {"field": field.label}
        else:
            try:
                held = field.read(record) if record else None
                values[code] = field.parse(given, lookups=lookups, held=held)
                if isinstance(values[code], Money):
                    schema.to_base(values[code])
            except (ValueRefused, CurrencyMissing) as refusal:
                errors[code] = f"{field.label}: {refusal.message}"
    if errors:
        raise ValuesRefused(errors)
    return values


def check_links(
    type_schema: TypeSchema, values: Iterable[Mapping[str, Any]], *, actor: Actor
) -> set[int]:
    """Return the ids that link fields hold and the actor may not link to (≤ 1 query per type).

    A link tells the linked record's title, so only what may be read may be linked.
    """
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in values:
        for code, value in one.items():
            field = type_schema.fields[code]
            if field.type.kind == "link":
                wanted[str(field.config.get("target", ""))].update(field.each(value))
    refused: set[int] = set()
    for target, ids in wanted.items():
        if ids:
            found = visible_items(actor, [target] if target else None).filter(pk__in=ids)
            refused |= ids - set(found.values_list("pk", flat=True))
    return refused


def refuse_links(type_schema: TypeSchema, values: Mapping[str, Any], refused: set[int]) -> None:
    """Refuse values that hold one of the ids `check_links` returned.

    Raises:
        ValuesRefused: a link leads to a record of another type or one that is not visible.
    """
    errors = {
        code: f"{field.label}: "
        + _("There is no such record, it is of another type, or you may not see it.")
        for code, value in values.items()
        if (field := type_schema.fields[code]).type.kind == "link"
        and refused.intersection(field.each(value))
    }
    if errors:
        raise ValuesRefused(errors)


def write_values(
    record: Item, type_schema: TypeSchema, values: Mapping[str, Any], *, schema: Schema
) -> Changes:
    """Set the values on the instance and return what really changed.

    The amount in the base currency and the search text follow.
    """
    changes: Changes = {}
    for code, value in values.items():
        field = type_schema.fields[code]
        old = field.to_json(field.read(record))
        new = field.to_json(value)
        if old != new:
            field.write(record, value)
            changes[code] = (old, new)
    if "amount" in changes:
        record.amount_base_minor = schema.to_base(type_schema.fields["amount"].read(record))
    if changes and not record._state.adding:  # a new one gets it with its number
        record.search = search_text(record, type_schema)
    return changes


def search_text(record: Item, type_schema: TypeSchema) -> str:
    """Return the lower-cased text that the search looks in.

    Python folds the case: SQLite does not know Cyrillic.
    """
    parts = [type_schema.type.format_number(record.number), record.title]
    parts += [
        field.search_text(field.read(record))
        for field in type_schema.fields.values()
        if field.code != "title"
    ]
    return " ".join(part for part in parts if part).lower()[:SEARCH_LENGTH]


def changed_columns(type_schema: TypeSchema, changes: Changes) -> list[str]:
    """Return the model fields to save for these changes."""
    columns = {c for code in changes for c in type_schema.fields[code].storage.columns()}
    return sorted({*columns, "search"})


def missing_fields(record: Item, type_schema: TypeSchema, codes: Iterable[str]) -> list[Field]:
    """Return those of the fields that are empty on the record; unknown codes are passed over."""
    found = (type_schema.fields.get(code) for code in dict.fromkeys(codes))
    return [field for field in found if field is not None and field.read(record) is None]


def required_codes(type_schema: TypeSchema) -> list[str]:
    """Return the codes of the fields that are required in every stage."""
    return [f.code for f in type_schema.fields.values() if f.is_required and f.is_editable]


def duplicates(
    type_schema: TypeSchema, records: Sequence[Item], *, among: Iterable[str] | None = None
) -> dict[int, dict[str, str]]:
    """Return the errors of records whose unique values are taken (one query).

    Args:
        type_schema: The type of all the records.
        records: Records with their values set; unsaved ones count against each other.
        among: Only these field codes; default: every unique field.

    Returns:
        Place in `records` -> field code -> sentence.
    """
    fields = [
        f
        for f in type_schema.fields.values()
        if f.is_unique and f.definition_id is not None and (among is None or f.code in set(among))
    ]
    if not fields:
        return {}
    texts = {
        (place, field.code): unique_text(field, field.read(record))
        for place, record in enumerate(records)
        for field in fields
    }
    taken = {
        (row.definition_id, row.value): row.item_id
        for row in UniqueValue.objects.filter(
            definition_id__in=[f.definition_id for f in fields],
            value__in={text for text in texts.values() if text},
        )
    }
    errors: dict[int, dict[str, str]] = defaultdict(dict)
    for (place, code), text in texts.items():
        field = type_schema.fields[code]
        if not text:
            continue
        owner = taken.setdefault((field.definition_id or 0, text), records[place].pk or -1 - place)
        if owner != (records[place].pk or -1 - place):
            errors[place][code] = _("“%(field)s” must be unique, and this value is taken.") % {
                "field": field.label
            }
    return dict(errors)


def keep_unique_values(records: Iterable[Item], type_schema: TypeSchema) -> None:
    """Store the unique values of new or changed records (two statements).

    Raises:
        ValuesRefused: somebody stored an equal value at the same moment.
    """
    fields = [f for f in type_schema.fields.values() if f.is_unique and f.definition_id is not None]
    if not fields:
        return
    chosen = list(records)
    kept = [
        UniqueValue(definition_id=field.definition_id or 0, item_id=record.pk, value=text)
        for record in chosen
        for field in fields
        if (text := unique_text(field, field.read(record)))
    ]
    try:
        with transaction.atomic():
            UniqueValue.objects.filter(item__in=[record.pk for record in chosen]).delete()
            UniqueValue.objects.bulk_create(kept, batch_size=1000)
    except IntegrityError as clash:
        raise ValuesRefused(
            {"": _("Somebody saved an equal value at the same moment. Try again.")}
        ) from clash


def unique_text(field: Field, value: Any) -> str:
    """Return how a unique value is compared: its JSON form as lower-cased text."""
    stored = field.to_json(value)
    return "" if stored is None else str(stored).lower()[:255]


def keep_links(records: Iterable[Item], type_schema: TypeSchema, at: Any) -> None:
    """Mirror the link fields of new or changed records, so that the other side can be asked."""
    fields = [
        f
        for f in type_schema.fields.values()
        if f.type.kind == "link" and isinstance(f.storage, ValueStorage)
    ]
    if not fields:
        return
    chosen = list(records)
    kinds = {field.code: f"f{field.definition_id}" for field in fields}
    RecordLink.objects.filter(
        child__in=[record.pk for record in chosen], kind__in=kinds.values()
    ).delete()
    RecordLink.objects.bulk_create(
        [
            RecordLink(parent_id=target, child_id=record.pk, kind=kinds[field.code], created_at=at)
            for record in chosen
            for field in fields
            for target in field.each(field.read(record))
            if target != record.pk
        ],
        batch_size=1000,
    )


def keep_files(records: Iterable[Item], type_schema: TypeSchema) -> None:
    """Give the files that file fields hold to their records (one statement per file field)."""
    fields = [f for f in type_schema.fields.values() if f.type.kind == "file"]
    for record in records if fields else ():
        for field in fields:
            held = field.each(field.read(record))
            if held:
                RecordFile.objects.filter(pk__in=held, item=None).update(
                    item_id=record.pk, field_code=field.code
                )
