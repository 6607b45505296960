"""A line of text, and what all kinds made of text share."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smart_processes.field_types.base import Family, FieldSettings, FieldType, ValueRefused
from smart_processes.field_types.registry import register

if TYPE_CHECKING:
    from smart_processes.lookups import Lookups

LONGEST_STRING = 255

# They turn the reading order of what follows, so that a name or an address shows something
# else than it holds.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


@register
class StringType(FieldType):
    """One line of at most 255 characters."""

    kind = "string"
    label = gettext_lazy("Text line")
    family = Family.TEXT
    icon = "bars-2"
    position = 10
    can_be_unique = True
    settings = frozenset({"max_length"})

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> str:
        """Return the text on one line."""
        return read_line(raw, max_length(field, LONGEST_STRING))

    def search_text(self, value: str, field: FieldSettings) -> str:
        """Return the text."""
        return value

    def form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return a text input of the field's length."""
        return forms.CharField(max_length=max_length(field, LONGEST_STRING), **kwargs)

    def check_config(self, config: Mapping[str, Any]) -> Iterable[str]:
        """Check the length."""
        yield from super().check_config(config)
        yield from check_length(config, LONGEST_STRING)


def max_length(field: FieldSettings, limit: int) -> int:
    """Return how many characters the field takes: its setting, or the kind's limit."""
    chosen = field.config.get("max_length")
    return min(chosen, limit) if isinstance(chosen, int) else limit


def check_length(config: Mapping[str, Any], limit: int) -> Iterable[str]:
    """Yield a sentence when the setting `max_length` is wrong."""
    chosen = config.get("max_length", limit)
    if not isinstance(chosen, int) or isinstance(chosen, bool) or not 1 <= chosen <= limit:
        yield _("The longest length must be a whole number from 1 to %(limit)d.") % {"limit": limit}


def read_line(raw: Any, limit: int) -> str:
    """Return the text on one line, without what cannot be seen.

    Raises:
        ValueRefused: not text, nothing but invisible characters, or too long.
    """
    return _within(" ".join(clean_text(raw).split()), limit)


def read_lines(raw: Any, limit: int) -> str:
    """Return the text with its line breaks.

    Raises:
        ValueRefused: as `read_line`.
    """
    return _within(clean_text(raw).strip(), limit)


def clean_text(raw: Any) -> str:
    """Return raw text composed (NFC), without control characters but line breaks and tabs.

    Raises:
        ValueRefused: not text and nothing that is written as text.
    """
    text = unicodedata.normalize("NFC", _as_text(raw)).translate(_TURNING)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        # Cc: control characters, PostgreSQL refuses NUL. Cs: halves of a broken emoji.
        char
        for char in text
        if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}
    )


def _as_text(raw: Any) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return _("Yes") if raw else _("No")
    if isinstance(raw, int):
        return str(raw)
    if isinstance(raw, float):
        # A spreadsheet holds 123 as 123.0.
        return str(int(raw)) if raw.is_integer() else repr(raw)
    if isinstance(raw, Decimal):
        return f"{raw:f}"
    if isinstance(raw, date | datetime | time):
        return raw.isoformat()
    raise ValueRefused(_("Enter text."))


def _within(text: str, limit: int) -> str:
    if not text:
        raise ValueRefused(_("Enter text that can be seen."))
    if len(text) > limit:
        raise ValueRefused(
            _("Enter at most %(limit)d characters; these are %(count)d.")
            % {"limit": limit, "count": len(text)}
        )
    return text
