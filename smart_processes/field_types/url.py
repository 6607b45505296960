"""Addresses of web pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smart_processes.field_types.base import Family, FieldSettings, FieldType, ValueRefused
from smart_processes.field_types.registry import register
from smart_processes.field_types.string import check_length, max_length, read_line

if TYPE_CHECKING:
    from smart_processes.lookups import Lookups

LONGEST_URL = 2_000  # what browsers and proxies agree on

# Nothing else: `javascript:` in a link would run in the reader's session.
_is_address = URLValidator(schemes=["http", "https"])
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:(?![0-9]+(/|$))")


@register
class UrlType(FieldType):
    """An address that begins with http:// or https://."""

    kind = "url"
    label = gettext_lazy("Web address")
    family = Family.TEXT
    icon = "globe-alt"
    position = 130
    can_be_unique = True
    can_be_indexed = False  # longer than an index entry may be
    settings = frozenset({"max_length"})

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> str:
        """Return the address; example.com becomes https://example.com."""
        text = read_line(raw, max_length(field, LONGEST_URL))
        if not _SCHEME.match(text):
            text = f"https://{text}"
        try:
            _is_address(text)
        except ValidationError as wrong:
            raise ValueRefused(_("Enter a web address like https://example.com.")) from wrong
        return text

    def search_text(self, value: str, field: FieldSettings) -> str:
        """Return the address."""
        return value

    def form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return an input for addresses; plain text, so that the scheme may be left out."""
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "url"}))
        return forms.CharField(max_length=max_length(field, LONGEST_URL), **kwargs)

    def check_config(self, config: Mapping[str, Any]) -> Iterable[str]:
        """Check the length."""
        yield from super().check_config(config)
        yield from check_length(config, LONGEST_URL)
