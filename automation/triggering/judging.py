"""Which of the triggers that listen fires for a record, and why the others do not.

All are judged as the record was found; then the earliest stage among those that would move
it wins. Every trigger leaves a decision with its reason and each row of its condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.exceptions import AccountsRefusal
from automation.choices import DecisionKind, RuleKind
from automation.engine.conditions import evaluate
from automation.exceptions import AutomationRefusal
from automation.models import Decision, TriggerEvent
from automation.robots.arming import plan_triggered
from automation.robots.deciding import judged_rows
from automation.robots.facts import Desk
from automation.runtime import causation
from automation.runtime.causation import LONGEST_CHAIN, Cause
from automation.triggering.armed import Armed
from automation.triggers.base import Heard
from smart_processes.actions.stages import lock, move_to_stage
from smart_processes.choices import StageSemantics
from smart_processes.exceptions import RecordMissing, RecordRefusal
from smart_processes.models import Item
from smart_processes.schema import PipelineSchema
from smart_processes.selectors.records import concrete

REFUSALS = (AutomationRefusal, RecordRefusal, AccountsRefusal)


@dataclass
class Judged:
    """What one trigger says about a record; `reason` is empty while nothing speaks against."""

    armed: Armed
    reason: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)
    is_fired: bool = False


@transaction.atomic
def judge_record(
    item_id: int, listening: Sequence[Armed], heard: Heard, row: TriggerEvent, desk: Desk
) -> list[Decision]:
    """Judge the triggers of the pipeline a record stands in, and let the winner move it.

    Args:
        item_id: The record; its row is locked.
        listening: Triggers that the event concerns.
        heard: What happened.
        row: The event as it is stored: who caused it.
        desk: The clock, the configuration.

    Returns:
        The decisions, saved; none when the record is gone.
    """
    try:
        item = lock(item_id)
    except RecordMissing:
        return []
    pipeline = desk.schema.pipelines[item.pipeline_id]
    item = concrete(item, desk.schema.of(item))
    order = {stage.code: place for place, stage in enumerate(pipeline.stages)}
    ours = [each for each in listening if each.trigger.pipeline_id == item.pipeline_id]
    ours.sort(key=lambda each: (order[each.trigger.stage.code], each.trigger.position))
    judged = [Judged(each) for each in ours]
    for each in judged:
        _judge(each, item, pipeline, heard, row, desk)
    _fire(judged, item, heard, row)
    decisions = [_decision(each, item_id, row, desk) for each in judged]
    Decision.objects.bulk_create(decisions)
    return decisions


def actor_of(armed: Armed) -> Actor:
    """Return who moves records for a trigger."""
    return Actor.robot(armed.trigger.name[:100], runs_as=armed.trigger.runs_as_id)


def _judge(
    judged: Judged,
    item: Item,
    pipeline: PipelineSchema,
    heard: Heard,
    row: TriggerEvent,
    desk: Desk,
) -> None:
    """Write on it why the trigger does not fire, if it does not."""
    armed = judged.armed
    try:
        answer = armed.kind.judge(armed.params, item, heard, desk.actor())
    except REFUSALS as refusal:
        judged.reason = refusal.message
        return
    holds = _condition_holds(judged, item, heard, row, desk)
    if not answer.is_met:
        judged.reason = answer.reason
    elif armed.trigger.is_moving and (why := _wrong_way(armed, item, pipeline)):
        judged.reason = why
    elif causation.is_cycle(chain := _chain(armed, item, row)):
        judged.reason = _("Stopped before its third turn: this would go round in circles.")
    elif len(chain) > LONGEST_CHAIN:
        judged.reason = _("Stopped: too many rules caused one another in a row.")
    elif not holds:
        judged.reason = _("The condition does not hold.")
    judged.is_fired = not judged.reason


def _wrong_way(armed: Armed, item: Item, pipeline: PipelineSchema) -> str:
    """Return why the record may not go to the trigger's stage; empty when it may."""
    here, there = pipeline.stage(item.stage), armed.trigger.stage
    if item.stage == there.code:
        return _("The record stands in the stage already.")
    if armed.trigger.may_move_back:
        return ""
    codes = [stage.code for stage in pipeline.stages]
    is_over = here is not None and here.semantics != StageSemantics.IN_PROGRESS
    if is_over or (item.stage in codes and codes.index(there.code) < codes.index(item.stage)):
        names = {"stage": here.name if here else item.stage}
        return _("It would move back: the record stands in “%(stage)s”.") % names
    return ""


def _condition_holds(
    judged: Judged, item: Item, heard: Heard, row: TriggerEvent, desk: Desk
) -> bool:
    condition = judged.armed.condition
    if condition is None:
        return True
    around = desk.around(item.pk, judged.armed.trigger.runs_as_id, row.actor_user_id)
    if any(each.source.startswith("Global") for each in condition.references()):
        around.read_globals()
    verdict = evaluate(condition, Changed(around, heard.payload.get("changes") or {}))
    judged.rows = judged_rows(verdict)
    return verdict.truth


class Changed:
    """A scope that also knows what changed: the operator `changed` asks it."""

    def __init__(self, around: Any, changes: Any) -> None:
        """Args: the record's surroundings; field code -> [old, new]."""
        self._around = around
        self._changes = changes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._around, name)

    def change_of(self, _source: str, path: tuple[str, ...]) -> tuple[Any, Any] | None:
        """Return a field's old and new value; None where it did not change."""
        change = self._changes.get(path[0]) or self._changes.get(path[0].lower())
        return (change[0], change[1]) if change else None


def _fire(judged: Sequence[Judged], item: Item, heard: Heard, row: TriggerEvent) -> None:
    winner: Judged | None = None
    for each in judged:
        if not each.is_fired:
            continue
        if winner is not None and each.armed.trigger.is_moving:
            each.is_fired = False
            each.reason = _("“%(name)s” moved it to an earlier stage.") % {
                "name": winner.armed.trigger.name
            }
            continue
        try:
            with transaction.atomic():
                each.reason = _act(each.armed, item, heard, row)
        except REFUSALS as refusal:
            each.is_fired, each.reason = False, refusal.message
            continue
        if each.armed.trigger.is_moving:
            winner = each


def _act(armed: Armed, item: Item, heard: Heard, row: TriggerEvent) -> str:
    """Do what a trigger does; return what that was.

    Raises:
        RecordRefusal, AccountsRefusal, AutomationRefusal: the record stays where it is.
    """
    cause = Cause(row.caused_by_id, _chain(armed, item, row))
    actor = actor_of(armed)
    with causation.caused_by(cause):
        armed.kind.prepare(armed.params, item, heard, actor)
        stage = armed.trigger.stage
        if armed.trigger.is_moving:
            move_to_stage(item, stage.code, actor=actor)
            return _("Moved it to “%(stage)s”.") % {"stage": stage.name}
        count = plan_triggered(item, stage, armed.trigger.name, row.actor)
    return _("Planned robots of “%(stage)s”: %(count)d.") % {"stage": stage.name, "count": count}


def _chain(armed: Armed, item: Item, row: TriggerEvent) -> tuple[str, ...]:
    code = f"trigger-{armed.trigger.pipeline_id}-{armed.trigger.code}"
    return (*row.chain, causation.link(code, item.pk))


def _decision(judged: Judged, item_id: int, row: TriggerEvent, desk: Desk) -> Decision:
    return Decision(
        item_id=item_id,
        rule_kind=RuleKind.TRIGGER,
        rule_name=judged.armed.trigger.name,
        trigger_id=judged.armed.trigger.pk,
        kind=DecisionKind.FIRED if judged.is_fired else DecisionKind.SKIPPED,
        reason=judged.reason[:500],
        rows=judged.rows,
        at=desk.now,
        caused_by_id=row.caused_by_id,
        chain=row.chain,
        actor_kind=row.actor_kind,
        actor_user_id=row.actor_user_id,
        actor_label=row.actor_label,
    )
