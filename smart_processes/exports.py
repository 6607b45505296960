"""What stands in the cells of an export: the same columns as in lists, as typed values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.actor import Actor
from smart_processes.columns import (
    IN_STAGE,
    NUMBER,
    PIPELINE,
    STAGE,
    Column,
    FurtherValue,
    collect_references,
    further_values,
    model_for,
)
from smart_processes.field_types.base import Names
from smart_processes.models import Item
from smart_processes.money import Money
from smart_processes.schema import PipelineSchema, TypeSchema
from smart_processes.selectors.names import load_names
from smart_processes.selectors.records import visible_records
from smart_processes.spreadsheets import Cell


@dataclass(frozen=True)
class ExportedRow:
    """One record of an export."""

    record: Item
    cells: list[Cell]


def exported_rows(
    ids: Sequence[int], *, actor: Actor, type_schema: TypeSchema, columns: Sequence[Column]
) -> dict[int, ExportedRow]:
    """Return the rows of those records that the actor may view.

    Four queries at most, and those of columns that an app added.

    Args:
        ids: Records of the type.
        actor: Who exports.
        type_schema: The type.
        columns: The columns in order.
    """
    model = model_for(type_schema, columns)
    visible = visible_records(actor, type_schema, model=model).defer("search")
    records = visible.in_bulk(list(ids))
    names = load_names(collect_references(list(records.values()), columns), actor=actor)
    drawing = _Drawing(type_schema, names, timezone.now())
    drawing.further = further_values(list(records), columns)
    return {
        pk: ExportedRow(record, [drawing.cell(column, record) for column in columns])
        for pk, record in records.items()
    }


class _Drawing:
    """What all rows of one answer share."""

    def __init__(self, type_schema: TypeSchema, names: Names, now: datetime) -> None:
        self.type = type_schema.type
        self.names = names
        self.now = now
        self.pipelines: Mapping[int, PipelineSchema] = {p.pk: p for p in type_schema.pipelines}
        self.further: dict[str, Mapping[int, FurtherValue]] = {}

    def cell(self, column: Column, record: Item) -> Cell:
        """Return one cell; a day or a moment as the reader's time zone has it."""
        if column.field is None:
            return self._own_cell(column, record)
        if column.code == NUMBER and self.type.number_prefix:
            return self.type.format_number(record.number)
        value = column.field.read(record)
        if isinstance(value, Money):
            return value
        exported: Cell = column.field.export(value, self.names)
        return exported

    def _own_cell(self, column: Column, record: Item) -> Cell:
        """Return a cell that no field fills."""
        if column.further is not None:
            found = self.further[column.code].get(record.pk)
            return found.text if found else ""
        pipeline = self.pipelines[record.pipeline_id]
        if column.code == STAGE:
            stage = pipeline.stage(record.stage)
            return stage.name if stage else record.stage
        if column.code == PIPELINE:
            return pipeline.pipeline.name
        assert column.code == IN_STAGE  # those are all there are without a field
        return (self.now - record.moved_at).days
