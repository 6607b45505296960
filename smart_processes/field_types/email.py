"""E-mail addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smart_processes.field_types.base import Family, FieldSettings, FieldType, ValueRefused
from smart_processes.field_types.registry import register
from smart_processes.field_types.string import read_line

if TYPE_CHECKING:
    from smart_processes.lookups import Lookups

LONGEST_EMAIL = 254  # RFC 5321


@register
class EmailType(FieldType):
    """An e-mail address with its domain in lower case."""

    kind = "email"
    label = gettext_lazy("E-mail")
    family = Family.TEXT
    icon = "envelope"
    position = 150
    can_be_unique = True
    separators = ";,\n"

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> str:
        """Return the address."""
        text = read_line(raw, LONGEST_EMAIL)
        try:
            validate_email(text)
        except ValidationError as wrong:
            raise ValueRefused(_("Enter an e-mail address like anna@example.com.")) from wrong
        name, _at, domain = text.rpartition("@")
        return f"{name}@{domain.lower()}"

    def search_text(self, value: str, field: FieldSettings) -> str:
        """Return the address."""
        return value

    def form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return an input for e-mail addresses."""
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "email"}))
        return forms.CharField(max_length=LONGEST_EMAIL, **kwargs)
