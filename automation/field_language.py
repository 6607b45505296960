"""Values of fields as the expression language knows them, and as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts.actor import Actor
from automation.engine.expressions import Amount
from automation.engine.plain_values import plain
from smart_processes.field_types.base import References
from smart_processes.fields import Field
from smart_processes.models import Item
from smart_processes.money import Money
from smart_processes.selectors.names import load_names


def language_value(field: Field, value: Any) -> Any:
    """Return a field's Python value for formulas and conditions.

    Money becomes an `Amount`, an option its code: ids of options are nobody's words.
    People, linked records and files stay ids.
    """
    if isinstance(value, list | tuple):
        return [language_value(field, each) for each in value]
    if isinstance(value, Money):
        return Amount(value.major, value.currency)
    if field.type.kind == "choice" and isinstance(value, int):
        option = field.option(value)
        return option.code if option else None
    return value


def read_values(record: Item, fields: Iterable[Field]) -> dict[str, Any]:
    """Return values by field code, as JSON that the language reads back."""
    return {field.code: plain(language_value(field, field.read(record))) for field in fields}


def printed_values(record: Item, fields: Iterable[Field], *, actor: Actor) -> dict[str, str]:
    """Return values by field code as people read them (one query for each kind of names)."""
    held = [(field, field.read(record)) for field in fields]
    references = References()
    for field, value in held:
        field.collect(value, references)
    names = load_names(references, actor=actor)
    return {field.code: field.text(value, names) for field, value in held}
