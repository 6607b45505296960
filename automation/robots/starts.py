"""Starting the runs of robots, and what happens when they end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.actor import Actor
from automation.choices import DecisionKind, RunStatus
from automation.events import RobotFailed
from automation.models import Decision
from automation.robots.entries import Entry
from automation.robots.facts import Desk
from automation.runtime.causation import Cause
from automation.runtime.nudges import nudge
from automation.runtime.programs import published
from automation.runtime.starting import Start, start_all
from automation.runtime.store_rows import Written
from smart_processes.events import publish
from smart_processes.models import Item

# Codes of the programs of robots begin so; nobody sees them.
PROGRAM_PREFIX = "robot-"


def start_fired(decided: Sequence[tuple[Decision, Entry]], desk: Desk) -> None:
    """Start a run for each decision (unsaved) whose robot acts now."""
    fired = [pair for pair in decided if pair[0].kind == DecisionKind.FIRED]
    runs = start_all([_wish(decision, entry) for decision, entry in fired], desk.now)
    for (decision, _entry), run in zip(fired, runs, strict=True):
        decision.run = run
        if run.status == RunStatus.FAILED:  # it would have gone round in circles
            decision.reason = run.error
            tell_failed(decision, run.error)


def _wish(decision: Decision, entry: Entry) -> Start:
    cause = Cause(decision.caused_by_id, tuple(decision.chain)) if decision.chain else None
    return Start(
        program=published(entry.version),
        item_id=decision.item_id,
        parameters={},
        actor=decision.actor,
        runs_as_id=entry.runs_as,
        cause=cause,
    )


def runs_ended(written: Sequence[Written], now: datetime) -> None:
    """Let robots go on that waited for these runs; tell whose robot failed."""
    ours = {
        each.run.id: each
        for each in written
        if published(each.run.version_id).code.startswith(PROGRAM_PREFIX)
    }
    if not ours:
        return
    found = list(Decision.objects.filter(run_id__in=ours))
    for decision in found:
        ended = ours[decision.run_id or 0]
        if ended.status == RunStatus.FAILED:
            tell_failed(decision, ended.error)
    followers = Decision.objects.filter(
        after_id__in=[each.pk for each in found], kind=DecisionKind.WAITING
    )
    if followers.update(due_at=now):
        nudge()


def tell_failed(decision: Decision, error: str) -> None:
    """Tell that a robot failed for a record."""
    type_code = Item._base_manager.values_list("type__code", flat=True).get(pk=decision.item_id)
    publish(
        RobotFailed(
            type_code=type_code,
            item_id=decision.item_id,
            actor=Actor.robot(decision.rule_name),
            robot_id=decision.robot_id,
            run_id=decision.run_id or 0,
            error=error,
        )
    )
