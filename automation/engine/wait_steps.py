"""Steps that wait, and what ends a wait."""

from __future__ import annotations

from typing import Any

from automation.engine.decisions import Planned
from automation.engine.journal import SUCCESS, LineKind
from automation.engine.nodes import TIMERS, Answer, Awaited, FirstOf, State, Wait, WaitKind
from automation.engine.snapshot import OpenWait, Phase, Token
from automation.engine.turn import Event
from automation.engine.turn_writer import TurnWriter

# Touched when the record changes: they may have ended, or their moment may be another.
_FOLLOWS_RECORD = frozenset({WaitKind.FIELD, WaitKind.CONDITION})


class WaitSteps(TurnWriter):
    """Knows waits."""

    def enter_wait(self, token_id: str, token: Token, step: Wait) -> None:
        """Wait for one thing, unless there is nothing to wait for."""
        planned = self.decisions.plan(step, step.awaited, self.next_sequence)
        if planned.is_over:
            self.note(LineKind.FINISHED, step.id, status_code=SUCCESS, details={"is_over": True})
            self.keep(step.id, {"timed_out": False})
            self.put(token, step.id, Phase.OUT)
        else:
            self._open(token_id, step.id, step.awaited, planned)

    def listen(self, token_id: str, token: Token, step: FirstOf | State) -> None:
        """Wait for whichever of several things comes first."""
        answers = [each for each in step.children if isinstance(each, Answer)]
        for answer in answers:
            planned = self.decisions.plan(answer, answer.awaited, self.next_sequence)
            if planned.is_over:
                self.note(LineKind.CHOSEN, step.id, details={"to": answer.id})
                self.close_waits(token_id)
                self.put(token, answer.id, Phase.IN)
                return
            self._open(token_id, answer.id, answer.awaited, planned)

    def wake(self, event: Event, wait: OpenWait) -> None:
        """End a wait that a step of the program began, or plan it anew."""
        node = self.program.nodes[wait["s"]]
        kind = WaitKind(wait["k"])
        if kind in _FOLLOWS_RECORD and event.payload is not None:
            assert isinstance(node, Wait | Answer)
            planned = self.decisions.plan(node, node.awaited, self.next_sequence)
            if not planned.is_over:
                self._plan_anew(event.wait, wait, node.awaited, planned)
                return
        self.note(
            LineKind.WOKEN,
            node.id,
            details={"wait": event.wait, "payload": event.payload},
        )
        token = self.snapshot["tokens"][wait["t"]]
        self.close_waits(wait["t"])
        if kind is WaitKind.RETRY:
            token["ph"] = Phase.IN
            return
        is_late = event.payload is None and kind not in TIMERS
        self.keep(node.id, {**(event.payload or {}), "timed_out": is_late})
        self.put(token, node.id, Phase.IN if isinstance(node, Answer) else Phase.OUT)

    def _plan_anew(self, number: int, wait: OpenWait, awaited: Awaited, planned: Planned) -> None:
        due = planned.due_at.isoformat() if planned.due_at else None
        if awaited.kind is WaitKind.CONDITION or due == wait.get("due"):
            self.turn.rearmed.append(number)
            return
        self.close_wait(number)
        self._open(wait["t"], wait["s"], awaited, planned, replaces=number)

    def _open(
        self, token_id: str, step_id: str, awaited: Awaited, planned: Planned, **details: Any
    ) -> None:
        opened = self.open_wait(
            token_id, step_id, awaited.kind, key=planned.key, due_at=planned.due_at
        )
        due = planned.due_at.isoformat() if planned.due_at else None
        about = {"wait": opened.number, "kind": awaited.kind, "key": planned.key, "due_at": due}
        self.note(LineKind.WAITING, step_id, details=about | details)
