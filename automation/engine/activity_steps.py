"""Steps that do something: how they succeed, wait, fail and are tried again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from automation.engine.journal import ERROR, SUCCESS, LineKind
from automation.engine.limits import LONGEST_BACKOFF
from automation.engine.nodes import Activity, ErrorBranch, FailureKind, WaitKind
from automation.engine.outcomes import Done, Failure, Later
from automation.engine.snapshot import OpenWait, Phase, Token
from automation.engine.turn import Event
from automation.engine.wait_steps import WaitSteps


class ActivitySteps(WaitSteps):
    """Knows activities."""

    def enter_activity(self, token_id: str, token: Token, step: Activity) -> None:
        """Let the activity do its work."""
        attempt = token.get("tries", 0) + 1
        next_wait = self.snapshot["w"] + 1
        performed = self.decisions.perform(step, self.next_sequence, attempt, next_wait)
        outcome = performed.outcome
        about = {
            "attempt": attempt,
            "inputs": performed.inputs,
            "duration_ms": performed.duration_ms,
        }
        if isinstance(outcome, Later):
            self._begin_waiting(token_id, step, outcome, about)
        elif isinstance(outcome, Done):
            self._succeed(token, step, outcome, about)
        else:
            self._fail(token_id, token, step, outcome, about)

    def end_activity(self, event: Event, wait: OpenWait) -> None:
        """End a step that began earlier: its answer came, or its time is over."""
        step = self.program.nodes[wait["s"]]
        assert isinstance(step, Activity)
        token_id = wait["t"]
        token = self.snapshot["tokens"][token_id]
        self.close_waits(token_id)
        answer: Mapping[str, Any] = event.payload or {}
        details: dict[str, Any] = {"wait": event.wait}
        about = {"attempt": token.get("tries", 0) + 1, "details": details}
        if event.payload is None:
            details["timed_out"] = True
            self._succeed(token, step, Done({"timed_out": True}), about)
        elif answer.get("status") == ERROR:
            kind = FailureKind(answer.get("kind", FailureKind.TRANSPORT))
            failure = Failure(kind, str(answer.get("message", "")))
            self._fail(token_id, token, step, failure, about)
        else:
            taken = self.decisions.accept(step, self.next_sequence, answer)
            if isinstance(taken, Done):
                self._succeed(token, step, taken, about)
            else:
                self._fail(token_id, token, step, taken, about)

    def _begin_waiting(
        self, token_id: str, step: Activity, later: Later, about: dict[str, Any]
    ) -> None:
        opened = self.open_wait(token_id, step.id, later.kind, key=later.key, due_at=later.due_at)
        opened.activity, opened.payload = step.activity, later.payload
        if later.kind is WaitKind.EFFECT:
            opened.sends = self.snapshot["tokens"][token_id].setdefault("sends", opened.number)
        due = later.due_at.isoformat() if later.due_at else None
        self.note(
            LineKind.WAITING,
            step.id,
            result=dict(later.result) or None,
            effects=list(later.effects) or None,
            details={"wait": opened.number, "kind": later.kind, "key": later.key, "due_at": due},
            **about,
        )
        self.keep(step.id, later.result)

    def _succeed(self, token: Token, step: Activity, done: Done, about: dict[str, Any]) -> None:
        details = about.pop("details", {})
        if done.variables:
            details["variables"] = dict(done.variables)
            self.snapshot["vars"].update(done.variables)
        self.note(
            LineKind.FINISHED,
            step.id,
            status_code=SUCCESS,
            message=done.message,
            result=dict(done.result) or None,
            effects=list(done.effects) or None,
            details=details or None,
            **about,
        )
        # What was known when the step began to wait is still true.
        began = self.snapshot["results"].get(step.id, {}) if "wait" in details else {}
        self.keep(step.id, {**began, **done.result})
        self.put(token, step.id, Phase.OUT)

    def _fail(
        self, token_id: str, token: Token, step: Activity, failure: Failure, about: dict[str, Any]
    ) -> None:
        rule, tries = step.on_error, token.get("tries", 0)
        details = about.pop("details", {})
        branch = next((b for b in step.children if _is_for(b, failure)), None)
        if tries < rule.retry_count:
            pause = min(rule.backoff_seconds * 2**tries, LONGEST_BACKOFF)
            due_at = self.now + timedelta(seconds=pause)
            opened = self.open_wait(token_id, step.id, WaitKind.RETRY, due_at=due_at)
            token["tries"] = tries + 1
            details |= {"next": "retry", "retry": opened.number, "due_at": due_at.isoformat()}
        elif branch is not None:
            self.put(token, branch.id, Phase.IN)
            details["next"] = branch.id
        elif rule.goes_on:
            self.put(token, step.id, Phase.OUT)
            details["next"] = "continue"
        else:
            self.put(token, step.id, Phase.IN)
            self.snapshot["status"] = "failed"
            details["next"] = "stop"
        self.note(
            LineKind.FINISHED,
            step.id,
            status_code=ERROR,
            status_kind=failure.kind,
            message=failure.message,
            details=details,
            **about,
        )
        self.keep(step.id, {}, failure)


def _is_for(branch: object, failure: Failure) -> bool:
    assert isinstance(branch, ErrorBranch)
    return not branch.kinds or failure.kind in branch.kinds
