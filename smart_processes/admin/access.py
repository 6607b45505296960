"""Who may open the configuration pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from accounts import access
from accounts.admin_forms import ActionAdmin, name_controls
from accounts.exceptions import AccountsRefusal
from accounts.requests import actor_of
from smart_processes.exceptions import RecordRefusal


def may_configure(request: HttpRequest) -> bool:
    """Return whether the signed-in person may change types, fields and pipelines."""
    return access.of(actor_of(request)).may_configure


class ForConfigurators:
    """For admins and inlines: everything or nothing, by the right to configure."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to who may configure."""
        return may_configure(request)

    def has_view_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Show the pages to who may configure."""
        return may_configure(request)

    def has_add_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Offer adding to who may configure."""
        return may_configure(request)

    def has_change_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Offer changing to who may configure."""
        return may_configure(request)

    def has_delete_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Offer deleting to who may configure."""
        return may_configure(request)


class CheckedByAction(forms.ModelForm[Any]):
    """A form that leaves checking to the action: it knows what the database does not."""

    def _post_clean(self) -> None:
        """Keep Django from checking the row by itself, in words of its own."""


class RowCheckedByAction(CheckedByAction):
    """A row of a table, whose controls have no labels but the heads of the columns."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name each control for people who hear the page."""
        super().__init__(*args, **kwargs)
        name_controls(self)


class RowsCheckedByAction(forms.BaseInlineFormSet[Any, Any, Any]):
    """The same for rows of a table."""

    def validate_unique(self) -> None:
        """Leave it to the action to say which two rows are alike."""


class ConfigurationAdmin(ForConfigurators, ActionAdmin):
    """A configuration page: saved by actions, for who may configure."""

    refusals: tuple[type[Exception], ...] = (RecordRefusal, AccountsRefusal)
