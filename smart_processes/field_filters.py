"""Filters on the fields of a type, and sorting by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Case, Expression, F, IntegerField, Q, QuerySet, Value, When
from django.db.models import Field as ModelField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from smart_processes.field_expressions import ContainsText
from smart_processes.field_types.base import Family, Names, References, ValueRefused
from smart_processes.field_types.string import read_line
from smart_processes.fields import ColumnStorage, Field, ValueStorage
from smart_processes.keyset import OrderTerm
from smart_processes.models import Item
from smart_processes.periods import PERIODS
from smart_processes.record_filters import LONGEST_SEARCH, RecordFilter
from smart_processes.schema import TypeSchema


class FilterOperator(Enum):
    """What a filter asks of a field: the ending of its parameter and how a menu calls it."""

    ANY = "", gettext_lazy("is")
    MIN = "min", gettext_lazy("from")
    MAX = "max", gettext_lazy("up to")
    AFTER = "after", gettext_lazy("from")
    BEFORE = "before", gettext_lazy("up to")
    PERIOD = "period", gettext_lazy("in")
    CONTAINS = "contains", gettext_lazy("contains")
    EMPTY = "empty", gettext_lazy("is empty")

    def __init__(self, suffix: str, label: StrOrPromise) -> None:
        """Name the parts."""
        self.suffix = suffix
        self.label = label

    def parameter(self, code: str) -> str:
        """Return the parameter of a field with this code."""
        return f"{code}_{self.suffix}" if self.suffix else code


_TIME = (
    FilterOperator.ANY,
    FilterOperator.AFTER,
    FilterOperator.BEFORE,
    FilterOperator.PERIOD,
    FilterOperator.EMPTY,
)
_OPERATORS: Mapping[Family, tuple[FilterOperator, ...]] = {
    Family.TEXT: (FilterOperator.CONTAINS, FilterOperator.ANY, FilterOperator.EMPTY),
    Family.NUMBER: (
        FilterOperator.MIN,
        FilterOperator.MAX,
        FilterOperator.ANY,
        FilterOperator.EMPTY,
    ),
    Family.DATE: _TIME,
    Family.MOMENT: _TIME,
    Family.FLAG: (FilterOperator.ANY, FilterOperator.EMPTY),
    Family.CHOICE: (FilterOperator.ANY, FilterOperator.EMPTY),
    Family.REFERENCE: (FilterOperator.ANY, FilterOperator.EMPTY),
    Family.FILE: (FilterOperator.EMPTY,),
}


class FieldFilter(RecordFilter):
    """One operator on one field."""

    def __init__(self, source: Field, operator: FilterOperator, schema: TypeSchema) -> None:
        """Make the filter of a field of the type."""
        super().__init__(source.label)
        self.source = source
        self.operator = operator
        self.schema = schema

    def filter(self, qs: QuerySet[Item], value: Any) -> QuerySet[Item]:
        """Return the records that fulfil the condition.

        Boards ask for `Item`s; columns of a shipped type's own table are then asked there.
        """
        if value is None:
            return qs
        condition = self.condition(value)
        if all(_has_column(qs.model, column) for column in self.source.storage.columns()):
            return qs.filter(condition)
        own = self.schema.model._base_manager.filter(condition)
        return qs.filter(pk__in=own.values("pk"))

    def read(self, texts: list[str]) -> Any:
        """Return ranges of Python values, a text, a yes or no, or a period's code."""
        if self.operator == FilterOperator.EMPTY:
            return _yes_or_no(texts[-1])
        if self.operator == FilterOperator.PERIOD:
            return _known_period(texts[-1])
        if self.operator == FilterOperator.CONTAINS:
            return read_line(texts[-1], LONGEST_SEARCH)
        if self.operator == FilterOperator.ANY:
            return [self._range(text) for text in texts]
        return [self._range(texts[-1])]

    def condition(self, value: Any) -> Q:
        """Return the condition on the field's expression."""
        source, storage = self.source, self.source.storage
        if self.operator == FilterOperator.EMPTY:
            return storage.is_empty(source) if value else ~storage.is_empty(source)
        if self.operator == FilterOperator.CONTAINS:
            return Q(ContainsText(source.expression(), value))
        if self.operator == FilterOperator.PERIOD:
            first, last = PERIODS[value].days(timezone.localdate())
            parse_range = source.type.parse_range
            return self._between(
                parse_range(first, source, self.lookups)[0],
                parse_range(last, source, self.lookups)[1],
            )
        if self.operator in {FilterOperator.MIN, FilterOperator.AFTER}:
            return storage.where(source, "gte", storage.comparable(value[0][0], source))
        if self.operator in {FilterOperator.MAX, FilterOperator.BEFORE}:
            return storage.where(source, "lte", storage.comparable(value[0][1], source))
        return self._any_of(value)

    def text(self, value: Any, names: Names) -> str:
        """Return "Amount from €4,000", "Responsible: Anna Keller" and so on."""
        said = {"field": self.source.label}
        match self.operator:
            case FilterOperator.EMPTY:
                sentence = _("%(field)s is empty") if value else _("%(field)s is filled in")
                return sentence % said
            case FilterOperator.PERIOD:
                return _("%(field)s: %(values)s") % {**said, "values": PERIODS[value].label}
            case FilterOperator.CONTAINS:
                return _("%(field)s contains “%(text)s”") % {**said, "text": value}
        kind = self.source.type
        place = 1 if self.operator in {FilterOperator.MAX, FilterOperator.BEFORE} else 0
        values = ", ".join(kind.text(each[place], self.source, names) for each in value)
        if place:
            return _("%(field)s up to %(value)s") % {**said, "value": values}
        if self.operator == FilterOperator.ANY:
            return _("%(field)s: %(values)s") % {**said, "values": values}
        return _("%(field)s from %(value)s") % {**said, "value": values}

    def collect(self, value: Any, references: References) -> None:
        """Add the people and records asked for."""
        if self.operator == FilterOperator.ANY:
            for first, _last in value:
                self.source.type.collect(first, references)

    def _range(self, text: str) -> tuple[Any, Any]:
        return self.source.type.parse_range(text, self.source, self.lookups)

    def _any_of(self, ranges: list[tuple[Any, Any]]) -> Q:
        source, storage = self.source, self.source.storage
        if source.is_multiple:
            return storage.holds_any(source, [source.type.to_json(v, source) for v, _l in ranges])
        single = [storage.comparable(first, source) for first, last in ranges if first == last]
        condition = Q(pk__in=[])
        if len(single) == 1:
            condition = storage.where(source, "exact", single[0])
        elif single:
            condition = storage.where(source, "in", single)
        for first, last in ranges:
            if first != last:
                condition |= self._between(first, last)
        return condition

    def _between(self, first: Any, last: Any) -> Q:
        source, storage = self.source, self.source.storage
        return storage.where(source, "gte", storage.comparable(first, source)) & storage.where(
            source, "lte", storage.comparable(last, source)
        )


class SortFilter(RecordFilter):
    """`sort`: the code of a field, with a minus for the largest first."""

    def __init__(self, schema: TypeSchema) -> None:
        """Make the filter."""
        super().__init__(gettext_lazy("Sort"))
        self.schema = schema

    def read(self, texts: list[str]) -> list[OrderTerm]:
        """Return the order's terms, without the primary key."""
        text = texts[-1].strip()
        source = self.schema.fields.get(text.removeprefix("-"))
        if source is None or not is_sortable(source):
            raise ValueRefused(
                _("Records cannot be sorted by “%(code)s”.")
                % {"code": text.removeprefix("-")[:100]}
            )
        return [
            OrderTerm(
                source.code,
                _sort_expression(source),
                is_descending=text.startswith("-"),
                is_nullable=_is_nullable(source, self.schema.model),
            )
        ]

    def filter(self, qs: QuerySet[Item], value: Any) -> QuerySet[Item]:
        """Return the records in order, rows without a value last ascending, first descending."""
        if not value:
            return qs
        pk = "-pk" if value[-1].is_descending else "pk"
        return qs.order_by(*(term.by for term in value), pk)


def filters_of_field(source: Field, schema: TypeSchema) -> dict[str, RecordFilter]:
    """Return a field's filters by parameter."""
    return {
        operator.parameter(source.code): FieldFilter(source, operator, schema)
        for operator in operators_of(source, schema)
    }


def operators_of(source: Field, schema: TypeSchema) -> Sequence[FilterOperator]:
    """Return what a field can be filtered by, the most useful first."""
    operators = _OPERATORS[source.type.family]
    if source.is_multiple:
        operators = tuple(o for o in operators if o in {FilterOperator.ANY, FilterOperator.EMPTY})
    if not _may_be_empty(source, schema.model):
        operators = tuple(o for o in operators if o != FilterOperator.EMPTY)
    return operators


def is_sortable(source: Field) -> bool:
    """Return whether lists can be sorted by the field."""
    return source.type.can_be_sorted and not source.is_multiple


def _sort_expression(source: Field) -> Expression | F:
    expression = source.expression()
    ids = [option.id for option in source.options]
    if ids == sorted(ids):  # true for most fields, and then an index serves
        return expression
    ranks = [
        When(source.storage.where(source, "exact", option_id), then=Value(rank))
        for rank, option_id in enumerate(ids)
    ]
    return Case(*ranks, default=None, output_field=IntegerField())


def _is_nullable(source: Field, model: type[Item]) -> bool:
    column = _column(source, model)
    return column.null if column is not None else isinstance(source.storage, ValueStorage)


def _may_be_empty(source: Field, model: type[Item]) -> bool:
    column = _column(source, model)
    return column is None or column.null or column.blank


def _column(source: Field, model: type[Item]) -> ModelField[Any, Any] | None:
    if not isinstance(source.storage, ColumnStorage):
        return None
    column = model._meta.get_field(source.storage.column)
    return column if isinstance(column, ModelField) else None


def _has_column(model: type[Item], column: str) -> bool:
    try:
        model._meta.get_field(column)
    except FieldDoesNotExist:
        return False
    return True


def _yes_or_no(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueRefused(_("Enter “true” or “false”."))
    return text == "true"


def _known_period(text: str) -> str:
    if text not in PERIODS:
        raise ValueRefused(_("There is no period “%(code)s”.") % {"code": text[:100]})
    return text
