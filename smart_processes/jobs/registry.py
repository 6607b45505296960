"""Every kind of job by its code."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from smart_processes.jobs.base import JobKind

_MODULES = "smart_processes.jobs.kinds"
_KINDS: dict[str, JobKind] = {}


def register(cls: type[JobKind]) -> type[JobKind]:
    """Class decorator: make the kind known under its code."""
    if cls.code in _KINDS:
        raise ValueError(f"Two kinds of jobs are called {cls.code}.")
    _KINDS[cls.code] = cls()
    return cls


def job_kind(code: str) -> JobKind:
    """Return the kind with this code.

    Raises:
        KeyError: no such kind.
    """
    return all_job_kinds()[code]


@cache
def all_job_kinds() -> dict[str, JobKind]:
    """Return every kind by its code."""
    for module in pkgutil.iter_modules(import_module(_MODULES).__path__):
        import_module(f"{_MODULES}.{module.name}")
    return _KINDS
