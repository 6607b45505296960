"""What the worker could not work out, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.models import ScheduleOccurrence, StagePlan, TriggerEvent
from automation.selectors.troubles import Troubles
from crm.web.runs import record_address
from smart_processes.models import Item


@dataclass(frozen=True)
class TroubleView:
    """Something that was not worked out, as it is drawn.

    Attributes:
        title: What it was.
        error: Why it was not worked out.
        advice: What to do.
        kind: Part of the addresses of its buttons; empty: there is nothing to press.
    """

    title: str
    error: str
    advice: str
    at: datetime | None
    item: Item | None = None
    record_url: str = ""
    kind: str = ""
    pk: int = 0


def trouble_views(actor: Actor, found: Troubles) -> list[TroubleView]:
    """Return what was not worked out in words; no query."""
    return [
        *(_of_plan(actor, each) for each in found.plans),
        *(_of_event(actor, each) for each in found.events),
        *(_of_time(each) for each in found.times),
    ]


def _of_plan(actor: Actor, plan: StagePlan) -> TroubleView:
    stage = {"stage": plan.visit.stage.name}
    return TroubleView(
        title=_("Robots of “%(stage)s” were not planned") % stage,
        error=plan.error,
        advice=_("Mend the robots of the stage, then try again: they run as if it entered now."),
        at=plan.visit.entered_at,
        item=plan.item,
        record_url=record_address(actor, plan.item),
        kind="plan",
        pk=plan.pk,
    )


def _of_event(actor: Actor, event: TriggerEvent) -> TroubleView:
    title = _("Triggers did not look at what happened")
    if event.trigger is not None:
        title = _("The trigger “%(name)s” did not look") % {"name": event.trigger.name}
    return TroubleView(
        title=title,
        error=event.error,
        advice=_("Mend the trigger, then try again: it is shown what happened then."),
        at=event.at,
        item=event.item,
        record_url=record_address(actor, event.item),
        kind="event",
        pk=event.pk,
    )


def _of_time(occurrence: ScheduleOccurrence) -> TroubleView:
    return TroubleView(
        title=_("The schedule “%(name)s” failed") % {"name": occurrence.schedule.name},
        error=occurrence.reason,
        advice=_("Mend the schedule: its next time runs by itself."),
        at=occurrence.planned_at,
    )
