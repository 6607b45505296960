"""Setting right what the worker could not work out: once more, or not at all."""

from __future__ import annotations

from django.db import transaction

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from automation.actions.robots import may_automate
from automation.models import StagePlan, TriggerEvent
from automation.runtime import clock
from automation.runtime.nudges import nudge
from smart_processes.models import Item
from smart_processes.schema import schema_for


@transaction.atomic
def retry_plan(plan: StagePlan, *, actor: Actor) -> None:
    """Let the worker plan the robots of a move once more.

    Raises:
        PermissionRefused: the actor may not automate the record.
    """
    _require(actor, plan.item)
    StagePlan.objects.filter(pk=plan.pk).exclude(error="").update(error="", due_at=None)
    nudge()


@transaction.atomic
def leave_plan(plan: StagePlan, *, actor: Actor) -> None:
    """Let the robots of a move be: they will not run for it.

    Raises:
        PermissionRefused: the actor may not automate the record.
    """
    _require(actor, plan.item)
    StagePlan.objects.filter(pk=plan.pk).exclude(error="").delete()


@transaction.atomic
def retry_event(event: TriggerEvent, *, actor: Actor) -> None:
    """Let the worker show an event to the triggers once more.

    Raises:
        PermissionRefused: the actor may not automate the record, or the trigger's pipeline.
    """
    _require_for(actor, event)
    given_up = TriggerEvent.objects.filter(pk=event.pk, due_at=None).exclude(error="")
    given_up.update(error="", due_at=clock.now(), attempt_count=0)
    nudge()


@transaction.atomic
def leave_event(event: TriggerEvent, *, actor: Actor) -> None:
    """Let an event be: no trigger answers it. Its key stays known, so it is not told again.

    Raises:
        PermissionRefused: the actor may not automate the record, or the trigger's pipeline.
    """
    _require_for(actor, event)
    given_up = TriggerEvent.objects.filter(pk=event.pk, due_at=None).exclude(error="")
    given_up.update(error="")


def _require_for(actor: Actor, event: TriggerEvent) -> None:
    if event.item is not None:
        _require(actor, event.item)
        return
    rights = access.of(actor)
    pipelines = schema_for(actor).pipelines
    pipeline = pipelines[event.trigger.pipeline_id] if event.trigger else None
    if rights.is_unlimited or (pipeline is not None and may_automate(rights, pipeline)):
        return
    raise PermissionRefused(Action.AUTOMATE, str(event.trigger or event.kind))


def _require(actor: Actor, item: Item) -> None:
    pipeline = schema_for(actor).pipelines[item.pipeline_id]
    access.require(access.of(actor), Action.AUTOMATE, item, pipeline)
