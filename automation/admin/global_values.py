"""Constants and variables that every program may read; secrets are never shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.requests import actor_of
from automation.actions.global_values import remove_global, set_global
from automation.admin.values import typed_value, value_text
from automation.choices import GlobalKind
from automation.models import GlobalValue
from smart_processes.actions.configuring import refuse
from smart_processes.admin.access import CheckedByAction, ConfigurationAdmin


class GlobalValueForm(CheckedByAction):
    """A constant or variable."""

    typed = forms.CharField(
        label=gettext_lazy("Value"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "autocomplete": "off"}),
        help_text=gettext_lazy('A text, a number or other JSON; "5" in quotes is a text.'),
    )

    class Meta:
        model = GlobalValue
        fields = ("kind", "code", "label", "is_secret", "typed")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show the value, unless it is a secret."""
        super().__init__(*args, **kwargs)
        if self.instance.is_secret:
            kept = _("Empty: the one that is kept. It is never shown.")
            self.fields["typed"].help_text = kept
        else:
            self.fields["typed"].initial = value_text(self.instance.value)

    def clean(self) -> dict[str, Any]:
        """Refuse to show a secret by saying that it is none."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        was_secret = bool(self.instance.pk) and bool(self.initial.get("is_secret"))
        if was_secret and not cleaned.get("is_secret") and not cleaned.get("typed"):
            sentence = _("Enter the value anew: a secret is never shown.")
            self.add_error("typed", sentence)
        return cleaned

    def value(self) -> Any:
        """Return the value that is meant."""
        typed = self.cleaned_data["typed"]
        if not typed and self.initial.get("is_secret"):
            return GlobalValue.objects.get(pk=self.instance.pk).value
        return typed_value(typed) if typed else None


@admin.register(GlobalValue)
class GlobalValueAdmin(ConfigurationAdmin):
    """Values of the whole system."""

    form = GlobalValueForm
    list_display = ("label", "code", "kind", "shown")
    list_filter = ("kind",)
    search_fields = ("label", "code")

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Kind and code never change: programs name the value by them."""
        return ("kind", "code") if obj else ()

    @admin.display(description=gettext_lazy("value"))
    def shown(self, value: GlobalValue) -> str:
        """Return the value; dots for a secret."""
        return "•••" if value.is_secret else value_text(value.value)[:100]

    def save_model(
        self,
        request: HttpRequest,
        obj: GlobalValue,
        form: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Set the value by its action."""
        typed = form.cleaned_data
        named = {"kind": obj.kind, "code": obj.code} if change else typed
        kind, code = GlobalKind(named["kind"]), named["code"]
        if not change and GlobalValue.objects.filter(kind=kind, code=code).exists():
            refuse({"code": _("There is one with this code already.")})
        saved = set_global(
            kind,
            code,
            form.value(),
            actor=actor_of(request),
            label=typed["label"],
            is_secret=typed["is_secret"],
        )
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: GlobalValue) -> None:
        """Remove the value by its action."""
        remove_global(GlobalKind(obj.kind), obj.code, actor=actor_of(request))
