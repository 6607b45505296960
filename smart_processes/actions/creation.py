"""Making records, one or thousands by the same path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import access
from accounts.access import Access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import AccountsRefusal, PermissionRefused
from smart_processes import events, history, positions, registry, schema, values
from smart_processes.exceptions import (
    FieldsMissing,
    MoveRefused,
    RecordRefusal,
    ValuesRefused,
)
from smart_processes.lookups import Lookups
from smart_processes.models import Item, RecordNumber, Stage
from smart_processes.schema import PipelineSchema, Schema, TypeSchema
from smart_processes.selectors.lookups import lookups_for


@dataclass(frozen=True)
class Draft:
    """A record to be made.

    Attributes:
        values: Raw values by field code.
        pipeline: Code of the pipeline; None for the default one.
        stage: Code of the stage; None for the first one.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    pipeline: str | None = None
    stage: str | None = None


def create_record(
    type_code: str,
    raw_values: Mapping[str, Any],
    *,
    actor: Actor,
    pipeline: str | None = None,
    stage: str | None = None,
) -> Item:
    """Make one record and return it.

    Raises:
        TypeMissing, PermissionRefused, ValuesRefused, FieldsMissing, MoveRefused: nothing
            was made; the message says why.
    """
    (made,) = create_records(type_code, [Draft(raw_values, pipeline, stage)], actor=actor)
    if isinstance(made, Item):
        return made
    raise made


def create_records(
    type_code: str,
    drafts: Sequence[Draft],
    *,
    actor: Actor,
    permission: Action = Action.ADD,
    lookups: Lookups | None = None,
    is_trial: bool = False,
) -> list[Item | RecordRefusal | AccountsRefusal]:
    """Make many records; a draft that is refused does not stop the others.

    Args:
        type_code: The type of all of them.
        drafts: What to make, in order; the last one ends on top of its column.
        actor: Who makes them.
        permission: `ADD`, or `IMPORT` for files.
        lookups: What finds people and records by name; default: a new one for this call.
        is_trial: Check everything and make nothing.

    Returns:
        For each draft the record made (unsaved in a trial), or the refusal.
    """
    with transaction.atomic():
        rights = access.fresh(actor)
        actor.access_memo = rights
        configured = schema.load(rights.schema_stamp)
        batch = _Batch(configured, configured.type(type_code), rights, actor, permission)
        outcome = batch.prepare(drafts, lookups or lookups_for(actor))
        made = [one for one in outcome if isinstance(one, Item)]
        if not is_trial and made:
            batch.save(made)
    return outcome


class _Batch:
    """One call of `create_records`."""

    def __init__(
        self,
        configured: Schema,
        type_schema: TypeSchema,
        rights: Access,
        actor: Actor,
        permission: Action,
    ) -> None:
        self.schema = configured
        self.type = type_schema
        self.rights = rights
        self.actor = actor
        self.permission = permission
        self.now = timezone.now()

    def prepare(
        self, drafts: Sequence[Draft], lookups: Lookups
    ) -> list[Item | RecordRefusal | AccountsRefusal]:
        """Return an unsaved record for each draft that nothing speaks against."""
        if len(drafts) > 1:
            self._look_up(drafts, lookups)
        outcome: list[Item | RecordRefusal | AccountsRefusal] = []
        parsed: list[dict[str, Any]] = []
        for draft in drafts:
            try:
                found = values.parse_values(
                    self.type, draft.values, schema=self.schema, lookups=lookups
                )
                outcome.append(self._build(draft, found))
                parsed.append(found)
            except (RecordRefusal, AccountsRefusal) as refusal:
                outcome.append(refusal)
                parsed.append({})
        self._refuse_links(outcome, parsed)
        self._refuse_duplicates(outcome)
        return outcome

    def save(self, records: list[Item]) -> None:
        """Give numbers and save the records with their history."""
        first = _take_numbers(self.type, len(records))
        own_title = registry.title_of(self.type.code)
        for offset, record in enumerate(records):
            record.number = first + offset
            if not record.title:
                record.title = own_title(record) if own_title else ""
            if not record.title:
                number = self.type.type.format_number(record.number)
                record.title = f"{self.type.type.name_one} {number}"
            record.position = positions.top(self.now) - offset
            record.search = values.search_text(record, self.type)
        _insert(records, self.type)
        values.keep_unique_values(records, self.type)
        values.keep_links(records, self.type, self.now)
        values.keep_files(records, self.type)
        history.write_created(
            ((record, self._stage(record)) for record in records), actor=self.actor, at=self.now
        )
        is_imported = self.permission == Action.IMPORT
        for record in records:
            events.publish(
                events.RecordCreated(
                    type_code=self.type.code,
                    item_id=record.pk,
                    actor=self.actor,
                    pipeline_id=record.pipeline_id,
                    stage=record.stage,
                    responsible_id=record.responsible_id,
                    is_imported=is_imported,
                    starts_robots=not is_imported or events.is_starting_robots(),
                )
            )

    def _look_up(self, drafts: Sequence[Draft], lookups: Lookups) -> None:
        """Ask for all people and records that the drafts name at once."""
        for code, each in self.type.fields.items():
            raws = [draft.values[code] for draft in drafts if code in draft.values]
            if raws and each.is_editable:
                each.prepare(raws, lookups)

    def _build(self, draft: Draft, found: dict[str, Any]) -> Item:
        pipeline, stage = self._place(draft)
        by = history.person_of(self.actor)
        record = self.type.model(
            type_id=self.type.type.pk,
            pipeline_id=pipeline.pk,
            stage=stage.code,
            number=0,
            opened=self.type.type.opened_by_default,
            responsible_id=self.rights.user_id,
            created_at=self.now,
            created_by_id=by,
            updated_at=self.now,
            updated_by_id=by,
            moved_at=self.now,
            moved_by_id=by,
        )
        values.write_values(record, self.type, self._defaults(found) | found, schema=self.schema)
        self._require(record, pipeline, stage)
        asked = [*values.required_codes(self.type), *pipeline.required_in(stage)]
        missing = values.missing_fields(record, self.type, asked)
        if missing:
            raise FieldsMissing(missing, stage.name)
        return record

    def _place(self, draft: Draft) -> tuple[PipelineSchema, Stage]:
        pipeline: PipelineSchema | None = self.type.default_pipeline
        if draft.pipeline:
            pipeline = self.type.pipeline(draft.pipeline)
        if pipeline is None:
            raise MoveRefused(
                _("“%(type)s” has no pipeline “%(pipeline)s”.")
                % {"type": self.type.type.name_many, "pipeline": draft.pipeline}
            )
        stage: Stage | None = pipeline.first_stage
        if draft.stage:
            stage = pipeline.stage(draft.stage)
        if stage is None or stage.retired_at is not None:
            raise MoveRefused(
                _("The pipeline “%(pipeline)s” has no stage “%(stage)s”.")
                % {"pipeline": pipeline.pipeline.name, "stage": draft.stage}
            )
        return pipeline, stage

    def _require(self, record: Item, pipeline: PipelineSchema, stage: Stage) -> None:
        if not self.rights.may(self.permission, record, pipeline):
            raise PermissionRefused(self.permission, self.type.type.name_many)
        entered_later = self.permission == Action.ADD and stage != pipeline.first_stage
        if entered_later and not self.rights.may(Action.MOVE, record, pipeline, stage=stage):
            raise PermissionRefused(Action.MOVE, stage.name)

    def _defaults(self, found: Mapping[str, Any]) -> dict[str, Any]:
        return {
            code: field.from_json(field.default)
            for code, field in self.type.fields.items()
            if code not in found and field.default is not None
        }

    def _refuse_links(
        self,
        outcome: list[Item | RecordRefusal | AccountsRefusal],
        parsed: list[dict[str, Any]],
    ) -> None:
        refused = values.check_links(self.type, parsed, actor=self.actor)
        if not refused:
            return
        for place, one in enumerate(parsed):
            try:
                values.refuse_links(self.type, one, refused)
            except ValuesRefused as refusal:
                outcome[place] = refusal

    def _refuse_duplicates(self, outcome: list[Item | RecordRefusal | AccountsRefusal]) -> None:
        places = [place for place, one in enumerate(outcome) if isinstance(one, Item)]
        records = [one for one in outcome if isinstance(one, Item)]
        for place, errors in values.duplicates(self.type, records).items():
            outcome[places[place]] = ValuesRefused(errors)

    def _stage(self, record: Item) -> Stage:
        stage = self.schema.pipelines[record.pipeline_id].stage(record.stage)
        assert stage is not None  # the record was built with a stage of its pipeline
        return stage


def _take_numbers(type_schema: TypeSchema, count: int) -> int:
    """Reserve `count` numbers of a type and return the first; the row stays locked."""
    row, _made = RecordNumber.objects.select_for_update().get_or_create(type_id=type_schema.type.pk)
    row.last += count
    row.save(update_fields=["last"])
    return row.last - count + 1


def _insert(records: list[Item], type_schema: TypeSchema) -> None:
    """Insert the shared rows, then the type's own: Django's bulk_create refuses children."""
    model = type_schema.model
    key = Item._meta.pk
    shared = [field for field in Item._meta.concrete_fields if field != key]
    own = model._meta.local_concrete_fields if model is not Item else []
    for record, row in zip(records, _insert_rows(Item, records, shared, [key]), strict=True):
        record.pk = record.id = row[0]
        record._state.adding = False
        record._state.db = model._base_manager.db
    if own:
        _insert_rows(model, records, own, [])


def _insert_rows(
    model: type[Item], records: list[Item], fields: Sequence[Any], returned: Sequence[Any]
) -> list[Any]:
    """Insert some columns of the records; return the rows of what is to be returned."""
    manager: Any = model._base_manager  # its `_insert` is Django's own way for child tables
    connection = connections[manager.db]
    size = min(connection.ops.bulk_batch_size(fields, records), 1000)
    rows: list[Any] = []
    for start in range(0, len(records), size):
        rows += (
            manager._insert(
                records[start : start + size],
                fields=fields,
                returning_fields=returned,
                using=connection.alias,
            )
            or []
        )
    return rows
