"""Reading state machines."""

from __future__ import annotations

from automation.engine.json_reader import JsonObject
from automation.engine.nodes import Block, Node, SetState, State, StateMachine
from automation.engine.reading_waits import WaitReading


class StateReading(WaitReading):
    """Knows states."""

    def read_state_machine(self, raw: JsonObject, step_id: str) -> Node:
        """Read states with their handlers."""
        parts = self.parts(raw, "states", step_id)
        outside, self.around = self.around, [{state_id for _part, state_id in parts}]
        states = tuple(self._state(part, state_id) for part, state_id in parts)
        self.around = outside
        first = states[0].id if states else ""
        initial = raw.text("initial", first)
        if states and initial not in {state.id for state in states}:
            raw.refuse("initial", "state_unknown", name=initial)
        return StateMachine(step_id, raw.text("title"), states, initial)

    def read_set_state(self, raw: JsonObject, step_id: str) -> Node:
        """Read the choice of the next state."""
        target = raw.text("state", None)
        known = next((each for each in reversed(self.around) if isinstance(each, set)), None)
        if known is None:
            raw.refuse("", "outside_state")
        elif target not in known:
            raw.refuse("state", "state_unknown", name=target)
        return SetState(step_id, raw.text("title"), (), target, raw.flag("at_once"))

    def _state(self, part: JsonObject, state_id: str) -> Node:
        on_enter = self._handler(part, "on_enter", state_id)
        on_leave = self._handler(part, "on_leave", state_id)
        answers = []
        for place, each in enumerate(part.listing("on")):
            raw = JsonObject(each, f"{part.at('on')}[{place}]", self.problems)
            answer_id = self.step_id(raw, default=f"{state_id}_on_{place + 1}")
            answers.append(self.answer(raw, answer_id, in_state=True))
        children = (*(each for each in (on_enter, on_leave) if each), *answers)
        node = State(state_id, part.text("title"), children, on_enter, on_leave, tuple(answers))
        self.keep(node, part)
        part.finish()
        return node

    def _handler(self, part: JsonObject, key: str, state_id: str) -> Block | None:
        if key not in part:
            return None
        node = Block(f"{state_id}_{key}", key, self.steps(part, key))
        self.keep(node, part)
        return node
