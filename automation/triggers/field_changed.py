"""A field of the record changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from automation.activities.params import ParamKind, param
from automation.triggers.base import EventKind, Heard, TriggerKind
from automation.triggers.registry import register


@dataclass(frozen=True)
class FieldChangedParams:
    """Which fields."""

    fields: Sequence[str] = param(_("Fields"), ParamKind.FIELDS, help=_("Any of them is enough."))


@register
class FieldChanged(TriggerKind[FieldChangedParams]):
    """Somebody or something changed the value of a field."""

    code = "field_changed"
    label = _("A field changed")
    description = _("One of the chosen fields of the record got another value.")
    icon = "pencil-square"
    params = FieldChangedParams
    listens = EventKind.FIELDS_CHANGED

    def concerns(self, params: FieldChangedParams, heard: Heard) -> bool:
        """Return whether one of the fields is among those that changed."""
        return any(code in heard.payload["changes"] for code in params.fields)
