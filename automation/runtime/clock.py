"""The engine's one clock: asked once per turn, handed to every statement.

It is the database's, so that workers on several machines agree. Tests and trial runs move it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from automation.runtime import store

_moved_to: ContextVar[datetime | None] = ContextVar("moved_to", default=None)


def now() -> datetime:
    """Return the moment, aware, in UTC."""
    return _moved_to.get() or store.database_now()


@contextmanager
def moved(to: datetime) -> Iterator[None]:
    """Let the clock stand at a moment, in this thread and task only."""
    token = _moved_to.set(to)
    try:
        yield
    finally:
        _moved_to.reset(token)
