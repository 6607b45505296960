"""The record types that the product ships: their tables and their own fields.

Apps above register theirs when they are ready; the engine itself knows no lead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django_stubs_ext import StrOrPromise

from smart_processes.models import Item


@dataclass(frozen=True)
class SystemField:
    """A field that a column stores: one every record has, or one of a shipped type.

    Attributes:
        code: How files, addresses and the API call it.
        label: How people call it.
        kind: A kind of `field_types`.
        column: Attribute of the model; "" for the amount, which is two columns.
        empty: How the column says "nothing".
        switch: The `RecordType` switch that shows it; "" = always.
    """

    code: str
    label: StrOrPromise
    kind: str
    column: str
    empty: Any = None
    switch: str = ""
    section: StrOrPromise = ""
    help: StrOrPromise = ""
    is_required: bool = False
    is_multiple: bool = False
    is_editable: bool = True
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ShippedType:
    """A shipped type's concrete model and the fields of its own table."""

    code: str
    model: type[Item]
    fields: tuple[SystemField, ...]
    # How a record without a title is called: a contact by its first and last name.
    title_of: Callable[[Any], str] | None = None


_SHIPPED: dict[str, ShippedType] = {}
_WORDS: list[StrOrPromise] = []


def register(shipped: ShippedType) -> None:
    """Make a shipped type known; called once when its app is ready."""
    _SHIPPED[shipped.code] = shipped


def register_words(words: Iterable[StrOrPromise]) -> None:
    """Make the names known that a new installation gets: of types, pipelines, stages."""
    _WORDS.extend(words)
    _word_stored_as.cache_clear()


def in_readers_language(name: str) -> str:
    """Return a name that the product brought in the active language, any other as it is."""
    return str(_word_stored_as().get(name, name))


@cache
def _word_stored_as() -> dict[str, StrOrPromise]:
    with translation.override(settings.LANGUAGE_CODE):
        return {str(word): word for word in _WORDS}


def model_of(type_code: str) -> type[Item]:
    """Return the model of a type's records: a child of `Item`, or `Item` itself."""
    shipped = _SHIPPED.get(type_code)
    return shipped.model if shipped else Item


def own_fields(type_code: str) -> tuple[SystemField, ...]:
    """Return the fields of a shipped type's own table; none for types that people made."""
    shipped = _SHIPPED.get(type_code)
    return shipped.fields if shipped else ()


def title_of(type_code: str) -> Callable[[Any], str] | None:
    """Return how a shipped type calls a record that has no title; None: by its number."""
    shipped = _SHIPPED.get(type_code)
    return shipped.title_of if shipped else None
