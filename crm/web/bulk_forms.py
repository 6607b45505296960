"""What the bulk bar asks before a change: where to, who, which field, which file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.choices import Action, Scope
from accounts.models import User
from crm.web.forms import VALUE_PREFIX, record_form
from crm.web.type_page import TypePage
from smart_processes import values
from smart_processes.fields import Field
from smart_processes.jobs.kinds.export import FORMATS
from smart_processes.selectors.lookups import lookups_for

# Stands between the codes of pipeline and stage: no code holds it.
_BETWEEN = ":"


class BulkForm(forms.Form):
    """What one change asks; `job()` says which job does it, and with what.

    `title` holds `%(records)s`: "3 deals".
    """

    title: ClassVar[StrOrPromise]
    verb: ClassVar[StrOrPromise]

    def __init__(self, page: TypePage, request: HttpRequest, *, is_asked: bool = False) -> None:
        """Make the form, unbound while it only asks."""
        super().__init__(None if is_asked else request.POST)
        self.page = page
        self.build(request)

    def build(self, request: HttpRequest) -> None:
        """Add what depends on the page."""

    def job(self) -> tuple[str, dict[str, Any]]:
        """Return the kind of job and its parameters.

        Raises:
            ValuesRefused: a value is wrong; `explain` shows it.
        """
        raise NotImplementedError

    def explain(self, errors: Mapping[str, str]) -> None:
        """Put the sentences of refused values at their controls."""
        for code, sentence in errors.items():
            name = VALUE_PREFIX + code
            self.add_error(name if name in self.fields else None, sentence)


class MoveForm(BulkForm):
    """Into which stage."""

    title = _("Move %(records)s")
    verb = _("Move")

    target = forms.ChoiceField(label=_("Into the stage"))

    def build(self, request: HttpRequest) -> None:
        """Offer the stages that the person may bring records into."""
        self.fields["target"].choices = self._choices()  # type: ignore[attr-defined]  # a ChoiceField

    def job(self) -> tuple[str, dict[str, Any]]:
        """Return a bulk move."""
        pipeline, _between, stage = self.cleaned_data["target"].partition(_BETWEEN)
        return "bulk_move", {"stage": stage, "pipeline": pipeline}

    def _choices(self) -> list[tuple[str, Any]]:
        rights, groups = self.page.rights, []
        for pipeline in self.page.type_schema.pipelines:
            stages = [
                (f"{pipeline.code}{_BETWEEN}{stage.code}", stage.name)
                for stage in pipeline.stages
                if rights.scope(Action.MOVE, pipeline, stage) > Scope.NONE
            ]
            if stages:
                groups.append((pipeline.pipeline.name, stages))
        # The pipeline one looks at comes first.
        shown = self.page.pipeline.pipeline.name if self.page.pipeline else ""
        groups.sort(key=lambda group: group[0] != shown)
        nothing = [("", _("Choose a stage"))]
        return [*nothing, *(groups[0][1] if len(groups) == 1 else groups)]


class AssignForm(BulkForm):
    """Who shall be responsible."""

    title = _("Assign %(records)s")
    verb = _("Assign")

    def build(self, request: HttpRequest) -> None:
        """Offer the active people."""
        _add(self, self.page.type_schema.fields["responsible"], is_required=True)

    def job(self) -> tuple[str, dict[str, Any]]:
        """Return a change of the responsible person."""
        return "bulk_update", {"values": _checked(self, "responsible")}


class SetFieldForm(BulkForm):
    """Which field gets which value; the value's control comes with the field."""

    title = _("Set a field of %(records)s")
    verb = _("Set field")

    field = forms.ChoiceField(label=_("Field"))

    def build(self, request: HttpRequest) -> None:
        """Offer what may be set, and the control of the field that was chosen."""
        self.may_be_set = {
            code: field
            for code, field in self.page.type_schema.fields.items()
            if field.is_editable and field.type.kind != "file" and not field.is_unique
        }
        choices = [("", _("Choose a field")), *((c, f.label) for c, f in self.may_be_set.items())]
        self.fields["field"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        # The value's control depends on the field: choosing one asks again.
        again = reverse("crm:bulk_ask", args=[self.page.type_schema.code, "set"])
        self.fields["field"].widget.attrs |= {
            "hx-post": f"{again}?{self.page.action_query}",
            "hx-trigger": "change",
            "hx-include": "closest form",
            "hx-target": "#dialog-host",
            "hx-swap": "innerHTML",
        }
        chosen = self.may_be_set.get(request.POST.get("field", ""))
        if chosen is not None:
            self.initial["field"] = chosen.code
            _add(self, chosen, is_required=False)

    def job(self) -> tuple[str, dict[str, Any]]:
        """Return a change of one field; an empty value empties it."""
        return "bulk_update", {"values": _checked(self, self.cleaned_data["field"])}


class ObserveForm(BulkForm):
    """Who shall watch."""

    title = _("Add an observer to %(records)s")
    verb = _("Add observer")

    user = forms.ModelChoiceField(
        label=_("Observer"),
        queryset=User.objects.filter(is_active=True).order_by("first_name", "last_name"),
        help_text=_("Observers may read the records, whatever their roles say."),
    )

    def job(self) -> tuple[str, dict[str, Any]]:
        """Return the adding of an observer."""
        return "bulk_observe", {"user": self.cleaned_data["user"].pk}


class DeleteForm(BulkForm):
    """Nothing; it is only asked where nothing can be restored."""

    title = _("Delete %(records)s")
    verb = _("Delete for good")

    def job(self) -> tuple[str, dict[str, Any]]:
        """Return a bulk deletion."""
        return "bulk_delete", {}


class ExportForm(BulkForm):
    """Which file, and which columns."""

    title = _("Export %(records)s")
    verb = _("Export")

    format = forms.ChoiceField(
        label=_("File"),
        choices=[(code, code.upper()) for code in reversed(FORMATS)],
        initial="xlsx",
    )
    columns = forms.ChoiceField(
        label=_("Columns"),
        choices=[("shown", _("As shown")), ("all", _("All"))],
        initial="shown",
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def build(self, request: HttpRequest) -> None:
        """Keep which columns the list shows; a board shows none."""
        self.initial["shown"] = request.POST.get("shown", "")
        if not self.initial["shown"]:
            self.fields["columns"].initial = "all"

    def job(self) -> tuple[str, dict[str, Any]]:
        """Return an export."""
        chosen = self.cleaned_data["columns"] == "shown"
        columns = [code for code in self.cleaned_data["shown"].split(",") if code]
        return "export", {
            "format": self.cleaned_data["format"],
            "columns": columns if chosen else [],
        }


FORMS: Mapping[str, type[BulkForm]] = {
    "move": MoveForm,
    "assign": AssignForm,
    "set": SetFieldForm,
    "observe": ObserveForm,
    "delete": DeleteForm,
    "export": ExportForm,
}


def _add(form: BulkForm, field: Field, *, is_required: bool) -> None:
    """Add a field's own control."""
    name = VALUE_PREFIX + field.code
    form.fields[name] = record_form([field]).fields[name]
    form.fields[name].required = is_required


def _checked(form: BulkForm, code: str) -> dict[str, Any]:
    """Return the raw value that was sent for a field, once it is known to be a right one.

    Raises:
        ValuesRefused: it is not of the field's kind.
    """
    field = form.page.type_schema.fields[code]
    sent = form.data.getlist(VALUE_PREFIX + code)  # type: ignore[attr-defined]  # bound to request.POST
    raw = sent if field.is_multiple and len(sent) > 1 else next(iter(sent), "")
    values.parse_values(
        form.page.type_schema,
        {code: raw},
        schema=form.page.schema,
        lookups=lookups_for(form.page.actor),
    )
    return {code: raw}
