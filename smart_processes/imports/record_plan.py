"""From a row to the raw values of a record: the fields of a type behind the columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from django.utils.translation import gettext as _

from smart_processes.field_types.base import ValueRefused
from smart_processes.fields import Field
from smart_processes.imports.links import LinkField, is_absent
from smart_processes.imports.mapping import (
    FIRST_NAME,
    FULL_NAME,
    LAST_NAME,
    PIPELINE,
    STAGE,
    ImportMapping,
    LinkRule,
    Missing,
)
from smart_processes.imports.plan import Source, bind, extra_cells
from smart_processes.imports.refusals import MappingRefused
from smart_processes.imports.rows import Cell, Row, cell_text
from smart_processes.imports.targets import bound_field, called, problems_of, stage_called
from smart_processes.lookups import Lookups
from smart_processes.schema import TypeSchema


@dataclass
class Reading:
    """What a row says about a record.

    Attributes:
        row: The row.
        values: Raw values by field code; None where the file has an empty cell.
        pipeline: Code of the pipeline; None where the file names none.
        stage: Code of the stage; None where the file names none.
        errors: Field code -> sentence.
        missing_links: Field code -> texts of records that are to be made.
        absent_links: Field code -> text of a record of the same type that is not there.
    """

    row: Row
    values: dict[str, Any] = dataclass_field(default_factory=dict)
    pipeline: str | None = None
    stage: str | None = None
    errors: dict[str, str] = dataclass_field(default_factory=dict)
    missing_links: dict[str, list[str]] = dataclass_field(default_factory=dict)
    absent_links: dict[str, str] = dataclass_field(default_factory=dict)

    @property
    def filled(self) -> dict[str, Any]:
        """The values of a new record: empty cells leave room for defaults."""
        return {code: value for code, value in self.values.items() if value is not None}


@dataclass(frozen=True)
class _Bound:
    """A source and the field it fills; no field for stage, pipeline and full name."""

    source: Source
    field: Field | None = None

    @property
    def to(self) -> str:
        return self.source.rule.to

    @property
    def link(self) -> LinkRule:
        return self.source.rule.link or LinkRule()


class RecordPlan:
    """A mapping bound to a file's columns and a type's fields."""

    def __init__(
        self, mapping: ImportMapping, headings: Sequence[str], type_schema: TypeSchema
    ) -> None:
        """Bind the mapping.

        Raises:
            MappingRefused: columns or fields are missing, or the mapping is of another type.
        """
        self.mapping = mapping
        self.type = type_schema
        sources = bind(mapping, headings)
        problems = list(problems_of(mapping, type_schema))
        if problems:
            raise MappingRefused(problems)
        self._bound = [_Bound(source, bound_field(source.rule, type_schema)) for source in sources]

    @property
    def links(self) -> list[LinkField]:
        """The link fields that the file fills."""
        return [(b.field, b.link) for b in self._bound if b.field and b.field.type.kind == "link"]

    @property
    def own_links(self) -> list[LinkField]:
        """The link fields that lead to records of the same type, and must find them."""
        return [
            (field, rule)
            for field, rule in self.links
            if rule.missing == Missing.REFUSE and field.config.get("target") == self.type.code
        ]

    @property
    def key_fields(self) -> list[Field]:
        """The fields by which a record is found again."""
        return [self.type.fields[code] for code in self.mapping.key]

    def places_of(self, codes: Sequence[str]) -> tuple[int, ...]:
        """Return the places of the columns that these fields were read from."""
        names = {FIRST_NAME, LAST_NAME}
        return tuple(
            sorted(
                {
                    place
                    for bound in self._bound
                    if bound.to in codes or (bound.to == FULL_NAME and names & set(codes))
                    for place in bound.source.places
                }
            )
        )

    def link_raws(self, rows: Sequence[Row]) -> Iterator[tuple[Field, list[Any]]]:
        """Yield each link field with what the rows have for it, to be looked up at once."""
        for bound in self._bound:
            if bound.field and bound.field.type.kind == "link":
                yield bound.field, [raw for row in rows if (raw := bound.source.raw(row))]

    def read(self, row: Row, links: Lookups) -> Reading:
        """Return what a row says; what is wrong with it stands in `errors`."""
        reading = Reading(row)
        if sentence := extra_cells(row):
            reading.errors[""] = sentence
        for bound in self._bound:
            raw = bound.source.raw(row)
            if bound.field is not None:
                self._read_field(reading, bound, bound.field, raw, links)
            elif bound.to == FULL_NAME:
                first, _space, last = " ".join(cell_text(raw).split()).partition(" ")
                reading.values |= {FIRST_NAME: first or None, LAST_NAME: last or None}
            elif raw is not None and bound.to == PIPELINE:
                self._read_pipeline(reading, cell_text(raw))
        # The stage last: which one a name means depends on the pipeline.
        for bound in self._bound:
            if bound.to == STAGE and (raw := bound.source.raw(row)) is not None:
                self._read_stage(reading, cell_text(raw))
        return reading

    def _read_field(
        self, reading: Reading, bound: _Bound, field: Field, raw: Cell, links: Lookups
    ) -> None:
        code = field.code
        if raw is None:
            reading.values.setdefault(code, None)
            return
        value: Any = raw
        if field.type.kind == "link" or bound.source.rule.settings:
            try:
                value = field.parse(raw, lookups=links)
            except ValueRefused as refusal:
                if field.type.kind == "link" and self._may_miss(reading, bound, field, raw, links):
                    value = None
                else:
                    reading.errors[code] = f"{field.label}: {refusal.message}"
                    if field.type.kind == "link" and is_absent(field, raw, links):
                        reading.absent_links[code] = " ".join(cell_text(raw).split())
                    return
        if field.is_multiple and reading.values.get(code) is not None:
            value = [*field.raw_parts(reading.values[code]), *field.raw_parts(value)]
        reading.values[code] = value

    def _may_miss(
        self, reading: Reading, bound: _Bound, field: Field, raw: Cell, links: Lookups
    ) -> bool:
        """Return whether a row goes on without a record that is not there; note it if so."""
        if bound.link.missing == Missing.REFUSE:
            return False
        absent = []
        for part in field.raw_parts(raw):
            try:
                field.type.parse(part, field, links)
            except ValueRefused:
                if not is_absent(field, part, links):
                    return False
                absent.append(" ".join(cell_text(part).split()))
        if bound.link.missing == Missing.CREATE:
            reading.missing_links[field.code] = absent
        return True

    def _read_pipeline(self, reading: Reading, text: str) -> None:
        found = called(text, {p: (p.code, p.pipeline.name) for p in self.type.pipelines})
        if found is None:
            reading.errors[PIPELINE] = _(
                "“%(type)s” has no pipeline “%(name)s”. Choose one of: %(known)s."
            ) % {
                "type": self.type.type.name_many,
                "name": text[:100],
                "known": ", ".join(p.pipeline.name for p in self.type.pipelines),
            }
            return
        reading.pipeline = found.code

    def _read_stage(self, reading: Reading, text: str) -> None:
        if PIPELINE in reading.errors:
            return
        pipeline = self.type.default_pipeline
        if reading.pipeline:
            pipeline = self.type.pipeline(reading.pipeline) or pipeline
        code = stage_called(text, pipeline)
        if code is None:
            reading.errors[STAGE] = _(
                "The pipeline “%(pipeline)s” has no stage “%(stage)s”. Choose one of: %(known)s."
            ) % {
                "pipeline": pipeline.pipeline.name,
                "stage": text[:100],
                "known": ", ".join(stage.name for stage in pipeline.stages),
            }
            return
        reading.stage = code
