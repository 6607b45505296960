"""Forms of the rows on a pipeline's page: stages and allowed moves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from smart_processes.admin.access import RowCheckedByAction
from smart_processes.models import Stage, StageTransition
from smart_processes.schema import TypeSchema


def _field_choices(type_schema: TypeSchema | None) -> list[tuple[str, Any]]:
    fields = type_schema.fields.values() if type_schema else ()
    return [(field.code, field.label) for field in fields if field.is_editable]


def _offer(form: Any, name: str, type_schema: TypeSchema | None) -> None:
    """Let a control of the form choose among the type's fields."""
    form.fields[name].choices = _field_choices(type_schema)


class _FieldCodes(forms.MultipleChoiceField):
    """Chooses fields of the type by their codes."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminSelectMultipleWidget(attrs={"size": 3})
        super().__init__(required=False, widget=widget, **kwargs)


class _Conditions(forms.JSONField):
    """Rows of a condition as JSON; empty for none."""

    EXAMPLE = '[{"field": "amount", "operator": "gt", "value": "1000"}]'

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"rows": 3, "spellcheck": "false", "placeholder": self.EXAMPLE}
        widget = UnfoldAdminTextareaWidget(attrs=attrs)
        super().__init__(required=False, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show nothing for no conditions, so that the example is seen."""
        return super().prepare_value(value) if value else ""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Take an empty list for nothing."""
        return super().has_changed(initial or None, data)

    def validate(self, value: Any) -> None:
        """Refuse what is no list of rows; what stands in a row is the action's question."""
        rows = value or []
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise forms.ValidationError(
                _("Enter a list of rows, like %(example)s."), params={"example": self.EXAMPLE}
            )


class StageForm(RowCheckedByAction):
    """One stage; where it goes, its records need another one."""

    required_from_here = _FieldCodes(label=_("Required from here on"))
    move_records_to = forms.CharField(
        label=_("If deleted, move records to"), required=False, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = Stage
        fields = ("name", "code", "hue", "semantics", "required_from_here", "position")

    def __init__(self, *args: Any, type_schema: TypeSchema | None = None, **kwargs: Any) -> None:
        """An empty code is made from the name; a code never changes."""
        super().__init__(*args, **kwargs)
        self.fields["code"].required = False
        self.fields["code"].disabled = bool(self.instance.pk)
        _offer(self, "required_from_here", type_schema)
        others = [("", "—")]
        if self.instance.pk:
            in_use = Stage.objects.filter(pipeline_id=self.instance.pipeline_id, retired_at=None)
            others += [(s.code, s.name) for s in in_use if s.pk != self.instance.pk]
        self.fields["move_records_to"].widget.choices = others


class EdgeForm(RowCheckedByAction):
    """One allowed move."""

    conditions = _Conditions(
        label=_("Conditions"),
        help_text=_("All must hold. A list of rows as in the grey example; empty: none."),
    )
    required_fields = _FieldCodes(label=_("Required fields"))

    class Meta:
        model = StageTransition
        fields = ("source", "target", "roles", "required_fields", "conditions")

    def __init__(self, *args: Any, type_schema: TypeSchema | None = None, **kwargs: Any) -> None:
        """Offer the stages in use and the fields of the type."""
        super().__init__(*args, **kwargs)
        _offer(self, "required_fields", type_schema)
