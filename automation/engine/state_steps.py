"""States: entered, listened in, left.

What a machine remembers is which of the state's handlers is behind it and which state was
chosen next; a handler that ends brings its token back to the state, which looks at both.
"""

from __future__ import annotations

from typing import Any

from automation.engine.activity_steps import ActivitySteps
from automation.engine.journal import SUCCESS, LineKind
from automation.engine.nodes import SetState, State, StateMachine
from automation.engine.snapshot import Phase, Token


class StateSteps(ActivitySteps):
    """Knows state machines."""

    def enter_machine(self, token: Token, machine: StateMachine) -> None:
        """Go to the first state."""
        self.snapshot["machines"][machine.id] = {}
        self.put(token, machine.initial, Phase.IN)

    def is_silent_state(self, state: State) -> bool:
        """Return whether being in the state now leads on without a line."""
        memory = self._memory(state)
        if state.on_enter and "done" not in memory:
            return True
        if "next" in memory:
            return state.on_leave is not None and memory.get("done") != "leave"
        return not state.answers

    def enter_state(self, token_id: str, token: Token, state: State) -> None:
        """Run the handler that is next, change the state, listen, or end the machine."""
        memory = self._memory(state)
        if state.on_enter and "done" not in memory:
            memory["done"] = "enter"
            self.put(token, state.on_enter.id, Phase.IN)
        elif "next" not in memory and state.answers:
            self.listen(token_id, token, state)
        elif "next" not in memory:
            machine = self.program.parents[state.id]
            del self.snapshot["machines"][machine.id]
            self.put(token, machine.id, Phase.OUT)
        elif state.on_leave and memory.get("done") != "leave":
            memory["done"] = "leave"
            self.put(token, state.on_leave.id, Phase.IN)
        else:
            target = memory["next"]
            self.note(LineKind.STATE, state.id, details={"from": state.id, "to": target})
            memory.clear()
            self.put(token, target, Phase.IN)

    def enter_set_state(self, token: Token, step: SetState) -> None:
        """Note the next state; the handler goes on unless the change is at once."""
        around = list(self.program.around(step.id))
        place = next(n for n, node in enumerate(around) if isinstance(node, State))
        state = around[place]
        assert isinstance(state, State)
        self._memory(state)["next"] = step.target
        self.note(LineKind.FINISHED, step.id, status_code=SUCCESS, details={"state": step.target})
        if step.at_once:
            for node in around[:place]:
                self.snapshot["loops"].pop(node.id, None)
            self.put(token, state.id, Phase.IN)
        else:
            self.put(token, step.id, Phase.OUT)

    def _memory(self, state: State) -> dict[str, Any]:
        return self.snapshot["machines"][self.program.parents[state.id].id]
