"""Making a trial run: the same code path as a real one, every effect rolled back.

What leaves our database goes through the outbox or after the commit, so none of it leaves.
The one trace is a sequence that counted on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.choices import DecisionKind, RuleKind
from automation.exceptions import TrialRefused
from automation.models import Decision, Robot, Run, StagePlan, Trigger, TriggerEvent
from automation.robots.deciding import decide, wait
from automation.robots.entries import Entry
from automation.robots.facts import Desk, Facts
from automation.robots.starts import start_fired
from automation.runtime import clock
from automation.runtime.programs import Published
from automation.runtime.starting import Start, start
from automation.runtime.store import be_brief
from automation.trials.driving import Drive
from automation.trials.report import Report, report_of, report_of_trigger
from automation.trials.scenario import Scenario
from automation.triggering.armed import armed
from automation.triggering.judging import judge_record
from automation.triggers.base import Answer, Heard, TriggerKind
from smart_processes.models import Item, StageVisit

# A robot that waits for one moment after another does not come to an end.
MOST_MOMENTS = 20


def try_program(
    version: Published, item: Item | None, scenario: Scenario, *, actor: Actor
) -> Report:
    """Return what a program would do.

    Raises:
        ParametersRefused: one is missing or unknown.
        TrialRefused: somebody holds the record just now.
    """

    def work(began_at: datetime) -> Report:
        wish = Start(
            program=version,
            item_id=item.pk if item else None,
            parameters=scenario.parameters,
            actor=actor,
        )
        drive = _driven(start(wish, began_at), scenario, began_at)
        return report_of(began_at, drive.now, decision=None, drive=drive)

    return _undone(work, scenario)


def try_robot(robot: Robot, item: Item, scenario: Scenario, *, actor: Actor) -> Report:
    """Return what a robot would do if the record entered its stage; stands it there, since when it did.

    Raises:
        TrialRefused: somebody holds the record just now.
    """

    def work(began_at: datetime) -> Report:
        visit = StageVisit.objects.filter(item=item, stage_id=robot.stage_id, left_at=None).first()
        visit = visit or StageVisit(item=item, stage_id=robot.stage_id, entered_at=began_at)
        decision = _planned(robot, item, actor, began_at)
        now = _decided(decision, Entry.of(robot), item, visit, began_at)
        if decision.run is None:
            return report_of(began_at, now, decision=decision, drive=None)
        drive = _driven(decision.run, scenario, now)
        return report_of(began_at, drive.now, decision=decision, drive=drive)

    return _undone(work, scenario)


def try_trigger(trigger: Trigger, item: Item, scenario: Scenario, *, actor: Actor) -> Report:
    """Return what a trigger would do if what it waits for happened to the record.

    Raises:
        TrialRefused: it cannot be read, or somebody holds the record just now.
    """
    listening = armed(trigger)
    if listening is None:
        sentence = _("“%(name)s” cannot be tried: what it waits for is not complete.")
        raise TrialRefused(sentence % {"name": trigger.name})
    supposed = replace(listening, kind=_Happened())

    def work(began_at: datetime) -> Report:
        heard = Heard(
            kind=listening.kind.listens,
            type_code=listening.type_code,
            item_id=item.pk,
            payload={},
            at=began_at,
        )
        event = TriggerEvent(
            actor_kind=actor.kind, actor_user_id=actor.user_id, actor_label=actor.label
        )
        earlier = list(StagePlan.objects.filter(item=item).values_list("pk", flat=True))
        stage_before = Item._base_manager.values_list("stage", flat=True).get(pk=item.pk)
        decisions = judge_record(item.pk, [supposed], heard, event, Desk(began_at))
        plans = StagePlan.objects.filter(item=item).exclude(pk__in=earlier)
        return report_of_trigger(began_at, (*decisions, None)[0], item, stage_before, plans)

    return _undone(work, scenario)


class _Happened(TriggerKind[Any]):
    """What a trigger waits for, happened; what came along with it is not known."""

    def judge(self, params: Any, item: Item, heard: Heard, actor: Actor) -> Answer:
        return Answer(is_met=True)


def _undone(work: Callable[[datetime], Report], scenario: Scenario) -> Report:
    """Do it and roll everything back."""
    try:
        with transaction.atomic():
            be_brief()
            began_at = scenario.at or clock.now()
            with clock.moved(began_at):
                report = work(began_at)
            transaction.set_rollback(True)
    except (OperationalError, InterfaceError) as busy:
        sentence = _("Somebody else is working on this record just now. Try again in a moment.")
        raise TrialRefused(sentence) from busy
    return report


def _driven(run: Run, scenario: Scenario, now: datetime) -> Drive:
    drive = Drive(run, scenario, now)
    drive.go()
    return drive


def _planned(robot: Robot, item: Item, actor: Actor, now: datetime) -> Decision:
    return Decision(
        item_id=item.pk,
        rule_kind=RuleKind.ROBOT,
        rule_name=robot.name,
        kind=DecisionKind.WAITING,
        at=now,
        date_field=robot.date_field,
        actor_kind=actor.kind,
        actor_user_id=actor.user_id,
        actor_label=actor.label,
    )


def _decided(
    decision: Decision, entry: Entry, item: Item, visit: StageVisit, now: datetime
) -> datetime:
    """Decide at each moment that the robot waits for; return the last one."""
    for _moment in range(MOST_MOMENTS):
        desk = Desk(now)
        decide(decision, entry, Facts(desk, item, visit), previous=None, is_active=True)
        if decision.kind != DecisionKind.WAITING or decision.due_at is None:
            start_fired([(decision, entry)], desk)
            return now
        now = max(now, decision.due_at)
    wait(decision, _("It waits for one moment after another."), None)
    return now
