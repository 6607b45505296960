"""Every kind of trigger by its code."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from automation.triggers.base import TriggerKind

_PACKAGE = "automation.triggers"
_found: dict[str, TriggerKind[Any]] = {}
_read: set[str] = set()


def register(cls: type[TriggerKind[Any]]) -> type[TriggerKind[Any]]:
    """Class decorator: make the kind known under its code."""
    if cls.code in _found:
        raise ValueError(f"Two kinds of triggers are called {cls.code}.")
    _found[cls.code] = cls()
    return cls


def trigger_kind(code: str) -> TriggerKind[Any] | None:
    """Return the kind with this code; None when there is none."""
    return all_kinds().get(code)


def all_kinds() -> Mapping[str, TriggerKind[Any]]:
    """Return every kind by its code."""
    if _PACKAGE not in _read:
        for module in pkgutil.iter_modules(import_module(_PACKAGE).__path__):
            import_module(f"{_PACKAGE}.{module.name}")
        _read.add(_PACKAGE)
    return _found
