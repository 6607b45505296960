"""Parameters and variables of programs as fields: their kinds are those of fields."""

from __future__ import annotations

from typing import Any

from automation.engine.compiled import Definition
from automation.engine.plain_values import plain
from automation.field_language import language_value
from smart_processes.field_types.base import Option
from smart_processes.field_types.registry import all_field_types
from smart_processes.fields import Field, ValueStorage


def field_of(definition: Definition) -> Field:
    """Return the field that a definition is like; a kind that is unknown is a text."""
    types = all_field_types()
    options = tuple(
        Option(number, code, code, "") for number, code in enumerate(definition.options, start=1)
    )
    return Field(
        code=definition.code,
        label=definition.label or definition.code,
        type=types.get(definition.kind, types["text"]),
        storage=ValueStorage(definition.code),
        is_required=definition.is_required,
        is_multiple=definition.is_multiple,
        options=options,
    )


def parse_value(definition: Definition, raw: Any) -> Any:
    """Return what somebody entered as the language and snapshots know it; None when empty.

    Raises:
        ValueRefused: it is not of the definition's kind; the message says what to enter.
    """
    field = field_of(definition)
    return plain(language_value(field, field.parse(raw)))
