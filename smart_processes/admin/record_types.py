"""Record types with their fields, which are sorted by dragging."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.requests import actor_of
from smart_processes.actions import fields as field_actions
from smart_processes.actions import record_types as actions
from smart_processes.actions.field_values import holding
from smart_processes.admin.access import (
    CheckedByAction,
    ConfigurationAdmin,
    ForConfigurators,
    RowCheckedByAction,
    RowsCheckedByAction,
)
from smart_processes.admin.field_forms import read_options
from smart_processes.admin.kinds import KindField
from smart_processes.drafts import SWITCHES, FieldDraft, TypeDraft
from smart_processes.exceptions import ConfigurationRefused
from smart_processes.models import FieldDefinition, RecordType


class FieldRowForm(RowCheckedByAction):
    """One field in the table; its options and settings have a page of their own."""

    kind = KindField()
    new_options = forms.CharField(
        label=_("Options of a new choice"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("Low, Middle, High")}),
    )

    class Meta:
        model = FieldDefinition
        fields = (
            "label",
            "code",
            "kind",
            "is_required",
            "is_multiple",
            "is_indexed",
            "on_card",
            "position",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """An empty code is made from the name; a code never changes."""
        super().__init__(*args, **kwargs)
        self.fields["code"].required = False
        self.fields["code"].disabled = bool(self.instance.pk)
        self.fields["new_options"].disabled = bool(self.instance.pk)


class FieldRows(ForConfigurators, TabularInline):
    """The fields of a type in the order of its card."""

    model = FieldDefinition
    form = FieldRowForm
    formset = RowsCheckedByAction
    ordering_field = "position"
    hide_ordering_field = True
    hide_title = True
    readonly_fields = ("own_page",)
    extra = 0
    tab = True

    @admin.display(description=_("everything else"))
    def own_page(self, definition: FieldDefinition) -> str:
        """Link to the field's own page."""
        if definition._state.adding:
            return "—"
        url = reverse("admin:smart_processes_fielddefinition_change", args=[definition.pk])
        return format_html('<a class="underline" href="{}">{}</a>', url, _("Open the field"))


@admin.register(RecordType)
class RecordTypeAdmin(ConfigurationAdmin):
    """Names, look and switches of a type, and its fields."""

    form = CheckedByAction
    list_display = ("name_many", "code", "menu_section", "pipelines_shown", "has_stages")
    list_display_links = ("name_many",)
    ordering_field = "position"
    hide_ordering_field = True
    inlines = (FieldRows,)
    readonly_fields = ("pipelines_shown",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name_one", "name_many"),
                    ("code", "number_prefix"),
                    ("icon", "hue"),
                    ("menu_section", "pipelines_shown"),
                )
            },
        ),
        (
            _("What it needs"),
            {
                "fields": SWITCHES,
                "description": _("Switching off hides and never destroys what was entered."),
            },
        ),
    )

    def name_to_type(self, obj: RecordType) -> str:
        """Ask for the type's name: its fields, pipelines and grants go with it."""
        return obj.name_many

    def get_queryset(self, request: HttpRequest) -> QuerySet[RecordType]:
        """Return the types with their pipelines, which the list names."""
        found: QuerySet[RecordType] = super().get_queryset(request)
        return found.prefetch_related("pipelines")

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A code never changes: files, addresses and integrations name the type by it."""
        return (*self.readonly_fields, "code") if obj else self.readonly_fields

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        """An empty code is made from the name."""
        form = super().get_form(request, obj, *args, **kwargs)
        if "code" in form.base_fields:
            form.base_fields["code"].required = False
        return form

    @admin.display(description=_("pipelines"))
    def pipelines_shown(self, record_type: RecordType) -> str:
        """Link to the type's pipelines."""
        if record_type._state.adding:
            return "—"
        url = reverse("admin:smart_processes_pipeline_changelist")
        return format_html(
            '<a href="{}?type__id__exact={}">{}</a>',
            url,
            record_type.pk,
            ", ".join(pipeline.name for pipeline in record_type.pipelines.all()) or "—",
        )

    def save_model(
        self,
        request: HttpRequest,
        obj: RecordType,
        form: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Make or change the type by its action."""
        actor = actor_of(request)
        if change:
            changes = {n: form.cleaned_data[n] for n in form.changed_data if n != "code"}
            actions.change_type(obj, changes, actor=actor)
            return
        typed = form.cleaned_data
        made = actions.create_type(
            TypeDraft(
                switches={name: typed[name] for name in SWITCHES},
                **{
                    name: typed[name]
                    for name in (
                        "name_one",
                        "name_many",
                        "code",
                        "number_prefix",
                        "icon",
                        "hue",
                        "menu_section",
                    )
                },
            ),
            actor=actor,
        )
        obj.__dict__.update(made.__dict__)

    def delete_model(self, request: HttpRequest, obj: RecordType) -> None:
        """Delete the type by its action; it refuses while records are left."""
        actions.delete_type(obj, actor=actor_of(request))

    def save_formset(
        self,
        request: HttpRequest,
        form: Any,
        formset: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Save the fields of the table by their actions."""
        actor = actor_of(request)
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        for row in formset.deleted_forms:
            if row.instance.pk:
                _refuse_silent_loss(row.instance)
                field_actions.delete_field(row.instance, actor=actor)
                formset.deleted_objects.append(row.instance)
        for row in formset.forms:
            if row in formset.deleted_forms or not row.has_changed():
                continue
            typed = {n: row.cleaned_data[n] for n in row.changed_data if n in _ROW_FIELDS}
            if row.instance.pk:
                definition = FieldDefinition.objects.get(pk=row.instance.pk)
                typed.pop("code", None)
                field_actions.change_field(definition, typed, actor=actor)
                formset.changed_objects.append((definition, row.changed_data))
            else:
                typed = {n: row.cleaned_data[n] for n in _ROW_FIELDS}
                options = read_options(row.cleaned_data["new_options"])
                draft = FieldDraft(**typed, options=options)
                made = field_actions.add_field(form.instance, draft, actor=actor)
                formset.new_objects.append(made)


_ROW_FIELDS = frozenset(FieldRowForm.Meta.fields)


def _refuse_silent_loss(definition: FieldDefinition) -> None:
    """Refuse to delete values from the table: the field's own page asks for its name."""
    if holding(definition).exists():
        raise ConfigurationRefused(
            _("“%(field)s” holds values. Delete it on its own page, where its name is asked for.")
            % {"field": definition.label}
        )
