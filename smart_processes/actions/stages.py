"""Moving records: the only way a record changes its stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from accounts import access
from accounts.access import Access
from accounts.actor import Actor
from accounts.choices import Action
from smart_processes import conditions, events, history, positions, schema, values
from smart_processes.choices import EntryKind
from smart_processes.exceptions import (
    FieldsMissing,
    MoveRefused,
    RecordMissing,
    StaleRecord,
)
from smart_processes.models import Item, Stage
from smart_processes.schema import PipelineSchema, Schema, TypeSchema
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.records import concrete
from smart_processes.transactions import transactional

TOP = "top"  # the place above all cards of a column


@transactional
def move_to_stage(
    record: Item,
    target: str,
    *,
    actor: Actor,
    expected: str | None = None,
    below: int | str | None = None,
    filled: Mapping[str, Any] | None = None,
) -> Item:
    """Move a record to another stage of its pipeline, or to another place in its column.

    The board, the API, imports and robots all end here. Moving to the stage the record is
    already in changes nothing but its place, and that only when `below` is given.

    Args:
        record: Any instance of the record; its row is locked and re-read here.
        target: Code of a stage of the record's pipeline.
        actor: Who moves it; stored in history.
        expected: The stage the caller saw. When it is no longer true the move is refused,
            so that two people dragging one card do not both win.
        below: Id of the card it shall stand right below; `TOP` or None for the top.
        filled: Raw values for fields that the stage asks for, saved with the move.

    Returns:
        The record as it is now; the caller's instance is stale.

    Raises:
        RecordMissing: the record is gone.
        PermissionRefused: the actor may not change it, or not bring it into the stage.
        StaleRecord: the record has left `expected`.
        FieldsMissing: the stage or the edge asks for fields that are empty.
        MoveRefused: no such stage, no edge leads there, or its conditions fail.
        ValuesRefused: a value in `filled` is wrong.
    """
    record = lock(record.pk)
    rights = access.fresh(actor)
    actor.access_memo = rights
    configured = schema.load(rights.schema_stamp)
    type_schema, pipeline = configured.of(record), configured.pipelines[record.pipeline_id]
    access.require(rights, Action.CHANGE, record, pipeline)
    source = record.stage
    if expected is not None and source != expected:
        raise _stale(pipeline, source)
    if source == target:
        return _reorder(record, below)
    stage = _target(pipeline, target)
    access.require(rights, Action.MOVE, record, pipeline, stage=stage)

    saved = ["stage", "position", "moved_at", "moved_by", "updated_at", "updated_by", "version"]
    changes: values.Changes = {}
    if filled:
        record = concrete(record, type_schema)
        changes = _fill(record, type_schema, filled, configured, actor)
        saved += values.changed_columns(type_schema, changes)
    record = _enter(record, stage, pipeline, type_schema, rights)

    now = timezone.now()
    record.position = _place(record, below, now)
    stamp_change(record, actor, now)
    record.moved_at = now
    record.moved_by_id = history.person_of(actor)
    record.save(update_fields=saved)
    history.close_visit(record, actor=actor, at=now)
    visit = history.open_visit(record, stage, actor=actor, at=now)
    if changes:
        write_changes(record, type_schema, changes, actor=actor, at=now)
    history.write(record, EntryKind.MOVED, actor=actor, at=now, body={"from": source, "to": target})
    events.publish(
        events.StageEntered(
            type_code=type_schema.code,
            item_id=record.pk,
            actor=actor,
            pipeline_id=pipeline.pk,
            source=source,
            target=target,
            visit_id=visit.pk,
        )
    )
    return record


@transactional
def move_to_pipeline(
    record: Item,
    pipeline_code: str,
    stage_code: str | None = None,
    *,
    actor: Actor,
    filled: Mapping[str, Any] | None = None,
) -> Item:
    """Move a record to another pipeline of its type, by default into its first stage.

    Edges lead from stage to stage of one pipeline, so none is asked; the fields that the
    target stage needs are.

    Raises:
        RecordMissing, PermissionRefused, FieldsMissing, MoveRefused, ValuesRefused: as
            `move_to_stage`.
    """
    record = lock(record.pk)
    rights = access.fresh(actor)
    actor.access_memo = rights
    configured = schema.load(rights.schema_stamp)
    type_schema, old = configured.of(record), configured.pipelines[record.pipeline_id]
    access.require(rights, Action.CHANGE, record, old)
    new = type_schema.pipeline(pipeline_code)
    if new is None:
        raise MoveRefused(
            _("“%(type)s” has no pipeline “%(pipeline)s”.")
            % {"type": type_schema.type.name_many, "pipeline": pipeline_code}
        )
    if new.pk == old.pk:
        return record
    stage = _target(new, stage_code) if stage_code else new.first_stage
    access.require(rights, Action.MOVE, record, new, stage=stage)
    access.require(rights, Action.ADD, record, new)
    source = record.stage
    record = concrete(record, type_schema)
    changes: values.Changes = {}
    if filled:
        changes = _fill(record, type_schema, filled, configured, actor)
    _require_filled(record, type_schema, new.required_in(stage), stage)

    now = timezone.now()
    _set_pipeline(record, new.pk, stage.code)
    record.position = positions.top(now)
    stamp_change(record, actor, now)
    record.moved_at = now
    record.moved_by_id = history.person_of(actor)
    record.save()
    history.close_visit(record, actor=actor, at=now)
    visit = history.open_visit(record, stage, actor=actor, at=now)
    if changes:
        write_changes(record, type_schema, changes, actor=actor, at=now)
    body = {"from": [old.code, source], "to": [new.code, stage.code]}
    history.write(record, EntryKind.PIPELINE_CHANGED, actor=actor, at=now, body=body)
    events.publish(
        events.StageEntered(
            type_code=type_schema.code,
            item_id=record.pk,
            actor=actor,
            pipeline_id=new.pk,
            source=source,
            target=stage.code,
            visit_id=visit.pk,
        )
    )
    return record


def lock(record_id: int, *, in_bin: bool = False) -> Item:
    """Return the record's row, locked until the transaction ends.

    `Item` is locked, not the child: locking a child leaves the parent's row free. Its key
    stays free as well: rows that only point at the record (runs, plans) need not wait.

    Raises:
        RecordMissing: there is no such row.
    """
    found = (
        Item._base_manager.select_for_update(of=("self",), no_key=True)
        .filter(pk=record_id, deleted_at__isnull=not in_bin)
        .first()
    )
    if found is None:
        raise RecordMissing
    return found


def stamp_change(record: Item, actor: Actor, now: Any) -> None:
    """Note on the instance that it changes now: moment, person, version."""
    record.updated_at = now
    record.updated_by_id = history.person_of(actor)
    record.version += 1


def write_changes(
    record: Item, type_schema: TypeSchema, changes: values.Changes, *, actor: Actor, at: Any
) -> None:
    """Write the history of changed values and tell who listens."""
    values.keep_unique_values([record], type_schema)
    if any(type_schema.fields[code].type.kind == "link" for code in changes):
        values.keep_links([record], type_schema, at)
    values.keep_files([record], type_schema)
    rows = [{"field": code, "from": old, "to": new} for code, (old, new) in changes.items()]
    history.write(record, EntryKind.CHANGED, actor=actor, at=at, body={"fields": rows})
    events.publish(
        events.FieldsChanged(
            type_code=type_schema.code, item_id=record.pk, actor=actor, changes=changes
        )
    )


def _enter(
    record: Item,
    stage: Stage,
    pipeline: PipelineSchema,
    type_schema: TypeSchema,
    rights: Access,
) -> Item:
    """Let the state machine decide; what is missing is found out before it is asked."""
    edge = pipeline.machine.edge(record.stage, stage.code)
    names = {"from": _name(pipeline, record.stage), "to": stage.name}
    if edge is None:
        raise MoveRefused(_("No move leads from “%(from)s” to “%(to)s” in this pipeline.") % names)
    is_for_all = rights.is_unlimited or not edge.role_ids
    if not is_for_all and not set(edge.role_ids) & set(rights.grants.roles):
        raise MoveRefused(
            _("Your roles do not allow the move from “%(from)s” to “%(to)s”.") % names
        )
    asked = (*pipeline.required_in(stage), *edge.required)
    read = {*asked, *(row.get("field") for row in edge.condition_rows)}
    if _reads_own_columns(type_schema, read):
        record = concrete(record, type_schema)
    _require_filled(record, type_schema, asked, stage)
    failed = [
        result
        for result in conditions.evaluate(edge.condition_rows, record, type_schema.fields)
        if not result.holds
    ]
    if failed:
        raise MoveRefused(
            _("“%(to)s” is not open for this record: %(reasons)s.")
            % {**names, "reasons": "; ".join(result.sentence for result in failed)}
        )
    try:
        pipeline.machine.enter(record, stage.code)
    except TransitionNotAllowed as refusal:
        raise MoveRefused(
            _("The record may not go from “%(from)s” to “%(to)s”.") % names
        ) from refusal
    return record


def _fill(
    record: Item,
    type_schema: TypeSchema,
    filled: Mapping[str, Any],
    configured: Schema,
    actor: Actor,
) -> values.Changes:
    parsed = values.parse_values(
        type_schema,
        filled,
        schema=configured,
        lookups=lookups_for(actor, record_id=record.pk),
        record=record,
    )
    values.refuse_links(type_schema, parsed, values.check_links(type_schema, [parsed], actor=actor))
    return values.write_values(record, type_schema, parsed, schema=configured)


def _require_filled(
    record: Item, type_schema: TypeSchema, codes: tuple[str, ...], stage: Stage
) -> None:
    missing = values.missing_fields(record, type_schema, codes)
    if missing:
        raise FieldsMissing(missing, stage.name)


def _reads_own_columns(type_schema: TypeSchema, codes: set[str | None]) -> bool:
    """Return whether any of the fields stands in the type's own table, not in `Item`."""
    shared = {field.attname for field in Item._meta.concrete_fields}
    fields = (type_schema.fields.get(code or "") for code in codes)
    return any(
        not shared.issuperset(field.storage.columns()) for field in fields if field is not None
    )


def _target(pipeline: PipelineSchema, code: str) -> Stage:
    stage = pipeline.stage(code)
    if stage is None or stage.retired_at is not None:
        raise MoveRefused(
            _("The pipeline “%(pipeline)s” has no stage “%(stage)s”.")
            % {"pipeline": pipeline.pipeline.name, "stage": code}
        )
    return stage


def _name(pipeline: PipelineSchema, code: str) -> str:
    stage = pipeline.stage(code)
    return stage.name if stage else code


def _stale(pipeline: PipelineSchema, source: str) -> StaleRecord:
    return StaleRecord(
        _("Somebody moved it first: it now stands in “%(stage)s”.")
        % {"stage": _name(pipeline, source)},
        stage=source,
    )


def _place(record: Item, below: int | str | None, now: Any) -> int:
    if not isinstance(below, int):
        return positions.top(now)
    return positions.below(below, pipeline_id=record.pipeline_id, stage=record.stage, at=now)


def _reorder(record: Item, below: int | str | None) -> Item:
    if below is None or below == record.pk:
        return record
    record.position = _place(record, below, timezone.now())
    record.save(update_fields=["position"])
    return record


def _set_pipeline(record: Item, pipeline_id: int, stage: str) -> None:
    """Change pipeline and stage of the instance together; no edge leads between pipelines."""
    record.pipeline_id = pipeline_id
    record.__dict__["stage"] = stage
