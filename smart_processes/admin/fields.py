"""One field: everything about it, and the options of a choice."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from accounts.requests import actor_of
from smart_processes.actions import field_checks
from smart_processes.actions import fields as actions
from smart_processes.admin.access import (
    ConfigurationAdmin,
    ForConfigurators,
    RowCheckedByAction,
    RowsCheckedByAction,
)
from smart_processes.admin.field_forms import (
    COMMON,
    DefinitionForm,
    default_control,
    read_options,
    setting_controls,
)
from smart_processes.drafts import FieldDraft, OptionDraft
from smart_processes.fields import Field
from smart_processes.models import FieldDefinition, FieldOption
from smart_processes.schema import schema_for


class OptionForm(RowCheckedByAction):
    """One option; a code never changes once records may hold it."""

    class Meta:
        model = FieldOption
        fields = ("label", "code", "hue", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """An empty code is made from the name."""
        super().__init__(*args, **kwargs)
        self.fields["code"].required = False
        self.fields["code"].disabled = bool(self.instance.pk)


class Options(ForConfigurators, TabularInline):
    """The options in use, sorted by dragging."""

    model = FieldOption
    form = OptionForm
    formset = RowsCheckedByAction
    ordering_field = "position"
    hide_ordering_field = True
    hide_title = True
    extra = 0

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave out retired options."""
        return super().get_queryset(request).filter(retired_at=None)


@admin.register(FieldDefinition)
class FieldDefinitionAdmin(ConfigurationAdmin):
    """The page of one field; fields are listed on their type's page too."""

    form = DefinitionForm
    list_display = ("label", "code", "kind", "type", "is_required", "is_multiple", "is_indexed")
    list_filter = ("type", "kind")
    search_fields = ("label", "code")
    inlines = (Options,)

    def name_to_type(self, obj: FieldDefinition) -> str:
        """Ask for the field's name: its values go with it."""
        return obj.label

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Type and code never change."""
        return ("type", "code") if obj else ()

    def get_inlines(self, _request: HttpRequest, obj: Any) -> Any:
        """Show options where there are some; a new choice names them in the form."""
        return self.inlines if obj is not None and field_checks.has_options(obj) else ()

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Return the form with controls for the default and for the settings of the kind."""
        kind = request.POST.get("kind", "") or (obj.kind if obj else "")
        controls: dict[str, Any] = setting_controls(kind)
        if (default := default_control(_stored_field(request, obj))) is not None:
            controls["default"] = default
        # The form as it is sent has them all; what the page shows is a matter of `get_fieldsets`.
        kwargs["form"] = type("DefinitionForm", (DefinitionForm,), controls)
        kwargs["fields"] = [name for name in COMMON if not (obj and name in {"type", "code"})]
        form = super().get_form(request, obj, **kwargs)
        if obj is not None and field_checks.has_options(obj):
            del form.base_fields["new_options"]
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Group the controls: what it is, how it behaves, what its kind needs."""
        form = self.get_form(request, obj)
        settings = [name for name in form.base_fields if name.startswith("setting_")]
        extra = [name for name in ("default", "new_options") if name in form.base_fields]
        switches = ("is_required", "is_multiple", "is_unique", "is_indexed", "on_card")
        first = ("type", ("label", "code"), ("kind", "section"), "help")
        return [
            (None, {"fields": first}),
            (_("Values"), {"fields": [*extra, *settings]}),
            (_("Behaviour"), {"fields": switches}),
        ]

    def save_model(
        self,
        request: HttpRequest,
        obj: FieldDefinition,
        form: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Make or change the field by its action."""
        typed = {n: form.cleaned_data[n] for n in (*COMMON, "default") if n in form.cleaned_data}
        record_type = typed.pop("type", None)
        if not change:
            options = read_options(form.cleaned_data["new_options"])
            draft = FieldDraft(**typed, config=form.config(), options=options)
            made = actions.add_field(record_type, draft, actor=actor_of(request))
            obj.__dict__.update(made.__dict__)
            return
        changes = {n: typed[n] for n in form.changed_data if n in typed and n != "code"}
        definition = FieldDefinition.objects.get(pk=obj.pk)
        actions.change_field(
            definition, {**changes, "config": form.config()}, actor=actor_of(request)
        )
        if options := read_options(form.cleaned_data.get("new_options", "")):
            actions.set_options(definition, options, actor=actor_of(request))

    def save_formset(
        self,
        request: HttpRequest,
        form: Any,
        formset: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Save the options in their order; one that records hold is retired, not deleted."""
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        kept = [
            row
            for row in formset.forms
            if row not in formset.deleted_forms and row.cleaned_data.get("label")
        ]
        kept.sort(key=lambda row: row.cleaned_data.get("position") or 0)
        if not formset.has_changed():
            return
        drafts = [
            OptionDraft(
                label=row.cleaned_data["label"],
                code=row.cleaned_data["code"],
                hue=row.cleaned_data["hue"],
            )
            for row in kept
        ]
        definition = FieldDefinition.objects.get(pk=form.instance.pk)
        actions.set_options(definition, drafts, actor=actor_of(request))

    def delete_model(self, request: HttpRequest, obj: FieldDefinition) -> None:
        """Delete the field with its values."""
        actions.delete_field(obj, actor=actor_of(request))


def _stored_field(request: HttpRequest, definition: FieldDefinition | None) -> Field | None:
    if definition is None:
        return None
    types = schema_for(actor_of(request)).types_by_id
    return types[definition.type_id].fields.get(definition.code)
