"""Moving tokens through the tree of a program."""

from __future__ import annotations

from automation.engine import sentences
from automation.engine.journal import ERROR, SUCCESS, LineKind
from automation.engine.limits import STEPS_IN_A_RUN
from automation.engine.nodes import (
    OF_ACTIVITIES,
    Activity,
    Answer,
    Block,
    Branch,
    Break,
    Choice,
    ErrorBranch,
    FailureKind,
    FirstOf,
    ForEach,
    Node,
    Parallel,
    SetState,
    State,
    StateMachine,
    Terminate,
    Wait,
    While,
)
from automation.engine.outcomes import DecisionFailed, Failure
from automation.engine.snapshot import Phase, Token
from automation.engine.state_steps import StateSteps
from automation.engine.turn import Event

# Passed through without a line in the journal.
_SILENT = (Block, Branch, Answer, ErrorBranch, Parallel, StateMachine)
_MOVING = frozenset({Phase.IN, Phase.OUT})


class Flow(StateSteps):
    """One turn: delivers events and moves tokens."""

    def begin(self) -> None:
        """Start a run that has not begun; do nothing for any other."""
        if self.snapshot["status"] == "pending":
            self.snapshot["status"] = "running"
            self.note(LineKind.STARTED, inputs=self.snapshot["params"] or None)

    def deliver(self, event: Event) -> None:
        """End the wait an event is for; pass over what is not waited for any more."""
        wait = self.snapshot["waits"].get(str(event.wait))
        if wait is None or self.snapshot["status"] != "running":
            return
        if wait["k"] in OF_ACTIVITIES:
            self.end_activity(event, wait)
        else:
            try:
                self.wake(event, wait)
            except DecisionFailed as failed:
                # The token stands at the waiting step, which a retry begins again.
                self.close_waits(wait["t"])
                self.snapshot["tokens"][wait["t"]]["ph"] = Phase.IN
                self.fail(wait["s"], failed.failure, touched=event.wait)
        self.run(0)

    def run(self, most_steps: int) -> None:
        """Move tokens until nothing can move, or until so many steps were taken.

        Zero passes only through what leaves no line, which the turn before would have done.
        """
        left = most_steps
        while self.snapshot["status"] == "running":
            token_id = self._next_token()
            if token_id is None:
                break
            token = self.snapshot["tokens"][token_id]
            node = self.program.nodes[token["at"]]
            if token["ph"] == Phase.OUT:
                self._leave(token_id, token, node)
                continue
            if not self._is_silent(node):
                if not left:
                    self.turn.is_cut = most_steps > 0
                    return
                left -= 1
                if not self._count_step(node):
                    return
            self._enter(token_id, token, node)
        if self.snapshot["status"] == "running" and not self.snapshot["tokens"]:
            self.end("completed")

    def _next_token(self) -> str | None:
        """Return the oldest token that can move."""
        moving = [int(n) for n, token in self.snapshot["tokens"].items() if token["ph"] in _MOVING]
        return str(min(moving)) if moving else None

    def _is_silent(self, node: Node) -> bool:
        if isinstance(node, State):
            return self.is_silent_state(node)
        if isinstance(node, ForEach):
            return node.id in self.snapshot["loops"]
        return isinstance(node, _SILENT)

    def _count_step(self, node: Node) -> bool:
        """Count a step; return False when the run has had too many."""
        self.snapshot["steps"] += 1
        if self.snapshot["steps"] <= STEPS_IN_A_RUN:
            return True
        self.fail(node.id, Failure(FailureKind.APPLICATION, sentences.STEP_BUDGET))
        return False

    # --- leaving --------------------------------------------------------------------------------

    def _leave(self, token_id: str, token: Token, node: Node) -> None:
        """Go on behind a step that is done: to the next one, to what is around it, to the join."""
        parent = self.program.parents.get(node.id)
        following = self.program.following.get(node.id)
        if parent is None:
            del self.snapshot["tokens"][token_id]
        elif isinstance(parent, Parallel):
            self._join(token_id, token)
        elif following is not None:
            self.put(token, following.id, Phase.IN)
        elif isinstance(parent, While | ForEach | State):
            self.put(token, parent.id, Phase.IN)
        else:
            self.put(token, parent.id, Phase.OUT)

    def _join(self, token_id: str, token: Token) -> None:
        tokens = self.snapshot["tokens"]
        joining = tokens[token["up"]]
        del tokens[token_id]
        joining["left"] -= 1
        if joining["left"] == 0:
            del joining["left"]
            joining["ph"] = Phase.OUT

    # --- entering -------------------------------------------------------------------------------

    def _enter(self, token_id: str, token: Token, node: Node) -> None:
        try:
            self._begin(token_id, token, node)
        except DecisionFailed as failed:
            self.close_waits(token_id)
            token["ph"] = Phase.IN
            self.fail(node.id, failed.failure)

    def _begin(self, token_id: str, token: Token, node: Node) -> None:  # noqa: C901, PLR0912  # one case a line
        match node:
            case Activity():
                self.enter_activity(token_id, token, node)
            case Choice():
                self._choose(token, node)
            case While():
                self._repeat(token, node)
            case ForEach():
                self._take_next(token, node)
            case Parallel():
                self._fork(token_id, token, node)
            case Wait():
                self.enter_wait(token_id, token, node)
            case FirstOf():
                self.listen(token_id, token, node)
            case StateMachine():
                self.enter_machine(token, node)
            case State():
                self.enter_state(token_id, token, node)
            case SetState():
                self.enter_set_state(token, node)
            case Break():
                self._break(token, node)
            case Terminate():
                self._terminate(node)
            case _ if node.children:
                self.put(token, node.children[0].id, Phase.IN)
            case _:
                token["ph"] = Phase.OUT

    def _choose(self, token: Token, step: Choice) -> None:
        branch, rows = self.decisions.choose(step, self.next_sequence)
        self.note(LineKind.CHOSEN, step.id, details={"to": branch, "rows": rows})
        self.put(token, branch or step.id, Phase.IN if branch else Phase.OUT)

    def _repeat(self, token: Token, step: While) -> None:
        turn = self.snapshot["loops"].get(step.id, {"turn": 0})["turn"]
        if turn >= step.most:
            self.note(
                LineKind.LOOPED,
                step.id,
                status_code=ERROR,
                status_kind=FailureKind.APPLICATION,
                message=sentences.LOOP_LIMIT,
                details={"turn": turn, "truth": False},
            )
            truth = False
        else:
            truth, rows = self.decisions.holds(step, self.next_sequence)
            details = {"turn": turn + truth, "truth": truth, "rows": rows}
            self.note(LineKind.LOOPED, step.id, details=details)
        if truth:
            self.snapshot["loops"][step.id] = {"turn": turn + 1}
            # All its steps may be switched off.
            self.put(token, step.children[0].id if step.children else step.id, Phase.IN)
        else:
            self._end_loop(token, step)

    def _take_next(self, token: Token, step: ForEach) -> None:
        memory = self.snapshot["loops"].get(step.id)
        if memory is None:
            items = self.decisions.items(step, self.next_sequence)
            self.note(LineKind.LOOPED, step.id, details={"items": items})
            # A copy: the list must not change when the variable it came from does.
            memory = self.snapshot["loops"][step.id] = {"items": list(items), "turn": 0}
        if memory["turn"] < len(memory["items"]) and step.children:
            memory["turn"] += 1
            self.put(token, step.children[0].id, Phase.IN)
        else:
            self._end_loop(token, step)

    def _end_loop(self, token: Token, step: Node) -> None:
        self.snapshot["loops"].pop(step.id, None)
        self.put(token, step.id, Phase.OUT)

    def _break(self, token: Token, step: Break) -> None:
        self.note(LineKind.FINISHED, step.id, status_code=SUCCESS)
        for node in self.program.around(step.id):
            self.snapshot["loops"].pop(node.id, None)
            if isinstance(node, While | ForEach):
                self.put(token, node.id, Phase.OUT)
                return

    def _fork(self, token_id: str, token: Token, step: Parallel) -> None:
        for branch in step.children:
            self.snapshot["n"] += 1
            self.snapshot["tokens"][str(self.snapshot["n"])] = {
                "at": branch.id,
                "ph": Phase.IN,
                "up": token_id,
            }
        token["ph"] = Phase.JOIN
        token["left"] = len(step.children)

    def _terminate(self, step: Terminate) -> None:
        message = self.decisions.message(step, self.next_sequence)
        self.note(LineKind.FINISHED, step.id, status_code=SUCCESS, message=message)
        self.end(step.outcome, message or sentences.ENDED_BY_STEP)
