"""The one reader of the change feed in this process, and everybody who listens to it.

A thread polls once a second while anybody listens and hands to each board the changes
of the records that its reader may, or might a moment ago, view. What is handed out are
hints ("card 17 changed"): the page then asks for the card with its own rights. Every page
also hears when what its reader has not read changed: the number at the bell.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, connection

from accounts import access
from accounts.access import Access
from accounts.actor import Actor
from accounts.choices import Action, ActorKind
from automation.selectors.notifications import unread_of
from smart_processes import schema
from smart_processes.change_feed import FeedReader
from smart_processes.models import ChangeEvent
from smart_processes.schema import PipelineSchema

POLL_SECONDS = 1.0
# Messages that wait for a slow browser; with more it is told to read the whole board.
LONGEST_QUEUE = 32
# A browser that must ask for more cards than this reads the whole board faster.
MOST_CHANGES = 50
LONGEST_START_SECONDS = 20.0
CLOSE = ""  # the message that ends a stream
RELOAD = "event: reload\ndata: all\n\n"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _State:
    """A record as permissions saw it at one moment (`accounts.access.RecordRef`)."""

    pk: int
    stage: str
    responsible_id: int | None
    opened: bool


@dataclass(eq=False)
class Listener:
    """One open page.

    Attributes:
        user_id: Who looks.
        type_id: The board's type; None on a page without one.
        pipeline_id: The board's pipeline.
        loop: Where the stream runs; messages come from another thread.
        queue: Messages as they are sent.
        unread: The number at the bell that was sent last; None: none was.
    """

    user_id: int
    type_id: int | None
    pipeline_id: int | None
    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(LONGEST_QUEUE))
    unread: int | None = None

    def ring(self, unread: int) -> None:
        """Send the number at the bell when it is not the one that was sent last."""
        if unread != self.unread:
            self.unread = unread
            self.send(f"event: bell\ndata: {unread}\n\n")

    def tell(self, events: Sequence[ChangeEvent], cursor: int | None) -> None:
        """Send what the listener may know of (two queries at most, none for other boards)."""
        concerning = [event for event in events if event.type_id == self.type_id]
        if not concerning:
            return
        rights = access.fresh(Actor(ActorKind.PERSON, user_id=self.user_id))
        if not rights.is_active:
            self.send(CLOSE)
            return
        pipeline = schema.load(rights.schema_stamp).pipelines.get(self.pipeline_id or 0)
        if pipeline is None:
            self.send(CLOSE)
            return
        # The last event of a record holds its newest version.
        known = {event.item_id: event for event in concerning if _may_know(rights, event, pipeline)}
        if known:
            self.send(_message(list(known.values()), cursor))

    def send(self, message: str) -> None:
        """Put a message into the queue, from any thread."""
        with suppress(RuntimeError):  # the loop has ended, and the stream with it
            self.loop.call_soon_threadsafe(self._put, message)

    def _put(self, message: str) -> None:
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            message = message and RELOAD
        self.queue.put_nowait(message)


@dataclass(eq=False)
class _Reading:
    """One run of the reading thread.

    Attributes:
        begun: Set once nothing that is committed from then on can be missed.
        stopped: Set to end the thread.
    """

    begun: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)


class Hub:
    """The listeners of this process and the thread that reads for them."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()
        self._reading: _Reading | None = None

    def join(self, listener: Listener) -> None:
        """Tell a listener of everything from now on; reading starts with the first one.

        Waits for the first look at the feed, so never called on an event loop.
        """
        with self._lock:
            self._listeners.add(listener)
            if self._reading is None:
                self._reading = _Reading()
                threading.Thread(
                    target=self._read, args=(self._reading,), name="live", daemon=True
                ).start()
            reading = self._reading
        reading.begun.wait(LONGEST_START_SECONDS)

    def leave(self, listener: Listener) -> None:
        """Stop telling a listener; reading stops with the last one."""
        with self._lock:
            self._listeners.discard(listener)
            if not self._listeners and self._reading is not None:
                self._reading.stopped.set()
                self._reading = None

    def _read(self, reading: _Reading) -> None:
        reader = FeedReader()
        while True:
            try:
                if events := reader.poll():
                    self._hand_out(events, reader.cursor)
                self._ring()
            except Error:
                # The database is away for a moment; the reader goes on where it was.
                logger.warning("live: the change feed could not be read", exc_info=True)
            finally:
                # Not kept between polls: a pooled connection serves requests meanwhile.
                connection.close()
            reading.begun.set()
            if reading.stopped.wait(POLL_SECONDS):
                return

    def _hand_out(self, events: Sequence[ChangeEvent], cursor: int | None) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener.tell(events, cursor)

    def _ring(self) -> None:
        """Tell everybody the number at the bell (one query)."""
        with self._lock:
            listeners = list(self._listeners)
        unread = unread_of({listener.user_id for listener in listeners})
        for listener in listeners:
            listener.ring(unread.get(listener.user_id, 0))


hub = Hub()


def _message(events: Sequence[ChangeEvent], cursor: int | None) -> str:
    if len(events) > MOST_CHANGES:
        return f"id: {cursor}\n{RELOAD}"
    changes = [
        {
            "id": event.item_id,
            "version": event.body.get("version", 0),
            "kind": event.kind,
            "by": event.body.get("by", ActorKind.SYSTEM),
        }
        for event in events
    ]
    return f"id: {cursor}\nevent: changes\ndata: {json.dumps(changes)}\n\n"


def _may_know(rights: Access, event: ChangeEvent, pipeline: PipelineSchema) -> bool:
    """Return whether the reader may view the record, or might before this change."""
    return any(rights.may(Action.VIEW, state, pipeline) for state in _states_in(event, pipeline))


def _states_in(event: ChangeEvent, pipeline: PipelineSchema) -> list[_State]:
    """Return how the record stood in the pipeline before and after the change."""
    body: dict[str, Any] = event.body
    was: dict[str, Any] = body.get("was", {})
    states = []
    if event.pipeline_id == pipeline.pk:
        states.append(_State(event.item_id, body["stage"], body["responsible"], body["opened"]))
    came_from_here = was.get("pipeline") == pipeline.code
    if came_from_here or (states and was and "pipeline" not in was):
        states.append(
            _State(
                event.item_id,
                was.get("stage", body["stage"]),
                was.get("responsible", body["responsible"]),
                bool(was.get("opened", body["opened"])),
            )
        )
    return states
