"""Reading steps that do something."""

from __future__ import annotations

from automation.engine.expressions import ExpressionRefused, Value
from automation.engine.expressions.errors import Unfit
from automation.engine.expressions.functions.intervals import read_span
from automation.engine.json_reader import JsonObject
from automation.engine.limits import LONGEST_BACKOFF, MOST_RETRIES
from automation.engine.nodes import Activity, ErrorBranch, FailureKind, Node, OnError
from automation.engine.reading_states import StateReading

_DAY = 24 * 3600  # seconds
_BACKOFF = 60  # seconds before the first repetition; each further one waits twice as long
_START_WORKFLOW = "start_workflow"


class ActivityReading(StateReading):
    """Knows activities, not which there are: that is the registry's, asked before publishing."""

    def read_activity(self, raw: JsonObject, step_id: str) -> Node:
        """Read a step that does something."""
        kind = raw.text("type")
        params = raw.value("params", {})
        return self._activity(raw, step_id, kind, params)

    def read_sub_workflow(self, raw: JsonObject, step_id: str) -> Node:
        """Read the start of another program: an activity with a place of its own."""
        raw.text("program", None)
        keys = ("program", "record", "parameters", "is_awaited")
        written = {key: raw.any(key) for key in keys if key in raw}
        params = JsonObject({"params": {"is_awaited": True} | written}, raw.path, self.problems)
        return self._activity(raw, step_id, _START_WORKFLOW, params.value("params"))

    def _activity(self, raw: JsonObject, step_id: str, kind: str, params: Value | None) -> Node:
        on_error, branches = self._on_error(raw, step_id)
        return Activity(step_id, raw.text("title"), branches, kind, params, on_error)

    def _on_error(self, raw: JsonObject, step_id: str) -> tuple[OnError, tuple[Node, ...]]:
        if "on_error" not in raw or isinstance(raw.any("on_error"), str):
            return OnError(raw.one_of("on_error", ("stop", "continue")) == "continue"), ()
        rule = raw.child("on_error")
        goes_on = rule.one_of("then", ("stop", "continue")) == "continue"
        retries = rule.number("retry", 0, low=0, high=MOST_RETRIES)
        backoff = self._backoff(rule)
        branches = self._error_branches(rule, step_id) if "branches" in rule else ()
        rule.finish()
        return OnError(goes_on, retries, backoff), branches

    def _backoff(self, rule: JsonObject) -> int:
        written = rule.text("backoff")
        if not written:
            return _BACKOFF
        try:
            span = read_span(written)
        except (Unfit, ExpressionRefused) as refusal:
            rule.refuse("backoff", "condition_refused", reason=refusal.message)
            return _BACKOFF
        seconds = span.days * _DAY + span.seconds
        if span.months or not 0 < seconds <= LONGEST_BACKOFF:
            rule.refuse("backoff", "not_a_number", low=1, high=LONGEST_BACKOFF)
        return seconds

    def _error_branches(self, rule: JsonObject, step_id: str) -> tuple[Node, ...]:
        kinds = tuple(str(kind) for kind in FailureKind)
        branches = []
        for part, branch_id in self.parts(rule, "branches", f"{step_id}_error"):
            asked = part.texts("kinds")
            if not set(asked) <= set(kinds):
                part.refuse("kinds", "choose_one", names=", ".join(kinds))
            node = ErrorBranch(branch_id, part.text("title"), self.steps(part), frozenset(asked))
            branches.append(self.keep(node, part))
            part.finish()
        return tuple(branches)
