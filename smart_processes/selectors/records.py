"""Which records somebody may see: every list, count, search and export starts here."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from smart_processes.exceptions import RecordMissing
from smart_processes.models import Item
from smart_processes.schema import PipelineSchema, TypeSchema, schema_for


def visible_records(
    actor: Actor,
    type_schema: TypeSchema,
    *,
    pipeline: PipelineSchema | None = None,
    action: Action = Action.VIEW,
    model: type[Item] | None = None,
) -> QuerySet[Item]:
    """Return the live records of a type that an action reaches; no query yet.

    Args:
        actor: Whose rights count.
        type_schema: The type; naming it keeps the query on one index.
        pipeline: Only this pipeline.
        action: What is to be done with them.
        model: `Item` where the type's own columns are not needed; default: the type's model.
    """
    pipelines = [pipeline] if pipeline else list(type_schema.pipelines)
    records = (model or type_schema.model)._base_manager.filter(
        access.of(actor).visible(action, pipelines), type_id=type_schema.type.pk, deleted_at=None
    )
    return records.filter(pipeline_id=pipeline.pk) if pipeline else records


def visible_items(
    actor: Actor, type_codes: Iterable[str] | None = None, *, action: Action = Action.VIEW
) -> QuerySet[Item]:
    """Return the live records of several types (default: all) as `Item`s; no query yet."""
    schema = schema_for(actor)
    types = [schema.type(code) for code in type_codes] if type_codes else schema.types.values()
    chosen = list(types)
    pipelines = [pipeline for each in chosen for pipeline in each.pipelines]
    return Item._base_manager.filter(
        access.of(actor).visible(action, pipelines),
        type_id__in=[each.type.pk for each in chosen],
        deleted_at=None,
    )


def get_record(
    actor: Actor, record_id: int, *, type_code: str | None = None, in_bin: bool = False
) -> Item:
    """Return one record as its type's model (one query, two for shipped types).

    Args:
        actor: Whose rights count.
        record_id: The record's id.
        type_code: The type it must be of.
        in_bin: Look in the recycle bin instead.

    Raises:
        RecordMissing: it does not exist, or the actor may not view it; the two are not
            told apart.
    """
    item = Item._base_manager.filter(pk=record_id, deleted_at__isnull=not in_bin).first()
    if item is None:
        raise RecordMissing
    schema = schema_for(actor)
    pipeline = schema.pipelines.get(item.pipeline_id)
    type_schema = schema.types_by_id.get(item.type_id)
    if pipeline is None or type_schema is None:
        raise RecordMissing
    if type_code is not None and type_schema.code != type_code:
        raise RecordMissing
    if not access.of(actor).may(Action.VIEW, item, pipeline):
        raise RecordMissing
    return concrete(item, type_schema)


def concrete(item: Item, type_schema: TypeSchema) -> Item:
    """Return the record as its type's model, with the columns that are the type's own."""
    if type_schema.model is Item or isinstance(item, type_schema.model):
        return item
    return type_schema.model._base_manager.get(pk=item.pk)
