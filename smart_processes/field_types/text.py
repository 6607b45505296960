"""Text of several lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from smart_processes.field_types.base import Family, FieldSettings, FieldType
from smart_processes.field_types.registry import register
from smart_processes.field_types.string import check_length, max_length, read_lines

if TYPE_CHECKING:
    from smart_processes.lookups import Lookups

LONGEST_TEXT = 50_000
# What the search column takes from one text; the whole record has 4,000 there.
SEARCHED_LENGTH = 1_000


@register
class TextType(FieldType):
    """Text of at most 50,000 characters, shown with its line breaks."""

    kind = "text"
    label = gettext_lazy("Long text")
    family = Family.TEXT
    icon = "bars-3-bottom-left"
    position = 20
    can_be_multiple = False  # several values are lines of one text already
    can_be_indexed = False  # longer than an index entry may be
    can_be_sorted = False
    settings = frozenset({"max_length"})

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> str:
        """Return the text."""
        return read_lines(raw, max_length(field, LONGEST_TEXT))

    def search_text(self, value: str, field: FieldSettings) -> str:
        """Return how the text begins."""
        return value[:SEARCHED_LENGTH]

    def form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return a text area."""
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        return forms.CharField(max_length=max_length(field, LONGEST_TEXT), **kwargs)

    def check_config(self, config: Mapping[str, Any]) -> Iterable[str]:
        """Check the length."""
        yield from super().check_config(config)
        yield from check_length(config, LONGEST_TEXT)
