"""Triggers, in one list over all types; the automation board shows them in their places."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.requests import actor_of
from automation.actions import triggers as actions
from automation.addresses import page_address, site_address
from automation.admin.json_texts import JsonText
from automation.models import Trigger
from automation.trigger_checks import WEBHOOK, kind_choices, kind_label
from smart_processes.admin.access import CheckedByAction, ConfigurationAdmin
from smart_processes.models import Stage

BOARD = "crm:auto_board"  # the page belongs to the app above: by its name alone


class StageChoice(forms.ModelChoiceField[Any]):
    """Chooses among the stages of all pipelines, each with where it belongs."""

    def label_from_instance(self, obj: Any) -> str:
        """Return "Deals, Sales: Won"."""
        pipeline = obj.pipeline
        return f"{pipeline.type.name_many}, {pipeline.name}: {obj.name}"


class TriggerForm(CheckedByAction):
    """A trigger."""

    stage = StageChoice(
        Stage.objects.none(), label=gettext_lazy("Stage"), widget=UnfoldAdminSelectWidget
    )
    kind = forms.ChoiceField(label=gettext_lazy("What happens"), widget=UnfoldAdminSelectWidget)
    params = JsonText(label=gettext_lazy("Parameters"), example='{"fields": ["amount"]}')
    condition = JsonText(
        label=gettext_lazy("Only if"),
        example='[{"object": "Document", "field": "amount", "operator": "gt", "value": "1000"}]',
        help_text=gettext_lazy("Rows as programs have them; empty: always."),
    )

    class Meta:
        model = Trigger
        fields = (
            *("name", "stage", "kind", "params", "condition"),
            *("is_moving", "may_move_back", "runs_as", "is_active"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer stages in use; a trigger stays in its pipeline."""
        super().__init__(*args, **kwargs)
        stages = Stage.objects.filter(retired_at=None, pipeline__type__has_stages=True)
        if self.instance.pk:
            stages = stages.filter(pipeline_id=self.instance.pipeline_id)
        ordered = stages.select_related("pipeline__type")
        ordered = ordered.order_by("pipeline__type__name_many", "pipeline__name", "position")
        self.fields["stage"].queryset = ordered  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["kind"].choices = kind_choices()  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["name"].required = False
        self.fields["name"].help_text = _("Empty: as what happens is called.")


@admin.register(Trigger)
class TriggerAdmin(ConfigurationAdmin):
    """What moves records into stages by itself."""

    form = TriggerForm
    list_display = ("name", "happens", "stage", "pipeline", "is_moving", "is_active")
    list_filter = ("is_active", "pipeline__type", "kind")
    list_select_related = ("stage", "pipeline__type")
    search_fields = ("name", "code")
    readonly_fields = ("place", "address")
    fieldsets = (
        (None, {"fields": ("name", "stage", ("is_active", "place"))}),
        (gettext_lazy("What happens"), {"fields": ("kind", "params", "condition", "address")}),
        (
            gettext_lazy("What it does"),
            {"fields": (("is_moving", "may_move_back"), "runs_as")},
        ),
    )

    @admin.display(description=gettext_lazy("what happens"), ordering="kind")
    def happens(self, trigger: Trigger) -> str:
        """Return what it waits for."""
        return kind_label(trigger.kind) or trigger.kind

    @admin.display(description=gettext_lazy("On the automation board"))
    def place(self, trigger: Trigger) -> str:
        """Link to the board, where its parameters have controls of their own."""
        url = trigger.pk and page_address(BOARD, trigger.pipeline.type.code)
        if not url:
            return "—"
        whole = f"{url}?pipeline={trigger.pipeline.code}"
        return format_html('<a class="underline" href="{}">{}</a>', whole, _("Open the board"))

    @admin.display(description=gettext_lazy("Address to call"))
    def address(self, trigger: Trigger) -> str:
        """Return a webhook's address, and where its secret comes from."""
        if not trigger.pk or trigger.kind != WEBHOOK:
            return "—"
        path = reverse("automation:webhook", args=[trigger.public_id])
        has = _("It has a secret; a new one is made on the automation board.")
        lacks = _("It lets nobody in: make a secret on the automation board.")
        said = has if trigger.secret_hash else lacks
        return format_html("<div>{}{}</div><div>{}</div>", site_address(), path, said)

    def save_model(
        self,
        request: HttpRequest,
        obj: Trigger,
        form: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Make or change the trigger by its action."""
        actor, typed = actor_of(request), dict(form.cleaned_data)
        typed |= {"params": typed["params"] or {}, "condition": typed["condition"] or []}
        if change:
            stored = Trigger.objects.get(pk=obj.pk)
            saved = actions.change_trigger(stored, typed, actor=actor)
        else:
            stage, kind, name = typed.pop("stage"), typed.pop("kind"), typed.pop("name")
            saved = actions.add_trigger(stage, kind, name, actor=actor, **typed)
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: Trigger) -> None:
        """Delete the trigger by its action."""
        actions.delete_trigger(obj, actor=actor_of(request))
