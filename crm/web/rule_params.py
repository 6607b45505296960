"""Controls for the parameters of activities, one kind of control for each kind of parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from accounts.models import User
from automation.activities.params import Param, ParamKind, params_of
from automation.models import Program
from crm.web.rule_widgets import (
    InsertText,
    RowsField,
    RowsInput,
    shown_map,
    shown_value,
    typed_value,
)
from smart_processes.schema import PipelineSchema, Schema, TypeSchema

PREFIX = "param-"
_MAPS = frozenset(
    {
        *(ParamKind.VALUES_OF_TYPE, ParamKind.VALUES_OF_RECORD, ParamKind.FILTERS),
        *(ParamKind.VARIABLE_VALUES, ParamKind.GLOBAL_VALUES, ParamKind.MAP),
        ParamKind.FIELD_VALUES,
    }
)


@dataclass(frozen=True)
class RuleChoices:
    """What the controls of one rule offer: fields, stages, people, programs.

    Attributes:
        named: The type that another control names; its stages and pipelines are meant.
        has_references: Whether fields of the record may be put into texts.
    """

    schema: Schema
    type_schema: TypeSchema
    pipeline: PipelineSchema
    named: TypeSchema | None = None
    has_references: bool = True

    @cached_property
    def fields(self) -> list[tuple[str, str]]:
        """The type's fields by code."""
        return [(each.code, str(each.label)) for each in self.type_schema.fields.values()]

    @cached_property
    def references(self) -> list[tuple[str, str]]:
        """The same as texts refer to them, and what every record has beside them."""
        found = [(f"{{=Document:{code}}}", label) for code, label in self.fields]
        return [
            *found,
            ("{=Document:id}", _("Number in addresses")),
            ("{=Document:url}", _("Link")),
        ]

    @cached_property
    def dates(self) -> list[tuple[str, str]]:
        """The type's dates."""
        return [
            (each.code, str(each.label))
            for each in self.type_schema.fields.values()
            if each.type.kind in {"date", "datetime"} and not each.is_multiple
        ]

    @cached_property
    def users(self) -> list[tuple[str, str]]:
        """Everybody who works here (one query)."""
        people = User.objects.filter(is_active=True).order_by("first_name", "last_name", "pk")
        return [(str(each.pk), each.full_name) for each in people]

    @cached_property
    def people(self) -> list[tuple[str, str]]:
        """People: those of the record, then everybody."""
        of_record = [
            (f"{{=Document:{each.code}}}", _("%(field)s of the record") % {"field": each.label})
            for each in self.type_schema.fields.values()
            if each.type.kind == "user"
        ]
        return [*of_record, *self.users]

    @cached_property
    def stages(self) -> list[tuple[str, str]]:
        """The stages of the rule's pipeline, or those of the type that is named."""
        pipelines = self.named.pipelines if self.named else [self.pipeline]
        found: dict[str, str] = {}
        for each in pipelines:
            for stage in each.all_stages:
                if stage.retired_at is None:
                    found.setdefault(stage.code, stage.name)
        return list(found.items())

    @cached_property
    def pipelines(self) -> list[tuple[str, str]]:
        """The pipelines of the type, or those of the type that is named."""
        chosen = self.named or self.type_schema
        return [(each.code, each.pipeline.name) for each in chosen.pipelines]

    @cached_property
    def types(self) -> list[tuple[str, str]]:
        """Every type."""
        return [(each.code, each.type.name_one) for each in self.schema.types.values()]

    @cached_property
    def programs(self) -> list[tuple[str, str]]:
        """Workflows that can be started (one query)."""
        found = Program.objects.exclude(published=None).filter(is_active=True, robot=None)
        return [(each.code, each.name) for each in found]


def param_fields(
    cls: type[Any], held: Mapping[str, Any], choices: RuleChoices
) -> dict[str, forms.Field]:
    """Return a form field for each parameter of an activity, by its control's name."""
    return {
        PREFIX + each.name: _field(each, held.get(each.name), choices) for each in params_of(cls)
    }


def shown_params(cls: type[Any], held: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the controls begin with."""
    shown = {}
    for each in params_of(cls):
        value = held.get(each.name, each.default)
        shown[PREFIX + each.name] = "" if each.is_secret else _shown(each, value)
    return shown


def typed_params(
    cls: type[Any], typed: Mapping[str, Any], held: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the parameters of what was typed, as they stand in a program; empty ones left out."""
    found = {}
    for each in params_of(cls):
        value = _typed(each, typed.get(PREFIX + each.name))
        if each.is_secret and not value:
            value = held.get(each.name)
        if value not in (None, "", [], {}):
            found[each.name] = value
    return found


def _field(each: Param, held: Any, choices: RuleChoices) -> forms.Field:
    common: dict[str, Any] = {
        "label": each.label,
        "help_text": each.help,
        # The action alone decides; this is only for the star.
        "required": False,
    }
    if each.is_secret:
        if held:
            common["help_text"] = _("Empty: the one that is kept. It is never shown.")
        return forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "off"}), **common)
    if each.kind == ParamKind.FLAG and not isinstance(held, str):
        return forms.BooleanField(**common)
    if each.kind in _MAPS:
        return RowsField(widget=_rows(each, choices), **common)
    if each.kind in _SEVERAL:
        several = with_held(_SEVERAL[each.kind](choices), held)
        attrs = {"size": min(max(len(several), 3), 7)}
        return forms.MultipleChoiceField(
            choices=several, widget=forms.SelectMultiple(attrs=attrs), **common
        )
    offered = _one_of(each, choices)
    if offered is not None:
        nothing = [] if each.choices else [("", "—")]
        return forms.ChoiceField(choices=with_held([*nothing, *offered], held), **common)
    rows = 4 if each.kind == ParamKind.LINES else 1
    inserts = InsertText(choices.references, rows=rows)
    return forms.CharField(widget=inserts if choices.has_references else None, **common)


def _one_of(each: Param, choices: RuleChoices) -> Sequence[tuple[str, str]] | None:
    if each.choices:
        return [(code, str(label)) for code, label in each.choices]
    offer = _ONE.get(each.kind)
    return offer(choices) if offer else None


def _rows(each: Param, choices: RuleChoices) -> RowsInput:
    is_own = each.kind == ParamKind.FIELD_VALUES
    known = [("", "—"), *choices.fields] if is_own else None
    name = ("key", _("Field") if is_own else _("Name"), known)
    return RowsInput([name, ("value", _("Value"), None)], add=_("Add a value"))


def with_held(offered: Sequence[tuple[str, str]], held: Any) -> list[tuple[str, str]]:
    """Return the options and what is chosen but not among them: an expression, something gone."""
    known = dict(offered)
    values = held if isinstance(held, list) else [held]
    return [
        *offered,
        *((str(each), str(each)) for each in values if each and str(each) not in known),
    ]


def _shown(each: Param, value: Any) -> Any:
    if each.kind in _MAPS:
        return shown_map(value)
    if each.kind in _SEVERAL:
        values = value if isinstance(value, list | tuple) else [value]
        return [str(one) for one in values if one not in (None, "")]
    if each.kind == ParamKind.FLAG and isinstance(value, bool):
        return value
    return shown_value(value) if isinstance(value, dict | list | str | None) else str(value)


def _typed(each: Param, value: Any) -> Any:
    if each.kind in _MAPS:
        return {name: typed_value(text) for name, text in value or []}
    if each.kind == ParamKind.FLAG and isinstance(value, bool):
        return value
    if each.kind == ParamKind.PEOPLE:
        return [int(one) if one.isdecimal() else one for one in value or []]
    if each.kind in _SEVERAL:
        return list(value or [])
    if each.kind == ParamKind.NUMBER and str(value or "").lstrip("-").isdecimal():
        return int(value)
    return typed_value(value) if each.kind == ParamKind.ANY else value


Offer = Callable[[RuleChoices], Sequence[tuple[str, str]]]
_ONE: Mapping[ParamKind, Offer] = {
    ParamKind.STAGE: lambda choices: choices.stages,
    ParamKind.PIPELINE: lambda choices: choices.pipelines,
    ParamKind.RECORD_TYPE: lambda choices: choices.types,
    ParamKind.FIELD: lambda choices: choices.fields,
    ParamKind.FIELD_OR_ID: lambda choices: [("id", _("Number in addresses")), *choices.fields],
    ParamKind.PROGRAM: lambda choices: choices.programs,
}
_SEVERAL: Mapping[ParamKind, Offer] = {
    ParamKind.PEOPLE: lambda choices: choices.people,
    ParamKind.FIELDS: lambda choices: choices.fields,
}
