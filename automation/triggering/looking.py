"""The worker's part: take an event, ask the triggers, note that it is done.

One transaction for an event: a worker that dies leaves it for another, with nothing half
done. What cannot be looked at is tried again later, a few times, then kept with its error.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError, transaction

from automation.actions.runs import fire_event, record_changed
from automation.choices import OPEN_STATUSES
from automation.engine.nodes import WaitKind
from automation.models import Run, TriggerEvent
from automation.robots.facts import Desk
from automation.robots.planning import look_at_record
from automation.runtime import causation
from automation.runtime.alarms import EventGivenUp, alarm, words_of
from automation.runtime.causation import Cause
from automation.triggering.armed import Armed, armed, armed_for
from automation.triggering.judging import REFUSALS, actor_of, judge_record
from automation.triggers.base import EventKind, Heard
from smart_processes.events import in_bulk
from smart_processes.models import Item

BATCH = 50
MOST_ATTEMPTS = 5
BACKOFF = timedelta(seconds=10)  # the first; each next is four times longer
# How long the key of an event is remembered: senders repeat themselves for hours, not weeks.
REMEMBERED = timedelta(days=30)

logger = structlog.get_logger(__name__)


def look(now: datetime, *, is_bulk: bool = False) -> int:
    """Look at events of one lane that are due; return how many were."""
    due = TriggerEvent.objects.filter(is_bulk=is_bulk, due_at__lte=now).order_by("due_at", "pk")
    found = list(due.values_list("pk", flat=True)[:BATCH])
    for event_id in found:
        _look_at(event_id, now)
    return len(found)


def forget(now: datetime) -> int:
    """Forget keys that nobody repeats any more; return how many."""
    old = TriggerEvent.objects.filter(due_at=None, at__lt=now - REMEMBERED)
    return old.delete()[0]


def _look_at(event_id: int, now: datetime) -> None:
    with transaction.atomic():
        mine = TriggerEvent.objects.select_for_update(skip_locked=True, of=("self",))
        row = mine.filter(pk=event_id, due_at__lte=now).select_related("trigger").first()
        if row is None:
            return  # another worker has it
        try:
            # What comes of one of many is one of many.
            with transaction.atomic(), in_bulk() if row.is_bulk else nullcontext():
                _answer(row, Desk(now))
        except (OperationalError, InterfaceError):
            raise
        except REFUSALS as refusal:
            _give_up(row, refusal.message)
        except Exception as defect:
            logger.exception("trigger_event_failed", event_id=row.pk)
            _try_later(row, words_of(defect), now)
        else:
            _end(row)


def _end(row: TriggerEvent) -> None:
    if row.key is None:
        row.delete()
    else:
        TriggerEvent.objects.filter(pk=row.pk).update(due_at=None, error="")


def _give_up(row: TriggerEvent, error: str) -> None:
    TriggerEvent.objects.filter(pk=row.pk).update(due_at=None, error=error[:500])
    alarm(EventGivenUp(row.pk, error[:500]))


def _try_later(row: TriggerEvent, error: str, now: datetime) -> None:
    count = row.attempt_count + 1
    TriggerEvent.objects.filter(pk=row.pk).update(
        attempt_count=count,
        error=error[:500],
        due_at=None if count >= MOST_ATTEMPTS else now + BACKOFF * 4 ** (count - 1),
    )
    if count >= MOST_ATTEMPTS:
        alarm(EventGivenUp(row.pk, error[:500]))


def _answer(row: TriggerEvent, desk: Desk) -> None:
    if row.kind == EventKind.RECORD_TOUCHED:
        _touch(row, desk.now)
        return
    if row.kind == EventKind.WAIT_OVER:
        fire_event(row.payload["key"], row.payload["result"], kind=WaitKind(row.payload["kind"]))
        return
    heard = _heard(row, desk)
    if heard is None:
        return
    by_record: dict[int, list[Armed]] = {}
    with causation.caused_by(Cause(row.caused_by_id, tuple(row.chain)) if row.chain else None):
        for each in _listening(row, heard, desk):
            found = each.kind.records(each.params, each.trigger, heard, actor_of(each))
            for item_id in found:
                by_record.setdefault(item_id, []).append(each)
    for item_id in sorted(by_record):
        judge_record(item_id, by_record[item_id], heard, row, desk)


def _listening(row: TriggerEvent, heard: Heard, desk: Desk) -> Sequence[Armed]:
    if row.trigger is not None:
        only = armed(row.trigger) if row.trigger.is_active else None
        return [only] if only else []
    kind = EventKind(row.kind)
    return [each for each in armed_for(desk.actor(), kind) if each.concerns(heard)]


def _heard(row: TriggerEvent, desk: Desk) -> Heard | None:
    """Return the event; None when its record is gone."""
    kind, type_code = EventKind(row.kind), ""
    if row.item_id is not None:
        item = Item._base_manager.filter(pk=row.item_id, deleted_at=None).first()
        if item is None:
            return None
        type_code = desk.schema.of(item).code
    return Heard(kind, type_code, row.item_id, row.payload, row.at)


def _touch(row: TriggerEvent, now: datetime) -> None:
    """Let runs and robots look at a record again.

    A turn that goes on is waited for, so none misses it.
    """
    if row.item_id is None:
        return
    open_runs = Run.objects.filter(item_id=row.item_id, status__in=OPEN_STATUSES).order_by("pk")
    list(open_runs.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    record_changed(row.item_id)
    dates = row.payload.get("dates")
    if dates != []:
        look_at_record(row.item_id, now, dates=dates)
