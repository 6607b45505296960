"""Filters that every type has, and what all filters can say about themselves."""

from __future__ import annotations

import copy
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from smart_processes.field_types.base import Names, References, ValueRefused
from smart_processes.field_types.string import read_line
from smart_processes.lookups import Lookups
from smart_processes.models import Item, Stage
from smart_processes.schema import PipelineSchema, TypeSchema

LONGEST_SEARCH = 200  # characters
MOST_WORDS = 10
MOST_CHOSEN = 200  # values of one filter
LARGEST_NUMBER = 2**53


class _Read(forms.Field):
    """A form field that hands every text of its parameter to the filter's `read`."""

    widget = forms.SelectMultiple  # reads a parameter that stands several times

    def __init__(self, reader: RecordFilter, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reader = reader

    def clean(self, value: Any) -> Any:
        """Return what the filter makes of the texts; None when there are none."""
        texts = [text for text in value or [] if text.strip()]
        if not texts:
            return None
        if len(texts) > MOST_CHOSEN:
            raise ValidationError(_("Choose at most %(limit)d.") % {"limit": MOST_CHOSEN})
        try:
            return self.reader.read(texts)
        except ValueRefused as refusal:
            raise ValidationError(refusal.message) from refusal


class RecordFilter(django_filters.Filter):
    """A filter with its own words: reads texts, filters, and says what it does."""

    def __init__(self, label: StrOrPromise) -> None:
        """Make the filter; `label` is what its refusals begin with."""
        super().__init__(label=label)
        self.lookups = Lookups()

    def __deepcopy__(self, memo: Any) -> RecordFilter:
        """Return a shallow copy: filter sets copy all their filters for every request."""
        return copy.copy(self)

    @property
    def field(self) -> forms.Field:
        """The form field of the parameter."""
        return _Read(self, label=self.label, required=False)

    def filter(self, qs: QuerySet[Item], value: Any) -> QuerySet[Item]:
        """Return the records that fulfil the condition."""
        return qs if value is None else qs.filter(self.condition(value))

    def read(self, texts: list[str]) -> Any:
        """Return the value of a parameter's texts; raises ValueRefused."""
        raise NotImplementedError

    def condition(self, value: Any) -> Q:
        """Return the condition on records."""
        raise NotImplementedError

    def text(self, value: Any, names: Names) -> str:
        """Return what the filter does, as a chip says it."""
        raise NotImplementedError

    def collect(self, value: Any, references: References) -> None:
        """Add the ids whose names the chip needs."""


class StageFilter(RecordFilter):
    """`stage`: codes of stages, of any pipeline of the type."""

    def __init__(self, schema: TypeSchema) -> None:
        """Make the filter."""
        super().__init__(gettext_lazy("Stage"))
        self.stages: dict[str, Stage] = {}
        for pipeline in schema.pipelines:
            self.stages |= {stage.code: stage for stage in pipeline.all_stages}

    def read(self, texts: list[str]) -> list[Stage]:
        """Return the stages with these codes."""
        for code in texts:
            if code not in self.stages:
                raise ValueRefused(_("There is no stage “%(code)s”.") % {"code": code[:100]})
        return [self.stages[code] for code in texts]

    def condition(self, value: list[Stage]) -> Q:
        """Return the condition on the stage's code."""
        return Q(stage__in=[stage.code for stage in value])

    def text(self, value: list[Stage], names: Names) -> str:
        """Return "Stage: New, Qualified"."""
        return _("%(field)s: %(values)s") % {
            "field": self.label,
            "values": ", ".join(stage.name for stage in value),
        }


class PipelineFilter(RecordFilter):
    """`pipeline`: codes of pipelines."""

    def __init__(self, schema: TypeSchema) -> None:
        """Make the filter."""
        super().__init__(gettext_lazy("Pipeline"))
        self.pipelines = {pipeline.code: pipeline for pipeline in schema.pipelines}

    def read(self, texts: list[str]) -> list[PipelineSchema]:
        """Return the pipelines with these codes."""
        for code in texts:
            if code not in self.pipelines:
                raise ValueRefused(_("There is no pipeline “%(code)s”.") % {"code": code[:100]})
        return [self.pipelines[code] for code in texts]

    def condition(self, value: list[PipelineSchema]) -> Q:
        """Return the condition on the pipeline."""
        return Q(pipeline_id__in=[pipeline.pk for pipeline in value])

    def text(self, value: list[PipelineSchema], names: Names) -> str:
        """Return "Pipeline: Sales"."""
        return _("%(field)s: %(values)s") % {
            "field": self.label,
            "values": ", ".join(each.pipeline.name for each in value),
        }


class SearchFilter(RecordFilter):
    """`search`: words that must all stand in what the record is found by."""

    def __init__(self) -> None:
        """Make the filter."""
        super().__init__(gettext_lazy("Search"))

    def read(self, texts: list[str]) -> str:
        """Return the words on one line."""
        line = read_line(" ".join(texts), LONGEST_SEARCH)
        if len(line.split()) > MOST_WORDS:
            raise ValueRefused(_("Enter at most %(limit)d words.") % {"limit": MOST_WORDS})
        return line

    def condition(self, value: str) -> Q:
        """Return the condition; the column is lower-cased by Python, and so are the words."""
        condition = Q()
        for word in value.lower().split():
            condition &= Q(search__contains=word)
        return condition

    def text(self, value: str, names: Names) -> str:
        """Return "“scanner”"."""
        return _("“%(text)s”") % {"text": value}


class NumberFilter(RecordFilter):
    """`number`: numbers as people read them (REQ-000123) or without prefix."""

    def __init__(self, schema: TypeSchema) -> None:
        """Make the filter."""
        super().__init__(gettext_lazy("No."))
        self.record_type = schema.type

    def read(self, texts: list[str]) -> list[int]:
        """Return the numbers."""
        return [self._number(text.strip()) for text in texts]

    def condition(self, value: list[int]) -> Q:
        """Return the condition on the number."""
        return Q(number__in=value)

    def text(self, value: list[int], names: Names) -> str:
        """Return "No.: REQ-000123"."""
        numbers = ", ".join(map(self.record_type.format_number, value))
        return _("%(field)s: %(values)s") % {"field": self.label, "values": numbers}

    def _number(self, text: str) -> int:
        prefix = f"{self.record_type.number_prefix}-"
        digits = text[len(prefix) :] if text.upper().startswith(prefix.upper()) else text
        digits = digits.removeprefix("#")
        if not (digits.isascii() and digits.isdigit()) or int(digits[:17]) > LARGEST_NUMBER:
            raise ValueRefused(
                _("Enter a number like %(example)s.")
                % {"example": self.record_type.format_number(123)}
            )
        return int(digits[:17])
