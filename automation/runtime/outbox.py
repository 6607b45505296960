"""Sending what steps put into the outbox: at least once, in order within a run, always by key.

Nothing is sent inside a transaction. The claim is one, the answer another: it is written
only while the claim holds, together with the event for the step that waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from automation.activities import registry
from automation.activities.base import Delivered, OutsideActivity, Refused, TryAgain
from automation.choices import MessageState
from automation.engine.journal import ERROR, SUCCESS
from automation.engine.nodes import FailureKind
from automation.engine.plain_values import plain
from automation.models import OutboxMessage
from automation.runtime import clock, store
from automation.runtime.nudges import RUN_DUE, nudge

BATCH = 8  # messages claimed at once; each may take as long as its receiver lets it
# Longer than eight slow receivers; the cost of a worker that died.
LEASE = timedelta(minutes=5)
# A receiver that is down in the evening is asked until the morning: 1, 4, 16, 64, 256 minutes.
BACKOFF = timedelta(minutes=1)
BACKOFF_FACTOR = 4
MOST_ATTEMPTS = 6

logger = structlog.get_logger(__name__)
Answer = Delivered | TryAgain | Refused


class ClaimLost(Exception):
    """Somebody else has the message now, or it is settled."""


def send_due() -> int:
    """Send up to eight due messages; return how many there were."""
    messages = claim(clock.now())
    for message in messages:
        answer = _deliver(message)
        try:
            settle(message, answer, clock.now())
        except ClaimLost:
            logger.warning("outbox_claim_lost", key=message.key, fence=message.fence)
    return len(messages)


@transaction.atomic
def claim(now: datetime) -> list[OutboxMessage]:
    """Take due messages for this worker, of each run only the first one that is open."""
    is_free = Q(lease_until=None) | Q(lease_until__lt=now)
    earlier = OutboxMessage.objects.filter(
        run_id=OuterRef("run_id"), state=MessageState.PENDING, pk__lt=OuterRef("pk")
    )
    due = OutboxMessage.objects.filter(is_free, ~Exists(earlier), due_at__lte=now)
    locked = list(due.order_by("due_at", "pk").select_for_update(skip_locked=True)[:BATCH])
    # Whose worker died while it had them: one at a time and last, if it is the message that
    # kills, the others have left by then.
    suspects = [each for each in locked if each.lease_until]
    found = [each for each in locked if not each.lease_until] + suspects[:1]
    OutboxMessage.objects.filter(pk__in=[each.pk for each in found]).update(
        lease_until=now + LEASE,
        fence=F("fence") + 1,
        attempt_count=F("attempt_count") + 1,
    )
    for each in found:
        each.fence += 1
        each.attempt_count += 1
    return found


@transaction.atomic
def settle(message: OutboxMessage, answer: Answer, now: datetime) -> None:
    """Write down what became of a message; the step that waits for it hears of the end.

    Raises:
        ClaimLost: the claim no longer holds; nothing was written.
    """
    if isinstance(answer, TryAgain) and message.attempt_count < MOST_ATTEMPTS:
        pause = BACKOFF * BACKOFF_FACTOR ** (message.attempt_count - 1)
        _write(message, due_at=now + pause, lease_until=None, error=answer.reason[:500])
        return
    event = _event(answer) if message.activity else message.payload
    # The run first, then its messages: whoever cancels a run locks in this order.
    store.fire(message.run_id, message.wait_number, event, now)
    is_delivered = isinstance(answer, Delivered)
    _write(
        message,
        state=MessageState.DELIVERED if is_delivered else MessageState.DEAD,
        due_at=None,
        lease_until=None,
        error="" if is_delivered else event["message"][:500],
        answer=event.get("result"),
        settled_at=now,
        payload=_without_values(message.payload),
    )
    nudge(RUN_DUE)


def drop(not_needed: Q, now: datetime) -> None:
    """Forget messages that have not been sent; their runs are locked."""
    OutboxMessage.objects.filter(not_needed, state=MessageState.PENDING).update(
        state=MessageState.CANCELLED, due_at=None, settled_at=now
    )


def _deliver(message: OutboxMessage) -> Answer:
    if message.attempt_count > MOST_ATTEMPTS:
        # An answer would have settled it: the workers that had it died.
        report = _("The run took its worker down several times. Its next step is at fault.")
        return Refused(report, FailureKind.INTERNAL)
    if not message.activity:
        # What became of an awaited run: it only has to reach the run that waits.
        return Delivered(message.payload)
    activity = registry.activity(message.activity)
    if not isinstance(activity, OutsideActivity):
        sentence = _("This version of the product has no activity “%(code)s”.")
        return Refused(sentence % {"code": message.activity}, FailureKind.INTERNAL)
    try:
        return activity.deliver(message.payload, message.key)
    except Exception as defect:
        logger.exception("delivery_failed", key=message.key)
        fault = _("A fault in the product: %(fault)s") % {"fault": repr(defect)[:300]}
        return Refused(fault, FailureKind.INTERNAL)


def _event(answer: Answer) -> dict[str, Any]:
    """Return what the waiting step is told."""
    if isinstance(answer, Delivered):
        told = {"status": SUCCESS, "result": plain(answer.result), "message": answer.message}
        further = {"values": plain(answer.values), "variables": plain(answer.variables)}
        return told | {name: values for name, values in further.items() if values}
    kind = FailureKind.TRANSPORT if isinstance(answer, TryAgain) else answer.kind
    return {"status": ERROR, "kind": kind, "message": answer.reason}


def _write(message: OutboxMessage, **values: Any) -> None:
    held = OutboxMessage.objects.filter(
        pk=message.pk, fence=message.fence, state=MessageState.PENDING
    )
    if not held.update(**values):
        raise ClaimLost


def _without_values(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the names of what was sent: the values may be secret and are needed no more."""
    return dict.fromkeys(payload)
