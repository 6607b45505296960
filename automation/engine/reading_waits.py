"""Reading what a step waits for."""

from __future__ import annotations

from automation.engine.json_reader import JsonObject
from automation.engine.nodes import Answer, Awaited, FirstOf, Node, Wait, WaitKind
from automation.engine.reading_steps import StepReading

# Key in the JSON -> kind of wait; exactly one of them says what is waited for.
_KINDS = {
    "duration": WaitKind.DURATION,
    "until": WaitKind.MOMENT,
    "field": WaitKind.FIELD,
    "condition": WaitKind.CONDITION,
    "event": WaitKind.EVENT,
    "command": WaitKind.COMMAND,
}
_TIMED = frozenset({WaitKind.DURATION, WaitKind.MOMENT, WaitKind.FIELD})


class WaitReading(StepReading):
    """Knows waits."""

    def read_wait(self, raw: JsonObject, step_id: str) -> Node:
        """Read a wait for one thing."""
        return Wait(step_id, raw.text("title"), (), self.awaited(raw))

    def read_first_of(self, raw: JsonObject, step_id: str) -> Node:
        """Read a wait for several things."""
        branches = [
            self.answer(part, branch_id) for part, branch_id in self.parts(raw, "branches", step_id)
        ]
        return FirstOf(step_id, raw.text("title"), tuple(branches))

    def answer(self, part: JsonObject, answer_id: str, *, in_state: bool = False) -> Answer:
        """Read a thing to wait for with the steps that follow it."""
        awaited = self.awaited(part, in_state=in_state)
        node = Answer(answer_id, part.text("title"), self.steps(part), awaited)
        self.keep(node, part)
        part.finish()
        return node

    def awaited(self, step: JsonObject, *, in_state: bool = False) -> Awaited:
        """Read a step's or a branch's `for`.

        Args:
            step: The step or branch.
            in_state: Commands are heard in states only.
        """
        if "for" not in step:
            step.refuse("", "missing", name="for")
            step.any("for")
            return Awaited(WaitKind.DURATION)
        raw = step.child("for")
        offered = [name for name in _KINDS if in_state or name != "command"]
        names = [name for name in offered if name in raw]
        if len(names) != 1:
            raw.refuse("", "choose_one", names=", ".join(offered))
            return Awaited(WaitKind.DURATION)
        (name,), kind = names, _KINDS[names[0]]
        found = Awaited(
            kind=kind,
            value=None if kind is WaitKind.CONDITION else raw.value(name),
            offset=raw.value("offset") if kind is WaitKind.FIELD else None,
            condition=raw.condition(name) if kind is WaitKind.CONDITION else None,
            limit=None if kind in _TIMED else raw.value("limit"),
            in_work_time=raw.flag("in_work_time"),
            skips_empty=kind is WaitKind.FIELD and _skips_empty(raw),
        )
        raw.finish()
        return found


def _skips_empty(raw: JsonObject) -> bool:
    return raw.one_of("if_empty", ("wait", "skip")) == "skip"
