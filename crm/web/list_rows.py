"""Rows of a list, ready to be drawn: every name, amount and address worked out before.

The template loops over five hundred cells, so it only writes what stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_datetime
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.presentation import hue_of, initials
from crm.durations import age_text
from crm.web.cards import LONG_STAY
from smart_processes.columns import (
    IN_STAGE,
    NUMBER,
    PIPELINE,
    STAGE,
    TITLE,
    Column,
    FurtherValue,
    further_values,
)
from smart_processes.field_types.base import Names
from smart_processes.fields import Field
from smart_processes.locales import active_locale
from smart_processes.models import Item
from smart_processes.schema import PipelineSchema, TypeSchema


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a cell.

    Attributes:
        text: What is read.
        hue: Its colour, where it has one.
        url: Where it leads.
        initials: What stands in its avatar.
    """

    text: str
    hue: str = ""
    url: str = ""
    initials: str = ""


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell as it is drawn.

    Attributes:
        shape: Which of the template's forms draws it.
        tone: "bad" or "warn" where it asks for attention; `title` says why.
    """

    code: str
    label: str
    shape: str
    parts: Sequence[Part] = ()
    is_numeric: bool = False
    is_editable: bool = False
    tone: str = ""
    title: str = ""

    @property
    def text(self) -> str:
        """The values in one line."""
        return ", ".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class RowView:
    """A row as it is drawn; `amount_minor` in the base currency lets the browser add up."""

    id: int
    url: str
    title: str
    version: int
    amount_minor: int
    cells: list[CellView]


def row_views(
    records: Sequence[Item],
    columns: Sequence[Column],
    names: Names,
    *,
    actor: Actor,
    type_schema: TypeSchema,
) -> list[RowView]:
    """Return the rows of these records in the same order.

    No query but those of columns that an app added.
    """
    drawing = _Drawing(columns, names, actor, type_schema)
    drawing.further = further_values([record.pk for record in records], columns)
    return [drawing.row(record) for record in records]


class _Drawing:
    """What all rows of one answer share."""

    def __init__(
        self, columns: Sequence[Column], names: Names, actor: Actor, type_schema: TypeSchema
    ) -> None:
        self.rights = access.of(actor)
        self.type = type_schema.type
        self.columns = [(column, str(column.label)) for column in columns]
        self.names = names
        self.pipelines = {pipeline.pk: pipeline for pipeline in type_schema.pipelines}
        self.address = reverse("crm:record", args=[type_schema.code, 0])
        self.now = timezone.now()
        self.today = timezone.localdate()
        self.locale = active_locale()
        self.people: dict[int, Part] = {}
        self.further: dict[str, Mapping[int, FurtherValue]] = {}

    def row(self, record: Item) -> RowView:
        """Return one row."""
        pipeline = self.pipelines[record.pipeline_id]
        may_change = self.rights.may(Action.CHANGE, record, pipeline)
        return RowView(
            id=record.pk,
            url=self.address.replace("/0/", f"/{record.pk}/"),
            title=record.title,
            version=record.version,
            amount_minor=record.amount_base_minor if self.type.has_amount else 0,
            cells=[
                self._cell(column, label, record, pipeline, may_change=may_change)
                for column, label in self.columns
            ],
        )

    def _cell(
        self,
        column: Column,
        label: str,
        record: Item,
        pipeline: PipelineSchema,
        *,
        may_change: bool,
    ) -> CellView:
        if column.field is None:
            return self._own_cell(column, label, record, pipeline)
        field = column.field
        value = field.read(record)
        shape, part_of = self._drawn(field)
        parts = [part_of(one, field) for one in field.each(value)]
        if field.code == NUMBER:
            parts = [Part(self.type.format_number(record.number))]
        tone, title = self._attention(field, value, record, pipeline)
        return CellView(
            code=field.code,
            label=label,
            shape="title" if field.code == TITLE else shape,
            parts=parts,
            is_numeric=column.is_numeric,
            is_editable=may_change and column.is_editable,
            tone=tone,
            title=title,
        )

    def _own_cell(
        self, column: Column, label: str, record: Item, pipeline: PipelineSchema
    ) -> CellView:
        """Return a cell that no field fills."""
        if column.further is not None:
            value = self.further[column.code].get(record.pk) or FurtherValue("")
            parts = [Part(value.text)] if value.text else []
            return CellView(column.code, label, "text", parts, tone=value.tone, title=value.title)
        if column.code == PIPELINE:
            part = Part(pipeline.pipeline.name, pipeline.pipeline.hue)
            return CellView(column.code, label, "stage", [part])
        stage = pipeline.stage(record.stage)
        if column.code == STAGE:
            part = Part(stage.name, stage.hue) if stage else Part(record.stage, "grey")
            return CellView(column.code, label, "stage", [part])
        assert column.code == IN_STAGE
        stay = self.now - record.moved_at
        is_long = stay >= LONG_STAY and stage is not None and not stage.is_final
        return CellView(
            column.code,
            label,
            "text",
            [Part(age_text(stay))],
            is_numeric=True,
            tone="warn" if is_long else "",
            title=_("In this stage since %(moment)s") % {"moment": self._moment(record.moved_at)},
        )

    def _drawn(self, field: Field) -> tuple[str, Callable[[Any, Field], Part]]:
        """Return how the field's values are drawn, and what makes one of them."""
        match field.type.kind:
            case "user":
                return "people", self._person
            case "link":
                return "records", self._record
            case "choice":
                return "options", self._option
            case "url" | "email" | "phone":
                return "links", self._reached
            case "integer" if field.code == NUMBER:
                return "quiet", self._text
        return "text", self._text

    def _text(self, value: Any, field: Field) -> Part:
        return Part(field.type.text(value, field, self.names))

    def _person(self, user_id: int, field: Field) -> Part:
        if user_id not in self.people:
            name = field.type.text(user_id, field, self.names)
            self.people[user_id] = Part(name, hue_of(name), "", initials(name))
        return self.people[user_id]

    def _record(self, record_id: int, field: Field) -> Part:
        title = self.names.records.get(record_id, "")
        if not title:
            return Part(field.type.text(record_id, field, self.names))
        target = str(field.config.get("target", ""))
        url = reverse("crm:record", args=[target, record_id]) if target else ""
        return Part(title, hue_of(title), url, initials(title)[:1])

    def _option(self, option_id: int, field: Field) -> Part:
        option = field.option(option_id)
        return Part(field.type.text(option_id, field, self.names), option.hue if option else "grey")

    def _reached(self, value: str, field: Field) -> Part:
        text = field.type.text(value, field, self.names)
        scheme = {"email": "mailto:", "phone": "tel:"}.get(field.type.kind, "")
        if not scheme and not value.startswith(("http://", "https://")):
            return Part(text)
        return Part(text, url=f"{scheme}{value}")

    def _attention(
        self, field: Field, value: Any, record: Item, pipeline: PipelineSchema
    ) -> tuple[str, str]:
        """Return the tone and the reason of a close date that is late, or today."""
        if field.code != "closes_on" or value is None or value > self.today:
            return "", ""
        stage = pipeline.stage(record.stage)
        if stage is None or stage.is_final:
            return "", ""
        if value == self.today:
            return "warn", _("Closes today")
        days = (self.today - value).days
        return "bad", ngettext("%(count)d day late", "%(count)d days late", days) % {"count": days}

    def _moment(self, at: datetime) -> str:
        local = timezone.localtime(at).replace(tzinfo=None)
        return format_datetime(local, "medium", locale=self.locale)
