"""The fields of one record as its page lists them, section by section."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.templatetags.crm_format import field_value
from smart_processes.choices import StageSemantics
from smart_processes.field_types.base import Names
from smart_processes.fields import Field
from smart_processes.models import Item
from smart_processes.schema import PipelineSchema, TypeSchema

# They stand elsewhere on the page: in its head and in the client's card.
ELSEWHERE = frozenset({"number", "title"})
CLIENT_FIELDS = frozenset({"company", "contact"})
# Fields that several types have: the type's own stand before them.
_SHARED = frozenset({"responsible", "begins_on", "closes_on", "source", "source_details"})
# What the product keeps about every record stands last.
ABOUT = ("opened", "external_id", "created_at", "created_by", "updated_at", "moved_at")


@dataclass(frozen=True)
class Row:
    """One field of the record as it is read.

    Attributes:
        html: The value, safe; empty without one.
        empty_text: What stands there without a value.
        is_saved: It was just changed: a tick shows it.
    """

    field: Field
    url: str
    html: SafeString | str
    empty_text: str
    is_editable: bool
    is_saved: bool = False

    @property
    def id(self) -> str:
        """The id of the row's element."""
        return f"field-{self.field.code}"

    @property
    def edit_url(self) -> str:
        """What answers the row as a form, and takes it."""
        return f"{self.url}edit/"

    @property
    def is_long(self) -> bool:
        """Whether Enter begins a new line in its editor."""
        return self.field.type.kind == "text" or self.field.is_multiple

    def saved(self) -> Row:
        """Return the row with its tick."""
        return replace(self, is_saved=True)


@dataclass(frozen=True)
class Section:
    """A part of the card with its fields; `is_folded`: opened by who wants to see it."""

    title: str
    rows: list[Row]
    is_folded: bool = False


@dataclass(frozen=True)
class RowMaker:
    """Draws the rows of one record."""

    type_schema: TypeSchema
    pipeline: PipelineSchema
    record: Item
    names: Names
    may_change: bool

    def row(self, field: Field) -> Row:
        """Return one row."""
        value = field.read(self.record)
        html = field_value(field, value, self.names, self.record, self.type_schema.code)
        return Row(
            field=field,
            url=reverse(
                "crm:record_field", args=[self.type_schema.code, self.record.pk, field.code]
            ),
            html=html,
            empty_text=self._empty_text(field),
            is_editable=self.may_change and field.is_editable,
        )

    def sections(self) -> list[Section]:
        """Return the type's own section, those of the fields' definitions, and "About"."""
        shown = [f for f in self.type_schema.fields.values() if f.code not in self._elsewhere]
        product = [f for f in shown if f.definition_id is None and f.code not in ABOUT]
        product.sort(key=_place)
        without = [f for f in shown if f.definition_id is not None and not f.section]
        made = [self._section(self.type_schema.type.name_one, [*product, *without])]
        by_name: dict[str, list[Field]] = {}
        for field in shown:
            if field.definition_id is not None and field.section:
                by_name.setdefault(str(field.section), []).append(field)
        made += [self._section(name, fields) for name, fields in by_name.items()]
        about = [self.type_schema.fields[c] for c in ABOUT if c in self.type_schema.fields]
        # What an import left there is of interest only where it left something.
        about = [f for f in about if f.code != "external_id" or f.read(self.record) is not None]
        made.append(self._section(_("About this record"), about, is_folded=True))
        return [section for section in made if section.rows]

    @property
    def _elsewhere(self) -> frozenset[str]:
        return ELSEWHERE | CLIENT_FIELDS if self.type_schema.type.has_client else ELSEWHERE

    def _section(self, title: Any, fields: Iterable[Field], *, is_folded: bool = False) -> Section:
        return Section(str(title), [self.row(field) for field in fields], is_folded)

    def _empty_text(self, field: Field) -> str:
        """Return "Empty", or which stage asks for the field first."""
        if field.is_required:
            return _("Not added, required")
        here = self.pipeline.stage(self.record.stage)
        if here is None:
            return _("Empty")
        if field.code in self.pipeline.required_in(here):
            return _("Not added, required here")
        stages = list(self.pipeline.stages)
        later = stages[stages.index(here) + 1 :] if here in stages else []
        for stage in later:
            if stage.semantics == StageSemantics.FAILURE:
                continue
            edge = self.pipeline.machine.edge(here.code, stage.code)
            asked = {*self.pipeline.required_in(stage), *(edge.required if edge else ())}
            if field.code in asked:
                return _("Not added, required for %(stage)s") % {"stage": stage.name}
        return _("Empty")


def _place(field: Field) -> int:
    """Return the order of the product's fields: amount, the type's own, the others."""
    if field.code == "amount":
        return 0
    return 2 if field.code in _SHARED else 1
