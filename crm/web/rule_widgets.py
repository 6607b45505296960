"""Controls of rules' forms: rows that grow, and texts into which fields of a record are put."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Choices = Sequence[tuple[str, str]]
# Lists and maps stand in a control as JSON.
_JSON_BEGINS = ("[", '{"', "{}")


class InsertText(forms.Textarea):
    """A text with a list of fields to put into it; one line unless it is told otherwise."""

    template_name = "crm/forms/insert_text.html"

    def __init__(self, fields: Choices, *, rows: int = 1) -> None:
        """Offer `fields`: (reference, name)."""
        super().__init__(attrs={"rows": rows, "data-grows": ""})
        self.fields = fields

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the fields on offer."""
        return {**super().get_context(name, value, attrs), "fields": self.fields}


class RowsInput(forms.Widget):
    """Rows of controls; one more is added by a button, an empty one is dropped.

    A column is `(name, label, choices)`; without choices it is a text line. Its value is a
    list of tuples of texts.
    """

    template_name = "crm/forms/rows_input.html"
    use_fieldset = True

    def __init__(self, columns: Sequence[tuple[str, str, Choices | None]], *, add: str) -> None:
        """Take the columns, and what the button that adds a row is called."""
        super().__init__()
        self.columns = columns
        self.add = add

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the rows that are there, and an empty one to copy."""
        empty = ("",) * len(self.columns)
        return {
            **super().get_context(name, value, attrs),
            "rows": [self._cells(name, row) for row in value or [empty]],
            "empty_row": self._cells(name, empty),
            "add": self.add,
        }

    def value_from_datadict(
        self,
        data: Any,
        files: Any,
        name: str,  # Django's signature
    ) -> list[tuple[str, ...]]:
        """Return the rows that say anything."""
        columns = [data.getlist(f"{name}-{column}") for column, _label, _choices in self.columns]
        return [row for row in zip(*columns, strict=False) if row[0]]

    def _cells(self, name: str, row: Sequence[str]) -> list[dict[str, Any]]:
        cells = []
        for (column, label, choices), value in zip(self.columns, row, strict=True):
            known = choices is None or not value or value in dict(choices)
            offered = choices if known or choices is None else [*choices, (value, value)]
            cells.append(
                {
                    "name": f"{name}-{column}",
                    "label": label,
                    "value": value,
                    "choices": offered,
                }
            )
        return cells


class RowsField(forms.Field):
    """The rows of a `RowsInput`."""

    widget = RowsInput

    def to_python(self, value: Any) -> list[tuple[str, ...]]:
        """Return the rows as they are."""
        return list(value or [])


class JsonField(forms.CharField):
    """A JSON value for who writes it by hand."""

    def to_python(self, value: Any) -> Any:
        """Return the value.

        Raises:
            ValidationError: it is no JSON.
        """
        text = super().to_python(value)
        try:
            return orjson.loads(text) if text else []
        except orjson.JSONDecodeError as fault:
            raise ValidationError(_("This is not JSON.")) from fault


def shown_value(value: Any) -> str:
    """Return a value of a program as a text control shows it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def typed_value(text: str) -> Any:
    """Return what a text control holds as a value of a program."""
    if text.startswith(_JSON_BEGINS):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return text
    return text


def shown_map(value: Any) -> list[tuple[str, str]]:
    """Return a map of a program as rows."""
    if not isinstance(value, Mapping):
        return []
    return [(str(name), shown_value(each)) for name, each in value.items()]
