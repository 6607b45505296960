"""Yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smart_processes.field_types.base import (
    Family,
    FieldSettings,
    FieldType,
    Names,
    ValueRefused,
)
from smart_processes.field_types.registry import register

if TYPE_CHECKING:
    from smart_processes.lookups import Lookups

# As files and forms write it, in English and Russian, whatever language is active.
_YES = frozenset({"yes", "y", "true", "t", "on", "1", "+", "да", "д", "истина", "есть"})
_NO = frozenset({"no", "n", "false", "f", "off", "0", "-", "нет", "н", "ложь"})


@register
class FlagType(FieldType):
    """True or false; a field that nobody filled is neither."""

    kind = "flag"
    label = gettext_lazy("Yes or no")
    family = Family.FLAG
    icon = "check-circle"
    position = 80
    can_be_multiple = False
    postgresql_cast = "::boolean"
    sqlite_cast = "INTEGER"
    output_field = models.BooleanField()

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> bool:
        """Return the answer that a word or a number gives."""
        if isinstance(raw, bool):
            return raw
        word = str(raw).strip().casefold() if isinstance(raw, str | int) else ""
        if word in _YES or word in _NO:
            return word in _YES
        raise ValueRefused(_("Enter “yes” or “no”."))

    def text(self, value: bool, field: FieldSettings, names: Names) -> str:  # noqa: FBT001  # the value itself
        """Return the answer as a word."""
        return _("Yes") if value else _("No")

    def form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return a choice of three: a checkbox cannot be left unanswered."""
        choices = [("", gettext_lazy("Not set")), ("true", gettext_lazy("Yes"))]
        return forms.ChoiceField(choices=[*choices, ("false", gettext_lazy("No"))], **kwargs)

    def form_value(self, value: bool, field: FieldSettings, names: Names) -> str:  # noqa: FBT001  # the value itself
        """Return the choice's own word."""
        return "true" if value else "false"
