"""A form field for the kind of a field: the registered field types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from smart_processes.field_types.registry import all_field_types


def kind_choices() -> list[tuple[str, Any]]:
    """Return every kind that people may choose, in the order they are offered."""
    return [(kind, each.label) for kind, each in all_field_types().items()]


class KindField(forms.ChoiceField):
    """Chooses one of the registered kinds."""

    def __init__(self, **kwargs: Any) -> None:
        """Ask the registry when the form is shown, not when the module is loaded."""
        kwargs.setdefault("label", capfirst(_("kind")))
        super().__init__(choices=kind_choices, widget=UnfoldAdminSelectWidget, **kwargs)
