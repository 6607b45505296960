"""The triggers that are switched on, kept in memory until the stamp differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from accounts import access
from accounts.actor import Actor
from automation.activities.params import parse_params
from automation.engine.conditions import Condition, compile_condition
from automation.engine.expressions import LanguageRefused
from automation.exceptions import ParamsRefused
from automation.models import Trigger
from automation.triggers.base import EventKind, Heard, TriggerKind
from automation.triggers.registry import trigger_kind


@dataclass(frozen=True)
class Armed:
    """A trigger that may fire, read once.

    Attributes:
        trigger: The row, with stage, pipeline and type.
        kind: What it waits for.
        params: The kind's parameters.
        condition: None where it has none.
    """

    trigger: Trigger
    kind: TriggerKind[Any]
    params: Any
    condition: Condition | None

    @property
    def type_code(self) -> str:
        """The type whose records it moves."""
        return self.trigger.pipeline.type.code

    def concerns(self, heard: Heard) -> bool:
        """Return whether it has to look at an event; reads nothing."""
        if self.kind.is_own and heard.type_code != self.type_code:
            return False
        return self.kind.concerns(self.params, heard)


def armed_for(actor: Actor, kind: EventKind) -> Sequence[Armed]:
    """Return the triggers that listen to a kind of event (no query when nothing changed)."""
    return _armed(access.of(actor).schema_stamp).get(kind, ())


def armed(trigger: Trigger) -> Armed | None:
    """Return a trigger as it can be asked; None where its parameters or kind are none."""
    kind = trigger_kind(trigger.kind)
    if kind is None:
        return None
    try:
        params = parse_params(kind.params, trigger.params)
        condition = compile_condition(trigger.condition) if trigger.condition else None
    except (ParamsRefused, LanguageRefused):
        return None
    return Armed(trigger, kind, params, condition)


@lru_cache(maxsize=2)
def _armed(stamp: str) -> Mapping[EventKind, Sequence[Armed]]:  # noqa: ARG001  # the key
    """Read the triggers (one query)."""
    found: dict[EventKind, list[Armed]] = {}
    rows = Trigger.objects.filter(is_active=True, stage__retired_at=None)
    for trigger in rows.select_related("stage", "pipeline__type"):
        each = armed(trigger)
        if each is not None:
            found.setdefault(each.kind.listens, []).append(each)
    return found
