"""Running the robots of a stage for a record that stays where it is."""

from __future__ import annotations

from django.utils.translation import gettext as _

from automation.choices import DecisionKind, RuleKind
from automation.engine.conditions import compile_condition, evaluate
from automation.models import Decision, Robot, Trigger, TriggerEvent
from automation.robots.deciding import judged_rows
from automation.robots.entries import Entry
from automation.robots.facts import Desk
from automation.robots.starts import start_fired
from automation.runtime.causation import Cause
from smart_processes.models import Item


def run_robots(item: Item, trigger: Trigger, row: TriggerEvent, cause: Cause, desk: Desk) -> int:
    """Start the robots of a trigger's stage, at once whatever their delay; return how many."""
    decided = []
    robots = Robot.objects.filter(stage_id=trigger.stage_id, is_active=True)
    for robot in robots.select_related("program").order_by("position", "pk"):
        entry = Entry.of(robot)
        decision = Decision(
            item_id=item.pk,
            rule_kind=RuleKind.ROBOT,
            rule_name=robot.name,
            robot_id=robot.pk,
            reason=_("Started by the trigger “%(name)s”.") % {"name": trigger.name[:200]},
            kind=DecisionKind.FIRED,
            at=desk.now,
            caused_by_id=cause.run_id,
            chain=list(cause.chain),
            actor_kind=row.actor_kind,
            actor_user_id=row.actor_user_id,
            actor_label=row.actor_label,
        )
        _judge(decision, entry, desk)
        decided.append((decision, entry))
    start_fired(decided, desk)
    Decision.objects.bulk_create([decision for decision, _entry in decided])
    return sum(decision.kind == DecisionKind.FIRED for decision, _entry in decided)


def _judge(decision: Decision, entry: Entry, desk: Desk) -> None:
    if not entry.condition:
        return
    around = desk.around(decision.item_id, entry.runs_as, decision.actor_user_id)
    around.read_globals()
    verdict = evaluate(compile_condition(list(entry.condition)), around)
    decision.rows = judged_rows(verdict)
    if not verdict.truth:
        decision.kind = DecisionKind.SKIPPED
        decision.reason = _("The condition does not hold.")
