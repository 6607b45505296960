"""Telling that something went wrong which no run tells of; `automation.subscribers` listens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from automation.models import Run


@dataclass(frozen=True)
class RunsStopped:
    """Runs were written as failed: they would have gone round in circles."""

    runs: Sequence[Run]


@dataclass(frozen=True)
class PlanFailed:
    """The robots of a stage could not be planned for a record (`StagePlan`)."""

    plan_id: int
    error: str


@dataclass(frozen=True)
class EventGivenUp:
    """Something that happened could not be shown to triggers (`TriggerEvent`)."""

    event_id: int
    error: str


@dataclass(frozen=True)
class TimeFailed:
    """A schedule could not do what its time asked for (`ScheduleOccurrence`)."""

    occurrence_id: int


Alarm = RunsStopped | PlanFailed | EventGivenUp | TimeFailed
_listeners: dict[type[Any], list[Callable[[Any], None]]] = {}


def on_alarm(kind: type[Any], listener: Callable[[Any], None]) -> None:
    """Call `listener` with every alarm of a kind; called once when the app is ready."""
    _listeners.setdefault(kind, []).append(listener)


def alarm(what: Alarm) -> None:
    """Tell whoever listens, in the transaction at work."""
    for listener in _listeners.get(type(what), ()):
        listener(what)
