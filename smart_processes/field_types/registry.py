"""Every kind of field by its code."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from smart_processes import field_types
from smart_processes.field_types.base import FieldType

_TYPES: dict[str, FieldType] = {}


def register(cls: type[FieldType]) -> type[FieldType]:
    """Class decorator: make the kind known under its code."""
    if cls.kind in _TYPES:
        raise ValueError(f"Two field types are called {cls.kind}.")
    _TYPES[cls.kind] = cls()
    return cls


def field_type(kind: str) -> FieldType:
    """Return the field type of a kind.

    Raises:
        KeyError: no such kind.
    """
    return all_field_types()[kind]


@cache
def all_field_types() -> dict[str, FieldType]:
    """Return every kind by its code, in the order people are offered them."""
    for module in pkgutil.iter_modules(field_types.__path__):
        if module.name not in {"base", "registry"}:
            import_module(f"{field_types.__name__}.{module.name}")
    return dict(sorted(_TYPES.items(), key=lambda pair: pair[1].position))
