"""Forms of one field: what all kinds have, and the settings of its own kind as controls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from smart_processes.actions.field_checks import WITHOUT_DEFAULT
from smart_processes.admin.access import CheckedByAction
from smart_processes.admin.kinds import KindField
from smart_processes.drafts import OptionDraft
from smart_processes.field_types.base import Names
from smart_processes.field_types.registry import all_field_types
from smart_processes.fields import Field
from smart_processes.models import Currency, FieldDefinition, RecordType

COMMON = (
    "type",
    "label",
    "code",
    "kind",
    "help",
    "section",
    "is_required",
    "is_multiple",
    "is_unique",
    "is_indexed",
    "on_card",
)


def _types() -> list[tuple[str, str]]:
    return [("", "—"), *RecordType.objects.values_list("code", "name_many")]


def _currencies() -> list[tuple[str, str]]:
    return [("", "—"), *((code, code) for code in Currency.objects.values_list("code", flat=True))]


def _choice(choices: Any) -> Callable[..., forms.Field]:
    def build(**kwargs: Any) -> forms.Field:
        return forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget, **kwargs)

    return build


def _whole(**kwargs: Any) -> forms.Field:
    return forms.IntegerField(widget=UnfoldAdminIntegerFieldWidget, **kwargs)


def _number(**kwargs: Any) -> forms.Field:
    return forms.DecimalField(widget=UnfoldAdminDecimalFieldWidget, **kwargs)


def _text(**kwargs: Any) -> forms.Field:
    return forms.CharField(widget=UnfoldAdminTextInputWidget, **kwargs)


# Settings of kinds that people choose here; the rest come from solution files and stay.
SETTINGS: Mapping[str, tuple[Any, Callable[..., forms.Field]]] = {
    "target": (_("Links to"), _choice(_types)),
    "currency": (_("Usual currency"), _choice(_currencies)),
    "decimal_places": (_("Decimal places"), _whole),
    "min": (_("Smallest number"), _number),
    "max": (_("Largest number"), _number),
    "max_length": (_("Longest text, in characters"), _whole),
    "region": (_("Country of numbers without a plus, like BY"), _text),
    "date_order": (
        _("Order of a date that can be read in two ways"),
        _choice([("", "—"), ("dayfirst", _("Day first")), ("monthfirst", _("Month first"))]),
    ),
}


def setting_controls(kind: str) -> dict[str, forms.Field]:
    """Return a control for each setting of the kind; of every kind, for a kind not yet chosen."""
    kinds = all_field_types()
    controls: dict[str, forms.Field] = {}
    for name, (label, build) in SETTINGS.items():
        having = [each for each in kinds.values() if name in each.settings]
        if kind and not any(each.kind == kind for each in having):
            continue
        help_text = "" if kind else ", ".join(str(each.label) for each in having)
        controls[f"setting_{name}"] = build(label=label, required=False, help_text=help_text)
    return controls


def default_control(field: Field | None) -> forms.Field | None:
    """Return a control for the default; None where a field of the kind has none."""
    label = capfirst(_("default"))
    if field is None:
        return forms.CharField(label=label, required=False, widget=UnfoldAdminTextInputWidget)
    if field.type.family in WITHOUT_DEFAULT:
        return None
    shown = field.form_value(field.from_json(field.default), Names())
    asked = field.form_field(required=False, label=label, help_text="", initial=shown)
    if isinstance(asked, forms.MultipleChoiceField):
        asked.widget = UnfoldAdminSelectMultipleWidget(choices=asked.choices)
        return asked
    if isinstance(asked, forms.ChoiceField):
        asked.widget = UnfoldAdminSelectWidget(choices=asked.choices)
        return asked
    widget = UnfoldAdminTextareaWidget if field.is_multiple else UnfoldAdminTextInputWidget
    return forms.CharField(
        label=label, required=False, initial=shown, help_text=asked.help_text, widget=widget
    )


def read_options(text: str) -> tuple[OptionDraft, ...]:
    """Return the options in a text with one on each line, or between commas."""
    names = (name.strip() for line in text.splitlines() for name in line.split(","))
    return tuple(OptionDraft(label=name) for name in names if name)


class DefinitionForm(CheckedByAction):
    """A field with its default and the settings of its kind."""

    kind = KindField()
    new_options = forms.CharField(
        label=_("Options"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("For choices: one per line. Colours are chosen on the next page."),
    )

    class Meta:
        model = FieldDefinition
        fields = COMMON

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """An empty code is made from the name; controls show the stored settings."""
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].required = False
        for name in SETTINGS:
            if (control := self.fields.get(f"setting_{name}")) is not None:
                control.initial = self.instance.config.get(name)

    def config(self) -> dict[str, Any]:
        """Return the settings as they would be: those of the chosen kind alone."""
        kind = all_field_types()[self.cleaned_data["kind"]]
        config = dict(self.instance.config)
        for name in SETTINGS:
            if f"setting_{name}" in self.fields:
                typed = self.cleaned_data[f"setting_{name}"]
                config[name] = str(typed) if name in {"min", "max"} and typed is not None else typed
        kept = {name: value for name, value in config.items() if name in kind.settings}
        return {name: value for name, value in kept.items() if value not in ("", None)}
