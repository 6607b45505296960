"""Taking turns: claim due runs, take their turns in one transaction, write, commit.

What can go wrong has one answer each:

- A worker dies: its transaction vanishes, its lease ends, another worker goes on.
- A step fails: the turn is rolled back and taken again with the failure known, so half a
  step's writes are gone and the steps before it stay. In a batch, its runs are then taken
  one by one.
- The database has trouble (deadlock, lost connection): the same turn again, a few times;
  then the lease ends and somebody tries later.
- A run takes its worker down, or the engine has a defect: the run is stopped with a report.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from automation.calendars.stored import company_zone
from automation.engine.live import Known
from automation.engine.outcomes import Performed, StepFailed
from automation.engine.turn import Event
from automation.models import Run
from automation.runtime import clock, endings, store
from automation.runtime.nudges import SEND_DUE, nudge
from automation.runtime.run_turn import advance_run
from automation.runtime.steering import stop_run
from automation.runtime.store import Claim

# Does some of what is due and returns how much that was.
Work = Callable[[], int]


class Maker(Protocol):
    """Makes runs of some of what was planned for this moment; returns how much that was."""

    def __call__(self, now: datetime, *, is_bulk: bool) -> int:
        """Do so for one lane: what comes of bulk work, or everything else."""
        ...


_makers: list[Maker] = []
BATCH = 16  # runs in one transaction; more gains nothing, and a failure costs all of them
# Longer than sixteen turns of fifty slow steps; the cost of a worker that died.
LEASE = timedelta(seconds=60)
# A run that was claimed before without a turn being written is claimed alone: if it kills
# workers, fifteen others must not be suspected with it.
SUSPICIOUS = 2
POISONED = 6
MOST_FAILURES = 20  # failing steps in one turn
RETRIES = 3  # of a turn, when the database has trouble

logger = structlog.get_logger(__name__)


def run_due() -> int:
    """Take one turn of each of up to sixteen due runs; return how much was found.

    What becomes runs (plans of robots) becomes so first. What comes of bulk work does only
    where fewer runs than that are due: behind five thousand records nobody has to wait.
    """
    # Days and hours in texts are the company's, whoever reads them.
    with timezone.override(company_zone()):
        return _run_due(clock.now())


def _run_due(now: datetime) -> int:
    planned = sum(make(now, is_bulk=False) for make in _makers)
    claims = store.claim(now, LEASE, BATCH)
    together = [claim for claim in claims if claim.claim_count < SUSPICIOUS]
    suspects = [claim for claim in claims if claim.claim_count >= SUSPICIOUS]
    kept = suspects[: 0 if together else 1]
    _release(suspects[len(kept) :])
    if len(together) > 1:
        _take_together(together)
    else:
        for claim in together + kept:
            take_turn(claim)
    if len(claims) < BATCH:
        planned += sum(make(now, is_bulk=True) for make in _makers)
    return planned + len(claims)


def add_maker(make: Maker) -> None:
    """Name what makes runs out of plans; called once when the app is ready."""
    _makers.append(make)


def _release(claims: Sequence[Claim]) -> None:
    """Give claims back as if they had not been made."""
    for claim in claims:
        held = Run.objects.filter(pk=claim.run_id, fence=claim.fence)
        held.update(lease_until=None, claim_count=F("claim_count") - 1)


def take_turn(claim: Claim) -> None:
    """Take the turn of one run, whatever it takes."""
    if claim.claim_count >= POISONED:
        report = _("The run took its worker down several times. Its next step is at fault.")
        stop_run(claim, report)
        return
    try:
        _take_with_failures(claim)
    except (OperationalError, InterfaceError):
        # Not the run's fault: this claim must not count among those that killed a worker.
        with suppress(OperationalError, InterfaceError):
            _release([claim])
        raise
    except StepFailed as failed:
        stop_run(claim, failed.failure.message)
    except Exception as defect:
        logger.exception("turn_failed", run_id=claim.run_id)
        fault = {"fault": repr(defect)[:300]}
        stop_run(claim, _("A fault in the product: %(fault)s") % fault)


def _take_with_failures(claim: Claim) -> None:
    """Take a turn, again with each failure that it meets.

    Raises:
        StepFailed: a step failed although its failure was known, or too many did.
    """
    known: dict[tuple[int, str], Performed] = {}
    trouble = 0
    while True:
        try:
            _turns([claim], known=known)
        except StepFailed as failed:
            place = (failed.sequence, failed.step_id)
            if place in known or len(known) == MOST_FAILURES:
                raise
            known[place] = failed.performed
        except (OperationalError, InterfaceError):
            trouble += 1
            if trouble > RETRIES:
                raise
            logger.warning("turn_repeated", run_id=claim.run_id, exc_info=True)
        else:
            return


def _take_together(claims: Sequence[Claim]) -> None:
    try:
        _turns(claims)
    except Exception as failure:  # noqa: BLE001  # each is then taken alone, which says whose it is
        logger.info("batch_split", count=len(claims), reason=repr(failure)[:200])
        for claim in claims:
            take_turn(claim)


@transaction.atomic
def _turns(claims: Sequence[Claim], known: Known | None = None) -> None:
    """Take one turn of each run in one transaction.

    Raises:
        StepFailed: a step failed; nothing was written.
    """
    fences = {claim.run_id: claim.fence for claim in claims}
    runs = [run for run in store.load(fences) if fences[run.id] == run.fence]
    if not runs:
        return
    # Records are locked in the order of ids, so that workers and people do not deadlock.
    runs.sort(key=lambda run: (run.item_id or 0, run.id))
    now = clock.now()
    events = defaultdict(list)
    for event in store.events([run.id for run in runs], now):
        events[event.run_id].append(Event(event.wait, event.payload))
    written = [advance_run(run, events[run.id], now, known=known) for run in runs]
    store.write(written, now)
    endings.tell(written, now)
    if any(each.sends for each in written):
        nudge(SEND_DUE)
