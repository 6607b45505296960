"""Letting activities do their work, and finding out whose fault it is when they fail."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.exceptions import AccountsRefusal
from automation.activities import registry
from automation.activities.base import Activity as Doer
from automation.activities.base import ActivityContext
from automation.activities.params import parse_params, secret_names
from automation.activities.record_values import write_values
from automation.engine.nodes import Activity, FailureKind
from automation.engine.outcomes import Failure, Performed, StepFailed
from automation.engine.plain_values import MASK, plain
from automation.exceptions import AutomationRefusal
from automation.runtime import causation, store
from automation.runtime.causation import Cause
from automation.runtime.starting import starter
from automation.runtime.store_rows import LoadedRun
from smart_processes.exceptions import RecordRefusal

T = TypeVar("T")
logger = structlog.get_logger(__name__)
_REFUSALS = (AutomationRefusal, RecordRefusal, AccountsRefusal)


class RunPerformer:
    """Performs the steps of one run in one turn."""

    def __init__(
        self, run: LoadedRun, actor: Actor, now: datetime, on_change: Callable[[], None]
    ) -> None:
        self._run = run
        self._actor = actor
        self._now = now
        self._on_change = on_change
        self._cause = Cause(run.id, run.chain)

    def perform(
        self, step: Activity, inputs: Any, *, sequence: int, attempt: int, wait_number: int
    ) -> Performed:
        """Do what a step says.

        Raises:
            StepFailed: it failed; what it wrote has to be rolled back.
        """
        doer = registry.activity(step.activity)
        if doer is None:
            sentence = _("This version of the product has no activity “%(code)s”.")
            return Performed(Failure(FailureKind.INTERNAL, sentence % {"code": step.activity}))
        shown = _shown(doer, inputs)
        try:
            params = parse_params(doer.params, inputs)
        except AutomationRefusal as refusal:
            return Performed(Failure(FailureKind.APPLICATION, refusal.message), shown)
        context = self._context(step, attempt, wait_number)
        started = time.perf_counter()
        outcome = self._carried_out(lambda: doer.execute(params, context), step, sequence, shown)
        return Performed(outcome, shown, _since(started))

    def keep(
        self, step: Activity, values: Mapping[str, Any], *, sequence: int
    ) -> Sequence[Mapping[str, Any]]:
        """Write what an answer brought into the run's record; return the effects.

        Raises:
            StepFailed: the record does not take it; what was written has to be rolled back.
        """
        context = self._context(step, 1, 0)
        return self._carried_out(lambda: write_values(context, values), step, sequence, None)

    def _context(self, step: Activity, attempt: int, wait_number: int) -> ActivityContext:
        return ActivityContext(
            run_id=self._run.id,
            item_id=self._run.item_id,
            actor=self._actor,
            now=self._now,
            step_id=step.id,
            attempt=attempt,
            start_run=starter(self._run, self._actor, self._cause, wait_number, self._now),
        )

    def _carried_out(self, work: Callable[[], T], step: Activity, sequence: int, shown: Any) -> T:
        """Do the work and return what it returns; a failure undoes the turn."""
        started = time.perf_counter()
        try:
            with causation.caused_by(self._cause):
                done = work()
            _refuse_aborted(step.activity)
        except (OperationalError, InterfaceError):
            raise  # the database's trouble, not the step's: the turn is taken again
        except _REFUSALS as refusal:
            failure = Failure(FailureKind.APPLICATION, refusal.message)
            raise StepFailed(sequence, step.id, failure, shown, _since(started)) from refusal
        except Exception as defect:
            logger.exception("activity_failed", run_id=self._run.id, step=step.id)
            message = _("A fault in the product: %(fault)s") % {"fault": repr(defect)[:300]}
            failure = Failure(FailureKind.INTERNAL, message)
            raise StepFailed(sequence, step.id, failure, shown, _since(started)) from defect
        self._on_change()
        return done


def _since(started: float) -> int:
    """Return how long a step has taken, in milliseconds."""
    return round((time.perf_counter() - started) * 1000)


def _refuse_aborted(code: str) -> None:
    """Blame the activity that swallowed an error of the database, not the step after it."""
    if store.is_aborted():
        raise RuntimeError(f"{code} went on after an error of the database")


def _shown(doer: Doer[Any], inputs: Any) -> Any:
    """Return the inputs as the journal keeps them."""
    shown = plain(inputs)
    for name in secret_names(doer.params):
        if isinstance(shown, dict) and shown.get(name):
            shown[name] = MASK
    return shown or None
