"""JSON in controls of the configuration pages: readable, and told where it is broken."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.utils.html import format_html
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminTextareaWidget

LARGEST = 1_000_000  # characters; a program is far smaller


class JsonText(forms.JSONField):
    """A JSON value, indented; a broken one is refused with its line and column."""

    def __init__(self, *, rows: int = 4, example: str = "", **kwargs: Any) -> None:
        """Show so many rows, and an example where there is no value."""
        attrs = {"rows": rows, "spellcheck": "false", "placeholder": example, "class": "font-mono"}
        super().__init__(
            widget=UnfoldAdminTextareaWidget(attrs=attrs), **{"required": False, **kwargs}
        )

    def to_python(self, value: Any) -> Any:
        """Return the value; None for nothing.

        Raises:
            ValidationError: it is no JSON.
        """
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        if len(value) > LARGEST:
            raise ValidationError(_("This is longer than %(n)d characters.") % {"n": LARGEST})
        try:
            return json.loads(value, parse_constant=_refuse_constant)
        except json.JSONDecodeError as fault:
            place = {"line": fault.lineno, "column": fault.colno}
            sentence = _("This is not JSON: look at line %(line)d, column %(column)d.")
            raise ValidationError(sentence % place) from fault
        except RecursionError as fault:
            raise ValidationError(_("This is nested too deeply.")) from fault

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what was typed; what is broken is shown as it is."""
        try:
            return self.to_python(data)
        except ValidationError:
            return InvalidJSONInput(data or "")

    def prepare_value(self, value: Any) -> str:
        """Return the value as the control shows it."""
        if isinstance(value, InvalidJSONInput):
            return value
        return "" if value in (None, "", [], {}) else pretty(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Take nothing for an empty map or list."""
        return super().has_changed(initial or None, data)


def pretty(value: Any) -> str:
    """Return a value as indented JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def shown_json(value: Any) -> str:
    """Return a value as a block of a page that is only read."""
    block = '<pre class="font-mono text-xs whitespace-pre-wrap break-all">{}</pre>'
    return format_html(block, pretty(value))


def _refuse_constant(name: str) -> NoReturn:
    raise ValidationError(_("“%(name)s” is no value of JSON.") % {"name": name})
