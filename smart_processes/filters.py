"""The filter of a type's records, built from its fields: one django-filter set per type.

Parameters are a field's code with an ending (`amount_min`, `closes_on_period`); fields of
the product and of the people's own are treated alike. Whatever is wrong, an unknown
parameter included, is a form error with a sentence: a filter that is silently ignored
shows records that nobody asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from smart_processes.field_filters import FieldFilter, SortFilter, filters_of_field
from smart_processes.keyset import OrderTerm, with_primary_key
from smart_processes.lookups import Lookups
from smart_processes.models import Item
from smart_processes.record_filters import (
    NumberFilter,
    PipelineFilter,
    RecordFilter,
    SearchFilter,
    StageFilter,
)
from smart_processes.schema import TypeSchema

SORT = "sort"
# Newest first; every type has an index for it.
DEFAULT_SORT = "-created_at"
# What pages put beside the filter: never filters, never fields' codes.
PAGE_PARAMETERS = frozenset({"after", "view", "columns", "csrfmiddlewaretoken"})
# Codes that no user-defined field may have: its filter would hide one of these.
RESERVED_CODES = frozenset({SORT, "search", "stage", "pipeline", "number"}) | PAGE_PARAMETERS

Parameters = Mapping[str, Any]


class _FilterForm(forms.Form):
    """The form of a filter set; it knows what it was sent and does not know."""

    unknown_parameters: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        """Refuse parameters that are no filters."""
        for name in self.unknown_parameters:
            self.add_error(
                None,
                _("These records cannot be filtered by “%(name)s”.") % {"name": name[:100]},
            )
        return self.cleaned_data


class RecordFilterSet(django_filters.FilterSet):
    """The filters of one type. `qs` holds the filtered records, none when a filter is wrong."""

    schema: TypeSchema
    queryset: QuerySet[Item]
    base_filters: dict[str, RecordFilter]
    filters: dict[str, RecordFilter]

    def __init__(
        self,
        data: Parameters,
        queryset: QuerySet[Item],
        *,
        lookups: Lookups,
        also_known: Collection[str] = PAGE_PARAMETERS,
    ) -> None:
        """Nothing is read yet.

        Args:
            data: A `QueryDict`, or parameters with a value or a list of values each, as
                saved views hold them.
            queryset: What the reader may see.
            lookups: The reader's (`lookups_for`): who "me" is, and what titles find.
            also_known: Parameters of the page that are no filters.
        """
        given = _several(data)
        super().__init__(given, queryset)
        self.unknown = tuple(n for n in given if n not in self.filters and n not in also_known)
        # A form with only what was sent: its price does not grow with the type's fields.
        self.filters = {name: self.filters[name] for name in given if name in self.filters}
        for each in self.filters.values():
            each.lookups = lookups

    @property
    def is_filtering(self) -> bool:
        """Whether any condition was given."""
        return any(True for _each in self.active())

    @property
    def sentences(self) -> list[str]:
        """What is wrong, one sentence each; none when nothing is."""
        sentences: list[str] = []
        for name, errors in self.errors.items():
            label = self.filters[name].label if name in self.filters else ""
            sentences += [f"{label}: {error}" if label else str(error) for error in errors]
        return sentences

    @property
    def order(self) -> list[OrderTerm]:
        """The order asked for, total; the newest first when none was or it is wrong."""
        terms = self.form.cleaned_data.get(SORT) if self.form.is_valid() else None
        if not terms:
            default = self.base_filters[SORT]
            terms = default.read([DEFAULT_SORT])
        return with_primary_key(terms)

    @property
    def sort(self) -> str:
        """The order asked for as the parameter says it, or the default one."""
        given = self.data.get(SORT)
        return str(given) if given and not self.errors.get(SORT) else DEFAULT_SORT

    def active(self) -> Iterator[tuple[str, RecordFilter, Any]]:
        """Yield parameter, filter and value of each condition that is given and right."""
        self.form.is_valid()
        for name, value in self.form.cleaned_data.items():
            if value is not None and name != SORT:
                yield name, self.filters[name], value

    def parameters(self) -> dict[str, list[str]]:
        """Return what was given, as a saved view keeps it: without sort and empty values."""
        return {name: [v for v in self.data.getlist(name) if v] for name, _f, _v in self.active()}

    @property
    def qs(self) -> QuerySet[Item]:
        """The filtered records, in the order asked for; none when anything is wrong."""
        if not self.form.is_valid():
            return self.queryset.none()
        filtered: QuerySet[Item] = self.filter_queryset(self.queryset.all())
        return filtered

    def get_form_class(self) -> type[forms.Form]:
        """Return a form of the filters that were given."""
        fields = {name: each.field for name, each in self.filters.items()}
        # Set behind the fields: one of them may have this very name.
        made = cast("type[_FilterForm]", type("FilterForm", (_FilterForm,), fields))
        made.unknown_parameters = self.unknown
        return made


@dataclass(frozen=True)
class _Key:
    """What a filter set is cached by."""

    type_id: int
    stamp: str
    schema: TypeSchema = field(compare=False)


def filterset_for(schema: TypeSchema) -> type[RecordFilterSet]:
    """Return the type's filter set, made once per version of the configuration."""
    return _made(_Key(schema.type.pk, schema.stamp, schema))


@lru_cache(maxsize=256)
def _made(key: _Key) -> type[RecordFilterSet]:
    schema = key.schema
    filters: dict[str, RecordFilter] = {}
    for each in schema.fields.values():
        filters |= filters_of_field(each, schema)
    # A field that is called like another one's filter (`amount_min`) keeps its own code.
    filters |= {
        made.source.code: made
        for made in list(filters.values())
        if isinstance(made, FieldFilter) and not made.operator.suffix
    }
    filters |= {
        "search": SearchFilter(),
        "stage": StageFilter(schema),
        "pipeline": PipelineFilter(schema),
        "number": NumberFilter(schema),
        SORT: SortFilter(schema),
    }
    made = type(f"FilterSet_{schema.code}", (RecordFilterSet,), dict(filters))
    filterset = cast("type[RecordFilterSet]", made)
    filterset.schema = schema
    return filterset


def _several(data: Parameters) -> MultiValueDict[str, str]:
    """Return the parameters with a list of texts each."""
    if isinstance(data, MultiValueDict):
        return data
    lists = {
        str(name): [str(v) for v in value]
        if isinstance(value, Sequence) and not isinstance(value, str)
        else [str(value)]
        for name, value in data.items()
    }
    return MultiValueDict(lists)
