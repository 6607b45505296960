"""Making decisions and runs of what moves planned; the worker's part of robots.

`make_due` is what the executor calls before it claims runs. Everything that a plan leads to
commits with the deletion of its row, so a worker that dies repeats nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from automation.choices import DecisionKind, RuleKind, RunStatus
from automation.models import Decision, Robot, StagePlan
from automation.robots.deciding import decide, settle, why_cancelled
from automation.robots.entries import Entry
from automation.robots.facts import Desk, Facts
from automation.robots.starts import start_fired, tell_failed
from automation.runtime.alarms import PlanFailed, alarm, words_of

BATCH = 20  # plans in one transaction
# Columns that change while a decision waits and when it ends.
CHANGING = ("kind", "reason", "rows", "at", "due_at", "run")

logger = structlog.get_logger(__name__)


def make_due(now: datetime, *, is_bulk: bool = False) -> int:
    """Work out plans and waiting decisions of one lane that are due; return how many."""
    plans, decisions = _plan_ids(now, is_bulk=is_bulk), _decision_ids(now, is_bulk=is_bulk)
    return _in_batches(plans, _fan_out, _set_aside_plan, now) + _in_batches(
        decisions, _look_again, _set_aside_decision, now
    )


def look_at_record(item_id: int, now: datetime, *, dates: Sequence[str] | None = None) -> None:
    """Let robots that wait for a record be looked at, after it changed.

    Args:
        item_id: The record.
        now: The moment.
        dates: Only robots that go by one of these date fields (codes); None: all.
    """
    # A plan that is being worked out may know the record as it was: wait for its decisions.
    plans = StagePlan.objects.filter(item_id=item_id).order_by("pk")
    list(plans.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    waiting = Decision.objects.filter(item_id=item_id, kind=DecisionKind.WAITING)
    if dates is not None:
        waiting = waiting.filter(date_field__in=dates)
    waiting.update(due_at=now)


def _plan_ids(now: datetime, *, is_bulk: bool) -> list[int]:
    is_due = Q(due_at=None) | Q(due_at__lte=now)
    due = StagePlan.objects.filter(is_due, error="", is_bulk=is_bulk)
    return list(due.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _decision_ids(now: datetime, *, is_bulk: bool) -> list[int]:
    due = Decision.objects.filter(kind=DecisionKind.WAITING, is_bulk=is_bulk, due_at__lte=now)
    return list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH])


def _in_batches(
    ids: Sequence[int],
    work: Callable[[Sequence[int], datetime], None],
    set_aside: Callable[[int, str, datetime], None],
    now: datetime,
) -> int:
    """Do the work together; where something is wrong, one by one, to find out with what."""
    if not ids:
        return 0
    try:
        work(ids, now)
    except Exception as failure:  # noqa: BLE001  # each is then done alone
        logger.info("robots_split", count=len(ids), reason=repr(failure)[:200])
        for one in ids:
            try:
                work([one], now)
            except (OperationalError, InterfaceError):
                raise  # the database's trouble: the sweep tries again
            except Exception as defect:
                logger.exception("robot_plan_failed", id=one)
                set_aside(one, words_of(defect), now)
    return len(ids)


@transaction.atomic
def _fan_out(ids: Sequence[int], now: datetime) -> None:
    """Turn plans into decisions, and those of robots that act now into runs."""
    locked = StagePlan.objects.select_for_update(of=("self",), skip_locked=True)
    plans = list(locked.filter(pk__in=ids).select_related("item", "visit").order_by("pk"))
    if not plans:
        return
    desk = Desk(now)
    _ask_left(plans, desk)
    made = _decided(plans, desk)
    start_fired([(each.decision, each.entry) for each in made], desk)
    Decision.objects.bulk_create(each.decision for each in made)
    followers = [each for each in made if each.decision.kind == DecisionKind.WAITING]
    for each in followers:
        each.decision.after = each.previous  # its key is known only now
        if each.previous is not None and _was_stopped(each.previous):
            each.decision.due_at = now  # looked at again, it says so
    Decision.objects.bulk_update([each.decision for each in followers], ["after", "due_at"])
    StagePlan.objects.filter(pk__in=[plan.pk for plan in plans]).delete()


@dataclass(frozen=True)
class _Made:
    """A new decision about a robot, and the one it waits for."""

    decision: Decision
    entry: Entry
    previous: Decision | None


def _was_stopped(decision: Decision) -> bool:
    """Return whether the run of a decision failed before it began."""
    return decision.run is not None and decision.run.status == RunStatus.FAILED


def _decided(plans: Sequence[StagePlan], desk: Desk) -> list[_Made]:
    """Return a decision for each robot of each plan that has none yet for that visit."""
    desk.read_lists(plan.robot_list_id for plan in plans)
    wanted = [(plan, desk.entries(plan.robot_list_id)) for plan in plans]
    active = _active(entry.id for _plan, entries in wanted for entry in entries)
    known = _known([plan.visit_id for plan in plans])
    made = []
    for plan, entries in wanted:
        facts = Facts(desk, plan.item, plan.visit)
        before: Decision | None = None
        for entry in entries:
            decision = None if plan.trigger_name else known.get((plan.visit_id, entry.id))
            is_wanted = plan.only is None or entry.id in plan.only
            if decision is None and is_wanted:
                decision = _new(plan, entry, desk.now, exists=entry.id in active)
                previous = before if entry.after_previous else None
                is_active = active.get(entry.id, False)
                decide(decision, entry, facts, previous=previous, is_active=is_active)
                if not plan.trigger_name:
                    known[plan.visit_id, entry.id] = decision
                made.append(_Made(decision, entry, previous))
            before = decision or before
    return made


def _new(plan: StagePlan, entry: Entry, now: datetime, *, exists: bool) -> Decision:
    return Decision(
        item_id=plan.item_id,
        rule_kind=RuleKind.ROBOT,
        rule_name=entry.name,
        robot_id=entry.id if exists else None,
        kind=DecisionKind.WAITING,
        at=now,
        visit_id=plan.visit_id,
        robot_list_id=plan.robot_list_id,
        planned_at=now,
        trigger_name=plan.trigger_name,
        date_field=entry.when.date_field,
        caused_by_id=plan.caused_by_id,
        chain=plan.chain,
        actor_kind=plan.actor_kind,
        actor_user_id=plan.actor_user_id,
        actor_label=plan.actor_label,
        is_bulk=plan.is_bulk,
    )


def _active(robot_ids: Iterable[int]) -> dict[int, bool]:
    """Return which robots are there, and whether they are switched on (one query)."""
    ids = set(robot_ids)
    return dict(Robot.objects.filter(pk__in=ids).values_list("pk", "is_active")) if ids else {}


def _known(visit_ids: Iterable[int]) -> dict[tuple[int, int], Decision]:
    """Return the decisions there are for visits: a robot runs once for each."""
    ids = set(visit_ids)
    found = Decision.objects.filter(visit_id__in=ids, robot__isnull=False, trigger_name="")
    return {(each.visit_id or 0, each.robot_id or 0): each for each in found.select_related("run")}


def _ask_left(plans: Sequence[StagePlan], desk: Desk) -> None:
    """Ask every robot that still waits for a record in a stage it left for its policy."""
    items = {plan.item_id: plan.item for plan in plans}
    waiting = list(
        Decision.objects.select_for_update(of=("self",))
        .filter(item_id__in=items, kind=DecisionKind.WAITING, visit__left_at__isnull=False)
        .select_related("visit")
        .order_by("pk")
    )
    desk.read_lists(each.robot_list_id for each in waiting)
    ended = []
    for decision in waiting:
        entry = desk.entry(decision.robot_list_id, decision.robot_id)
        if entry is None or decision.visit is None:
            continue
        why = why_cancelled(entry, Facts(desk, items[decision.item_id], decision.visit))
        if why:
            settle(decision, DecisionKind.CANCELLED, why, desk.now)
            ended.append(decision)
    save(ended, desk.now)


@transaction.atomic
def _look_again(ids: Sequence[int], now: datetime) -> None:
    """Decide again about robots whose moment came, or whose date changed."""
    locked = Decision.objects.select_for_update(of=("self",), skip_locked=True)
    found = locked.filter(pk__in=ids, kind=DecisionKind.WAITING).order_by("pk")
    decisions = list(found.select_related("item", "visit", "after__run", "robot"))
    desk = Desk(now)
    desk.read_lists(each.robot_list_id for each in decisions)
    fired = []
    for decision in decisions:
        entry = desk.entry(decision.robot_list_id, decision.robot_id)
        robot = decision.robot
        if entry is None or decision.visit is None:
            continue
        facts = Facts(desk, decision.item, decision.visit)
        is_active = robot is not None and robot.is_active
        decide(decision, entry, facts, previous=decision.after, is_active=is_active)
        fired.append((decision, entry))
    start_fired(fired, desk)
    save(decisions, now)


def save(decisions: Sequence[Decision], now: datetime) -> None:
    """Save decisions that were looked at, by a worker or a person; who waited for one that ended is looked at next."""
    Decision.objects.bulk_update(decisions, CHANGING)
    over = [
        each.pk for each in decisions if each.kind in {DecisionKind.SKIPPED, DecisionKind.CANCELLED}
    ]
    release(over, now)


def release(decision_ids: Sequence[int], now: datetime) -> int:
    """Let robots be looked at that waited for these; return how many there are."""
    if not decision_ids:
        return 0
    followers = Decision.objects.filter(after_id__in=decision_ids, kind=DecisionKind.WAITING)
    return followers.update(due_at=now)


def _set_aside_plan(plan_id: int, report: str, _now: datetime) -> None:
    if StagePlan.objects.filter(pk=plan_id).update(error=report):
        alarm(PlanFailed(plan_id, report))


def _set_aside_decision(decision_id: int, report: str, now: datetime) -> None:
    changes: dict[str, Any] = {"kind": DecisionKind.SKIPPED, "reason": report, "at": now}
    if Decision.objects.filter(pk=decision_id).update(**changes, due_at=None):
        tell_failed(Decision.objects.get(pk=decision_id), report)
