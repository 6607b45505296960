"""Taking a run to its end at once: what is waited for comes as the scenario says.

The clock stands while there is something to do and then goes to the next moment that is
waited for. Only the run and what it started are touched: what other workers have to do in
the same database is not a trial's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from automation.choices import MessageState, RunStatus, TrialAnswer
from automation.engine.nodes import FailureKind, WaitKind
from automation.models import OutboxMessage, Run, Wait
from automation.runtime import clock, executor, store
from automation.runtime.programs import published
from automation.runtime.store import Claim
from automation.trials.scenario import Answer, Scenario

# A bound for what goes round in a program's own loop; each turn is up to fifty steps.
MOST_TURNS = 200
# What may be answered. Dates and conditions of records come by themselves or not at all, runs
# that were started answer for themselves.
ASKING = (WaitKind.TASK, WaitKind.EVENT, WaitKind.COMMAND, WaitKind.EFFECT)
_MOVING = (RunStatus.PENDING, RunStatus.RUNNING, RunStatus.WAITING)


@dataclass(frozen=True)
class Question:
    """Something that was waited for and that a scenario can answer.

    Attributes:
        step: Its key in the scenario.
        kind: Of the wait.
        how: What the trial let happen.
    """

    step: str
    kind: str
    how: TrialAnswer


class Drive:
    """One run on its way through a trial."""

    def __init__(self, first: Run, scenario: Scenario, now: datetime) -> None:
        """Args: the run, what is pretended, the moment at which it begins."""
        self.first = first
        self.now = now
        self.stopped = ""
        self._answers = scenario.answers
        self._asked: dict[tuple[int, int], Question] = {}

    @property
    def questions(self) -> list[Question]:
        """What was asked, in that order."""
        return list(self._asked.values())

    def go(self) -> None:
        """Go on until nothing moves; `stopped` then says why it is not over, if it is not."""
        for _turn in range(MOST_TURNS):
            runs = self.family()
            with clock.moved(self.now):
                moved = self._take_turns(runs) or self._answer(runs)
            if moved:
                continue
            moments = [run.due_at for run in runs if run.due_at and run.status in _MOVING]
            if not moments:
                self.stopped = self._why_not_over()
                return
            self.now = max(self.now, min(moments))
        self.stopped = _("The trial run was ended after %(count)d turns.") % {"count": MOST_TURNS}

    def family(self) -> list[Run]:
        """Return the run and all that it led to, oldest first."""
        ids = {self.first.pk}
        while True:
            led_to = Run.objects.filter(Q(parent_id__in=ids) | Q(caused_by_id__in=ids))
            more = set(led_to.values_list("pk", flat=True)) - ids
            if not more:
                return list(Run.objects.filter(pk__in=ids).order_by("pk"))
            ids |= more

    def key(self, run: Run, step: str) -> str:
        """Return what a scenario calls a step; those of other programs bear their names."""
        if run.pk == self.first.pk:
            return step
        return f"{published(run.version_id).code}/{step}"

    def _take_turns(self, runs: list[Run]) -> bool:
        due = [
            run for run in runs if run.due_at and run.due_at <= self.now and run.status in _MOVING
        ]
        for run in due:
            Run.objects.filter(pk=run.pk).update(fence=F("fence") + 1, claim_count=1)
            executor.take_turn(Claim(run.pk, run.fence + 1, claim_count=1))
        return bool(due)

    def _answer(self, runs: list[Run]) -> bool:
        by_id = {run.pk: run for run in runs}
        waits = Wait.objects.filter(run_id__in=by_id, is_fired=False, kind__in=ASKING)
        is_answered = False
        for wait in waits.order_by("run_id", "number"):
            is_answered |= self._answer_one(by_id[wait.run_id], wait)
        return self._tell_parents(runs) or is_answered

    def _answer_one(self, run: Run, wait: Wait) -> bool:
        is_outside = wait.kind == WaitKind.EFFECT
        usual = Answer(TrialAnswer.WELL if is_outside else TrialAnswer.NEVER)
        key = self.key(run, wait.step)
        answer = self._answers.get(key, usual)
        self._asked[run.pk, wait.number] = Question(key, wait.kind, answer.how)
        if answer.how == TrialAnswer.NEVER:
            return False
        self._fire(run.pk, wait.number, _told(wait, answer))
        return True

    def _tell_parents(self, runs: list[Run]) -> bool:
        """Deliver what became of awaited runs; it goes through the outbox as well."""
        ids = [run.pk for run in runs]
        messages = list(
            OutboxMessage.objects.filter(run_id__in=ids, state=MessageState.PENDING, activity="")
        )
        for message in messages:
            self._fire(message.run_id, message.wait_number, message.payload)
        return bool(messages)

    def _fire(self, run_id: int, number: int, payload: Mapping[str, Any]) -> None:
        store.fire(run_id, number, payload, self.now)
        OutboxMessage.objects.filter(run_id=run_id, wait_number=number).update(
            state=MessageState.DELIVERED, due_at=None
        )

    def _why_not_over(self) -> str:
        run = Run.objects.get(pk=self.first.pk)
        if run.status != RunStatus.WAITING:
            return ""
        return _("It would wait until somebody or something answers. Choose an answer to go on.")


def _told(wait: Wait, answer: Answer) -> Mapping[str, Any]:
    if wait.kind in {WaitKind.EVENT, WaitKind.COMMAND}:
        return answer.result
    payload = answer.payload()
    if wait.kind == WaitKind.EFFECT and answer.how == TrialAnswer.BADLY:
        payload["kind"] = FailureKind.TRANSPORT
    return payload
