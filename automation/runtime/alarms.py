"""Telling that something went wrong which no run tells of; `automation.subscribers` listens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.exceptions import AccountsRefusal
from automation.exceptions import AutomationRefusal
from automation.models import Run
from smart_processes.exceptions import RecordRefusal


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


def words_of(defect: Exception) -> str:
    """Return what people are told of an exception: a refusal speaks for itself."""
    if isinstance(defect, AutomationRefusal | RecordRefusal | AccountsRefusal):
        return defect.message[:400]
    return _("A fault in the product: %(fault)s") % {"fault": repr(defect)[:300]}


Alarm = RunsStopped | PlanFailed | EventGivenUp | TimeFailed
_listeners: dict[type[Any], list[Callable[[Any], None]]] = {}


def on_alarm(kind: type[Any], listener: Callable[[Any], None]) -> None:
    """Call `listener` with every alarm of a kind; called once when the app is ready."""
    _listeners.setdefault(kind, []).append(listener)


def alarm(what: Alarm) -> None:
    """Tell whoever listens, in the transaction at work."""
    for listener in _listeners.get(type(what), ()):
        listener(what)
