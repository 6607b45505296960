"""Deciding whether one robot acts on one record now, later, or not at all.

Asked when the record enters the stage and whenever something it waited for may have come.
Always in this order: is the robot still there, is the record still in the stage, has its
moment come, has the one before it ended, does its condition hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from automation.calendars.working_time import NoWorkingTime
from automation.choices import DecisionKind, IfEmpty, OnLeave, RunStatus
from automation.engine.conditions import Verdict, compile_condition, evaluate
from automation.engine.expressions import LanguageRefused
from automation.engine.plain_values import plain
from automation.engine.scope import UnknownReference
from automation.models import Decision
from automation.robots.entries import Entry
from automation.robots.facts import Facts
from automation.robots.moments import moment_of

_ENDED = (RunStatus.COMPLETED, RunStatus.CANCELLED)


def decide(
    decision: Decision,
    entry: Entry,
    facts: Facts,
    *,
    previous: Decision | None,
    is_active: bool,
) -> None:
    """Write on the decision (unsaved) what becomes of the robot; `FIRED` asks for a run.

    Args:
        decision: A waiting one.
        entry: The robot as it was when the record entered.
        facts: The record now.
        previous: What became of the robot that it waits for.
        is_active: Whether the robot is there and switched on now.
    """
    now = facts.desk.now
    if why := _ended(entry, facts, is_active=is_active):
        settle(decision, DecisionKind.CANCELLED, why, now)
        return
    try:
        due = moment_of(
            entry.when,
            _began(decision, facts),
            date=facts.date(entry),
            responsible_id=facts.item.responsible_id,
            calendar=facts.desk.calendar,
        )
    except (LanguageRefused, UnknownReference, NoWorkingTime) as trouble:
        settle(decision, DecisionKind.SKIPPED, _no_moment(trouble, entry), now)
        return
    if due is None:
        _without_date(decision, entry, facts)
    elif due > now:
        wait(decision, "", due)
    elif previous is not None and (why := _unfinished(previous)):
        wait(decision, why, None)
    else:
        _judge(decision, entry, facts)


def decide_at_once(decision: Decision, entry: Entry, facts: Facts, *, is_active: bool) -> None:
    """Write on the decision what becomes of the robot when nothing more is waited for.

    What else it depends on holds as ever: the robot is switched on, the record may have left,
    the condition is judged.
    """
    if why := _ended(entry, facts, is_active=is_active):
        settle(decision, DecisionKind.CANCELLED, why, facts.desk.now)
        return
    _judge(decision, entry, facts)


def settle(
    decision: Decision,
    kind: DecisionKind,
    reason: str,
    now: datetime,
    rows: Sequence[dict[str, Any]] = (),
) -> None:
    """Write the end of a decision on it."""
    decision.kind = kind
    decision.reason = reason[:500]
    decision.rows = list(rows)
    decision.at = now
    decision.due_at = None


def wait(decision: Decision, reason: str, due_at: datetime | None) -> None:
    """Write on a decision what it waits for."""
    decision.kind = DecisionKind.WAITING
    decision.reason = reason[:500]
    decision.due_at = due_at


def why_cancelled(entry: Entry, facts: Facts) -> str:
    """Return why a robot that waits is cancelled now that its record left; empty: it is not."""
    stage = facts.stage_name
    if entry.on_leave == OnLeave.CANCEL:
        return _("The record left for “%(stage)s” before.") % {"stage": stage}
    if entry.on_leave == OnLeave.UNLESS_LOST and facts.is_lost:
        return _("The record was lost: it went to “%(stage)s”.") % {"stage": stage}
    return ""


def _began(decision: Decision, facts: Facts) -> datetime:
    """Return from when a robot's delay counts."""
    if decision.trigger_name and decision.planned_at is not None:
        return decision.planned_at
    return facts.visit.entered_at


def _ended(entry: Entry, facts: Facts, *, is_active: bool) -> str:
    if not is_active:
        return _("The robot was switched off or deleted.")
    if facts.is_deleted:
        return _("The record was deleted.")
    return why_cancelled(entry, facts) if facts.has_left else ""


def _no_moment(trouble: Exception, entry: Entry) -> str:
    if isinstance(trouble, NoWorkingTime):
        return _("The calendar has no working time.")
    if isinstance(trouble, UnknownReference):
        return _("There is no field “%(code)s” any more.") % {"code": entry.when.date_field}
    return str(trouble)


def _without_date(decision: Decision, entry: Entry, facts: Facts) -> None:
    label = facts.field_label(entry.when.date_field)
    if entry.when.if_empty == IfEmpty.SKIP:
        reason = _("“%(field)s” is empty.") % {"field": label}
        settle(decision, DecisionKind.SKIPPED, reason, facts.desk.now)
        return
    wait(decision, _("Waits for a date in “%(field)s”.") % {"field": label}, None)


def _unfinished(previous: Decision) -> str:
    """Return why the robot before has not ended; empty when it has."""
    names = {"name": previous.rule_name}
    if previous.kind == DecisionKind.WAITING:
        return _("Waits for “%(name)s”.") % names
    run = previous.run
    is_about_to_run = previous.kind == DecisionKind.FIRED and previous.pk is None
    if not is_about_to_run and (run is None or run.status in _ENDED):
        return ""  # also one that did not run, or whose run is forgotten
    if run is not None and run.status == RunStatus.FAILED:
        return _("Waits for “%(name)s”, which failed: repeat or cancel its run.") % names
    return _("Waits for the end of “%(name)s”.") % names


def _judge(decision: Decision, entry: Entry, facts: Facts) -> None:
    """Judge the condition, with every row's truth."""
    fired = ""
    if decision.trigger_name:
        fired = _("Started by the trigger “%(name)s”.") % {"name": decision.trigger_name}
    if not entry.condition:
        settle(decision, DecisionKind.FIRED, fired, facts.desk.now)
        return
    around = facts.desk.around(facts.item.pk, entry.runs_as, decision.actor_user_id)
    condition = compile_condition(list(entry.condition))
    if any(each.source.startswith("Global") for each in condition.references()):
        around.read_globals()
    verdict = evaluate(condition, around)
    kind = DecisionKind.FIRED if verdict.truth else DecisionKind.SKIPPED
    reason = fired if verdict.truth else _("The condition does not hold.")
    settle(decision, kind, reason, facts.desk.now, judged_rows(verdict))


def judged_rows(verdict: Verdict) -> list[dict[str, Any]]:
    """Return what became of each row, as decisions keep it."""
    return [
        {
            "text": row.text,
            "truth": row.truth,
            "left": plain(row.left),
            "right": plain(row.right),
            "problem": row.problem.message if row.problem else None,
        }
        for row in verdict.rows
    ]
