"""The configuration as every request reads it: types, fields, pipelines, stages, edges.

One read of seven small tables, kept in memory until the schema stamp differs
(`accounts.stamps`), so a change is seen by every process at its next request. What is
kept is shared between threads: nobody changes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from accounts import access
from accounts.actor import Actor
from smart_processes import conditions, registry
from smart_processes.choices import StageSemantics
from smart_processes.exceptions import CurrencyMissing, TypeMissing
from smart_processes.field_types.registry import field_type
from smart_processes.fields import (
    AmountStorage,
    ColumnStorage,
    Field,
    Option,
    Storage,
    ValueStorage,
)
from smart_processes.models import (
    Currency,
    FieldDefinition,
    FieldOption,
    Item,
    Pipeline,
    RecordType,
    Stage,
    StageTransition,
)
from smart_processes.money import Money
from smart_processes.registry import SystemField
from smart_processes.state_machine import Condition, Edge, StageMachine
from smart_processes.system_fields import AMOUNT, SYSTEM_FIELDS

DEFAULT_BASE_CURRENCY = "EUR"  # until somebody enters currencies
ItemModel = type[Item]  # inside `TypeSchema`, `type` is the record type


@dataclass(frozen=True)
class PipelineSchema:
    """A pipeline with its stages in order and its compiled moves."""

    pipeline: Pipeline
    all_stages: tuple[Stage, ...]
    machine: StageMachine

    @property
    def pk(self) -> int:
        """The pipeline's id."""
        return self.pipeline.pk

    @property
    def type_id(self) -> int:
        """The id of the pipeline's type."""
        return self.pipeline.type_id

    @property
    def code(self) -> str:
        """The pipeline's code."""
        return self.pipeline.code

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in use: in progress, then success, then failures."""
        return tuple(stage for stage in self.all_stages if stage.retired_at is None)

    @property
    def first_stage(self) -> Stage:
        """Where new records begin."""
        return self.stages[0]

    def stage(self, code: str) -> Stage | None:
        """Return a stage by its code, retired ones included; None when there is none."""
        return next((stage for stage in self.all_stages if stage.code == code), None)

    def required_in(self, stage: Stage) -> tuple[str, ...]:
        """Return the codes of fields that a record in this stage must have filled.

        Requirements hold "from a stage on": those of earlier stages in progress count as
        well. A failure asks only for its own, for example the reason.
        """
        if stage.semantics == StageSemantics.FAILURE:
            return tuple(stage.required_from_here)
        codes: dict[str, None] = {}
        for earlier in self.stages:
            if earlier.semantics != StageSemantics.FAILURE and self._order(earlier) <= self._order(
                stage
            ):
                codes |= dict.fromkeys(earlier.required_from_here)
        return tuple(codes)

    @staticmethod
    def _order(stage: Stage) -> tuple[int, int]:
        rank = list(StageSemantics).index(StageSemantics(stage.semantics))
        return (rank, stage.position)


@dataclass(frozen=True)
class TypeSchema:
    """A record type with its fields by code, in the order of the card, and its pipelines."""

    type: RecordType
    fields: Mapping[str, Field]
    pipelines: tuple[PipelineSchema, ...]
    stamp: str

    @property
    def code(self) -> str:
        """The type's code."""
        return self.type.code

    @property
    def model(self) -> ItemModel:
        """The model of the type's records: a shipped type's own, or `Item`."""
        return registry.model_of(self.type.code)

    @property
    def default_pipeline(self) -> PipelineSchema:
        """The pipeline that new records enter."""
        return next((p for p in self.pipelines if p.pipeline.is_default), self.pipelines[0])

    def pipeline(self, code: str) -> PipelineSchema | None:
        """Return a pipeline by its code; None when there is none."""
        return next((p for p in self.pipelines if p.code == code), None)


@dataclass(frozen=True)
class Schema:
    """Everything that is configured, as of one stamp."""

    stamp: str
    types: Mapping[str, TypeSchema]
    types_by_id: Mapping[int, TypeSchema]
    pipelines: Mapping[int, PipelineSchema]
    rates: Mapping[str, Decimal]
    base_currency: str

    def type(self, code: str) -> TypeSchema:
        """Return a type by its code.

        Raises:
            TypeMissing: no such type.
        """
        try:
            return self.types[code]
        except KeyError:
            raise TypeMissing(code) from None

    def of(self, record: Item) -> TypeSchema:
        """Return the type of a record."""
        return self.types_by_id[record.type_id]

    def to_base(self, amount: Money | None) -> int:
        """Return an amount in minor units of the base currency; 0 for none.

        Raises:
            CurrencyMissing: the currency has no rate.
        """
        if amount is None:
            return 0
        rate = self.rates.get(amount.currency)
        if rate is None:
            raise CurrencyMissing(amount.currency, sorted(self.rates))
        return Money.from_major(amount.major * rate, self.base_currency).minor


def schema_for(actor: Actor) -> Schema:
    """Return the configuration that goes with the actor's access (no query when known)."""
    return load(access.of(actor).schema_stamp)


def load(stamp: str) -> Schema:
    """Return the configuration in the active language; the stamp must be read before."""
    return _load(stamp, get_language() or settings.LANGUAGE_CODE)


@lru_cache(maxsize=2 * len(settings.LANGUAGES))
def _load(stamp: str, language: str) -> Schema:
    """Read the whole configuration (eight queries)."""
    options = defaultdict(list)
    for option in FieldOption.objects.all():
        options[option.definition_id].append(option)
    definitions = defaultdict(list)
    for definition in FieldDefinition.objects.all():
        definitions[definition.type_id].append(definition)
    stages = defaultdict(list)
    for stage in Stage.objects.all():
        stages[stage.pipeline_id].append(stage)
    edges = _edges()
    pipelines = list(Pipeline.objects.all())
    types: dict[int, TypeSchema] = {}
    currencies = list(Currency.objects.all())
    base = next((c.code for c in currencies if c.is_base), DEFAULT_BASE_CURRENCY)
    for record_type in RecordType.objects.all():
        if record_type.is_shipped:
            _translate(record_type, pipelines, stages)
        fields = _fields(record_type, definitions[record_type.pk], options, base)
        own = tuple(
            _pipeline(pipeline, stages[pipeline.pk], edges[pipeline.pk], fields)
            for pipeline in pipelines
            if pipeline.type_id == record_type.pk
        )
        types[record_type.pk] = TypeSchema(record_type, fields, own, f"{stamp} {language}")
    return Schema(
        stamp=stamp,
        types={each.code: each for each in types.values()},
        types_by_id=types,
        pipelines={p.pk: p for each in types.values() for p in each.pipelines},
        rates={base: Decimal(1)} | {c.code: c.rate for c in currencies},
        base_currency=base,
    )


def _translate(
    record_type: RecordType, pipelines: list[Pipeline], stages: Mapping[int, list[Stage]]
) -> None:
    """Put the names that the product brought into the active language."""
    spoken = registry.in_readers_language
    record_type.name_one = spoken(record_type.name_one)
    record_type.name_many = spoken(record_type.name_many)
    for pipeline in pipelines:
        if pipeline.type_id == record_type.pk:
            pipeline.name = spoken(pipeline.name)
            for stage in stages[pipeline.pk]:
                stage.name = spoken(stage.name)


def _edges() -> dict[int, list[Edge]]:
    roles = defaultdict(list)
    for edge_id, role_id in StageTransition.roles.through.objects.values_list(
        "stagetransition_id", "role_id"
    ):
        roles[edge_id].append(role_id)
    edges = defaultdict(list)
    for row in StageTransition.objects.select_related("source", "target"):
        edges[row.pipeline_id].append(
            Edge(
                source=row.source.code,
                target=row.target.code,
                required=tuple(row.required_fields),
                condition_rows=tuple(row.conditions),
                role_ids=tuple(roles[row.pk]),
            )
        )
    return edges


def _pipeline(
    pipeline: Pipeline, stages: list[Stage], edges: list[Edge], fields: Mapping[str, Field]
) -> PipelineSchema:
    order = list(StageSemantics)
    ordered = sorted(stages, key=lambda s: (order.index(StageSemantics(s.semantics)), s.position))
    in_use = [stage.code for stage in ordered if stage.retired_at is None]

    def condition_of(edge: Edge) -> Condition:
        def holds(record: Item) -> bool:
            return all(
                result.holds for result in conditions.evaluate(edge.condition_rows, record, fields)
            )

        return holds

    return PipelineSchema(pipeline, tuple(ordered), StageMachine(in_use, edges, condition_of))


def _fields(
    record_type: RecordType,
    definitions: list[FieldDefinition],
    options: Mapping[int, list[FieldOption]],
    base_currency: str,
) -> dict[str, Field]:
    """Return a type's fields by code; an amount without a currency is in the base currency."""
    fields: dict[str, Field] = {}
    own = registry.own_fields(record_type.code)
    for system in (*SYSTEM_FIELDS, *own):
        if not system.switch or getattr(record_type, system.switch):
            fields[system.code] = _system_field(system, registry.model_of(record_type.code))
    for definition in definitions:
        fields[definition.code] = _user_field(definition, options.get(definition.pk, []))
    for code, field in fields.items():
        if field.type.kind == "money" and not field.config.get("currency"):
            fields[code] = field.with_settings(currency=base_currency)
    return fields


def _system_field(system: SystemField, model: Any) -> Field:
    storage: Storage = (
        AmountStorage() if system.code == AMOUNT else ColumnStorage(system.column, system.empty)
    )
    kind = field_type(system.kind)
    limits: dict[str, Any] = {}
    if "max_length" in kind.settings:
        # A longer text would be an error of PostgreSQL, and of PostgreSQL alone.
        limits = {"max_length": model._meta.get_field(system.column).max_length}
    return Field(
        code=system.code,
        label=system.label,
        type=kind,
        storage=storage,
        help=system.help,
        section=system.section,
        is_required=system.is_required,
        is_multiple=system.is_multiple,
        is_editable=system.is_editable,
        is_indexed=system.code in {"title", "created_at"},
        config={**limits, **system.config},
    )


def _user_field(definition: FieldDefinition, options: list[FieldOption]) -> Field:
    config: dict[str, Any] = definition.config or {}
    return Field(
        code=definition.code,
        label=definition.label,
        type=field_type(definition.kind),
        storage=ValueStorage(definition.key),
        help=definition.help,
        section=definition.section,
        is_required=definition.is_required,
        is_multiple=definition.is_multiple,
        is_unique=definition.is_unique,
        is_indexed=definition.is_indexed,
        on_card=definition.on_card,
        default=definition.default,
        config=config,
        options=tuple(
            Option(o.pk, o.code, o.label, o.hue, o.retired_at is not None) for o in options
        ),
        definition_id=definition.pk,
    )
