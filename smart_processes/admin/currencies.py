"""Currencies and their rates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanSwitchWidget

from accounts.requests import actor_of
from smart_processes.actions import currencies as actions
from smart_processes.admin.access import CheckedByAction, ConfigurationAdmin
from smart_processes.models import Currency


class CurrencyForm(CheckedByAction):
    """A rate; a currency with one may become the base of all totals."""

    becomes_base = forms.BooleanField(
        label=_("Base of all totals"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("All rates and totals are expressed in it from then on."),
    )

    class Meta:
        model = Currency
        fields = ("code", "rate")


@admin.register(Currency)
class CurrencyAdmin(ConfigurationAdmin):
    """A new rate recomputes the amounts in the base currency."""

    form = CurrencyForm
    list_display = ("code", "rate", "is_base")

    def get_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A currency becomes the base one later, when its rate is known."""
        if obj is None:
            return ("code", "rate")
        return ("code", "rate", "is_base" if obj.is_base else "becomes_base")

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code never changes, nor does the rate of the base."""
        if obj is None:
            return ()
        return ("code", "rate", "is_base") if obj.is_base else ("code",)

    def save_model(
        self,
        request: HttpRequest,
        obj: Currency,
        form: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Add the currency, change its rate or count all totals in it."""
        actor, typed = actor_of(request), form.cleaned_data
        if not change:
            made = actions.add_currency(typed["code"].strip().upper(), typed["rate"], actor=actor)
            obj.__dict__.update(made.__dict__)
            return
        if "rate" in form.changed_data:
            actions.change_rate(obj.code, typed["rate"], actor=actor)
        if typed.get("becomes_base"):
            actions.set_base_currency(obj.code, actor=actor)

    def delete_model(self, request: HttpRequest, obj: Currency) -> None:
        """Remove the currency; refused while amounts are in it."""
        actions.remove_currency(obj.code, actor=actor_of(request))
