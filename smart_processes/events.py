"""What happens to records, told to whoever listens, inside the same transaction.

Events carry ids and codes, never instances. Who listens is one table per app
(`automation.subscribers`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from accounts.actor import Actor


@dataclass(frozen=True)
class RecordEvent:
    """Something happened to one record."""

    type_code: str
    item_id: int
    actor: Actor


@dataclass(frozen=True)
class RecordCreated(RecordEvent):
    """A record was made; it stands in `stage` of `pipeline_id`.

    `is_imported`: out of a file, among perhaps a hundred thousand others. `starts_robots`:
    it counts as entering its stage; what comes out of a file does where its importer says so.
    """

    pipeline_id: int
    stage: str
    responsible_id: int | None = None
    is_imported: bool = False
    starts_robots: bool = True


@dataclass(frozen=True)
class FieldsChanged(RecordEvent):
    """Values changed: field code -> (old, new) in JSON form."""

    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class StageEntered(RecordEvent):
    """A record moved; `visit_id` is the visit just opened."""

    pipeline_id: int
    source: str
    target: str
    visit_id: int


@dataclass(frozen=True)
class RecordDeleted(RecordEvent):
    """A record went to the recycle bin, or for good."""


@dataclass(frozen=True)
class RecordRestored(RecordEvent):
    """A record came back from the recycle bin."""


@dataclass(frozen=True)
class CommentAdded(RecordEvent):
    """Somebody commented; `entry_id` is the timeline entry."""

    entry_id: int


@dataclass(frozen=True)
class RecordsLinked(RecordEvent):
    """Another record was linked to this one."""

    other_id: int


_is_import: ContextVar[bool] = ContextVar("is_import", default=False)


@contextmanager
def importing() -> Iterator[None]:
    """Let what happens inside come out of a file: rules that act by themselves hold still."""
    token = _is_import.set(True)
    try:
        yield
    finally:
        _is_import.reset(token)


def is_import() -> bool:
    """Return whether what happens now comes out of a file."""
    return _is_import.get()


_starts_robots: ContextVar[bool] = ContextVar("starts_robots", default=False)


@contextmanager
def starting_robots() -> Iterator[None]:
    """Let records that are made inside, out of a file, count as entering their stage."""
    token = _starts_robots.set(True)
    try:
        yield
    finally:
        _starts_robots.reset(token)


def is_starting_robots() -> bool:
    """Return whether who imports wants robots for the new records."""
    return _starts_robots.get()


_is_bulk: ContextVar[bool] = ContextVar("is_bulk", default=False)


@contextmanager
def in_bulk() -> Iterator[None]:
    """Let what happens inside be one of many: what it leads to comes after other work."""
    token = _is_bulk.set(True)
    try:
        yield
    finally:
        _is_bulk.reset(token)


def is_bulk() -> bool:
    """Return whether what happens now is one of many, so that nobody waits for it."""
    return _is_bulk.get()


Listener = Callable[[Any], None]
_listeners: dict[type[RecordEvent], list[Listener]] = defaultdict(list)


def subscribe(event: type[RecordEvent], listener: Listener) -> None:
    """Call `listener` with every event of this kind; it runs inside the transaction."""
    _listeners[event].append(listener)


def publish(event: RecordEvent) -> None:
    """Tell everybody who listens; what a listener raises undoes the whole action."""
    for listener in _listeners[type(event)]:
        listener(event)
