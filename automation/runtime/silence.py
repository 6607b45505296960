"""Steps that wait for people: what they are told when nobody answers in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from automation.engine.nodes import WaitKind
from automation.engine.turn import Event
from automation.runtime.store_rows import LoadedRun

# Returns what a step (run, step id) is told when its time limit comes; None: only that.
Speaker = Callable[[int, str, datetime], Mapping[str, Any] | None]
_speakers: list[Speaker] = []


def on_silence(speaker: Speaker) -> None:
    """Ask `speaker` when the time limit of a step comes; called once when the app is ready."""
    _speakers.append(speaker)


def with_answers(run: LoadedRun, events: Sequence[Event], now: datetime) -> list[Event]:
    """Return the events of a locked run, those of silent people with an answer."""
    return [_answered(run, event, now) if event.payload is None else event for event in events]


def _answered(run: LoadedRun, event: Event, now: datetime) -> Event:
    wait = run.snapshot["waits"].get(str(event.wait))
    if wait is None or wait["k"] != WaitKind.TASK:
        return event
    for speak in _speakers:
        payload = speak(run.id, wait["s"], now)
        if payload is not None:
            return Event(event.wait, payload)
    return event
