"""What the filter bar shows: chips of what is filtered, and what can be filtered by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from smart_processes.field_filters import FilterOperator, operators_of
from smart_processes.field_types.base import Family, Names, References
from smart_processes.fields import Field
from smart_processes.filters import RecordFilterSet
from smart_processes.periods import PERIODS
from smart_processes.schema import TypeSchema

# Form fields that take a list.
_LISTS = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)


@dataclass(frozen=True)
class FilterChip:
    """One condition of a filter.

    Attributes:
        code: The field, or `stage`, `pipeline`, `search`, `number`.
        label: How people call it.
        text: The whole condition: "Amount from €4,000".
        remove_param: The parameter to leave out of the address to be rid of it.
    """

    code: str
    label: str
    text: str
    remove_param: str


@dataclass(frozen=True)
class FilterInput:
    """One parameter that a field can be filtered by."""

    param: str
    operator: str  # "", min, max, after, before, period, contains, empty
    label: StrOrPromise


@dataclass(frozen=True)
class FilterableField:
    """A field of the "+ Filter" menu with its parameters, the most useful first."""

    code: str
    label: StrOrPromise
    icon: str
    kind: str
    inputs: tuple[FilterInput, ...]


def filter_references(filterset: RecordFilterSet) -> References:
    """Return the ids whose names the chips need, for `load_names`."""
    references = References()
    for _param, each, value in filterset.active():
        each.collect(value, references)
    return references


def describe_filters(filterset: RecordFilterSet, names: Names) -> list[FilterChip]:
    """Return a chip for each condition that is given and right, in the order given."""
    return [
        FilterChip(
            code=_code_of(param, filterset),
            label=str(each.label),
            text=each.text(value, names),
            remove_param=param,
        )
        for param, each, value in filterset.active()
    ]


def filterable_fields(schema: TypeSchema) -> list[FilterableField]:
    """Return what the records of a type can be filtered by, in the order of the card."""
    shown: list[FilterableField] = []
    if schema.type.has_stages:
        shown.append(_special("stage", gettext_lazy("Stage"), "flag", "choice"))
    shown += [
        FilterableField(
            code=field.code,
            label=field.label,
            icon=field.type.icon,
            kind=field.type.kind,
            inputs=tuple(
                FilterInput(operator.parameter(field.code), operator.suffix, operator.label)
                for operator in operators_of(field, schema)
            ),
        )
        for field in schema.fields.values()
        if field.code != "number"
    ]
    return shown


def filter_form(
    schema: TypeSchema, code: str, data: Mapping[str, Any] | None = None
) -> forms.Form | None:
    """Return the form of one field's parameters, for the popover of "+ Filter".

    Its inputs are the kinds' own; what they send is judged by the filter set, not by this
    form.

    Args:
        schema: The type.
        code: A code of `filterable_fields`; None is returned for any other.
        data: Parameters that stand in the address; they are shown again.
    """
    if code == "stage" and schema.type.has_stages:
        inputs: dict[str, forms.Field] = {"stage": _stage_input(schema)}
    elif code in schema.fields and code != "number":
        field = schema.fields[code]
        inputs = {
            operator.parameter(code): _input(field, operator)
            for operator in operators_of(field, schema)
            if not _is_hidden(field, operator)
        }
    else:
        return None
    form_class = type("FilterInputs", (forms.Form,), dict(inputs))
    form: forms.Form = form_class(initial=_initial(inputs, data or {}))
    return form


def _special(code: str, label: StrOrPromise, icon: str, kind: str) -> FilterableField:
    operator = FilterOperator.ANY
    return FilterableField(code, label, icon, kind, (FilterInput(code, "", operator.label),))


def _code_of(param: str, filterset: RecordFilterSet) -> str:
    source = getattr(filterset.filters[param], "source", None)
    return source.code if isinstance(source, Field) else param


def _stage_input(schema: TypeSchema) -> forms.Field:
    choices: dict[str, str] = {}
    for pipeline in schema.pipelines:
        choices |= {stage.code: stage.name for stage in pipeline.stages}
    return forms.MultipleChoiceField(
        label=_("Stage"),
        choices=list(choices.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


def _is_hidden(field: Field, operator: FilterOperator) -> bool:
    """Return whether an operator is left to addresses: it only crowds the popover."""
    return operator == FilterOperator.ANY and field.type.family in {
        Family.TEXT,
        Family.NUMBER,
        Family.DATE,
        Family.MOMENT,
    }


def _input(field: Field, operator: FilterOperator) -> forms.Field:
    settings: dict[str, Any] = {"label": operator.label, "required": False}
    match operator:
        case FilterOperator.EMPTY:
            choices = [("", _("does not matter")), ("true", _("empty")), ("false", _("filled in"))]
            return forms.ChoiceField(choices=choices, **settings | {"label": _("Value")})
        case FilterOperator.PERIOD:
            periods = [("", _("any time")), *((code, p.label) for code, p in PERIODS.items())]
            return forms.ChoiceField(choices=periods, **settings)
        case FilterOperator.CONTAINS:
            return forms.CharField(**settings)
        case FilterOperator.ANY:
            # Several may be chosen, whatever the field itself holds.
            several = field.type.many_form_field(field, **settings)
            if isinstance(several, _LISTS):
                return several
    if field.type.family == Family.MOMENT:
        settings["widget"] = forms.TextInput(attrs={"type": "date"})  # whole days
    return field.type.form_field(field, **settings)


def _initial(inputs: Mapping[str, forms.Field], data: Mapping[str, Any]) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    for name, each in inputs.items():
        if name not in data:
            continue
        texts = data.getlist(name) if hasattr(data, "getlist") else data[name]
        texts = texts if isinstance(texts, list) else [texts]
        initial[name] = texts if isinstance(each, _LISTS) else texts[-1]
    return initial
