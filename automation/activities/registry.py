"""Every activity by its code."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from automation.activities.base import Activity
from automation.engine.reading_steps import CONTROL

_packages = ["automation.activities"]
_found: dict[str, Activity[Any]] = {}
_read: set[str] = set()


def add_package(name: str) -> None:
    """Name another package whose modules hold activities; an app does so when it is ready."""
    if name not in _packages:
        _packages.append(name)


def register(cls: type[Activity[Any]]) -> type[Activity[Any]]:
    """Class decorator: make the activity known under its code."""
    if cls.code in _found or cls.code in CONTROL:
        raise ValueError(f"Two kinds of steps are called {cls.code}.")
    _found[cls.code] = cls()
    return cls


def activity(code: str) -> Activity[Any] | None:
    """Return the activity with this code; None when there is none."""
    return all_activities().get(code)


def all_activities() -> Mapping[str, Activity[Any]]:
    """Return every activity by its code."""
    for package in _packages:
        if package not in _read:
            for module in pkgutil.iter_modules(import_module(package).__path__):
                import_module(f"{package}.{module.name}")
            _read.add(package)
    return _found
