"""Putting a run at another step of its program.

Only the step is chosen. Which token goes there follows from the tree: the one in whose part
of the program the step lies. What it leaves behind (waits, other tokens inside it, turns of
loops, states) is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from automation.engine.compiled import Program
from automation.engine.expressions.errors import gettext_noop
from automation.engine.nodes import (
    Answer,
    Branch,
    ErrorBranch,
    ForEach,
    Node,
    Parallel,
    State,
)
from automation.engine.snapshot import Phase, Snapshot
from automation.engine.turn_writer import TurnWriter

SENTENCES: Mapping[str, str] = {
    "step_unknown": gettext_noop("There is no step “%(name)s” in this version, or it is off."),
    "step_is_a_part": gettext_noop(
        "“%(name)s” is a part of a step. Choose the step around it, or one inside it."
    ),
    "parallel_not_entered": gettext_noop(
        "“%(name)s” lies inside of “%(around)s”, where the run is not. Choose “%(around)s”."
    ),
    "branch_over": gettext_noop("“%(name)s” lies in a branch that has come to its end."),
    "loop_not_entered": gettext_noop(
        "“%(name)s” lies inside of the loop “%(around)s”, where the run is not. "
        "Choose “%(around)s”."
    ),
    "state_not_left": gettext_noop(
        "“%(name)s” is done when the state “%(around)s” is left, and it is not being left."
    ),
    "state_is_not_skipped": gettext_noop(
        "“%(name)s” is a state; it cannot be skipped. Choose where the run is to go."
    ),
    "not_failed_there": gettext_noop("The run did not stop at “%(name)s”."),
}


class SteeringRefused(ValueError):
    """What somebody wants of a run does not fit; nothing was changed.

    Attributes:
        code: A key of the sentences above, or of `automation.engine.migration`.
        params: What the sentence names, `name` first: ids of steps.
    """

    def __init__(self, code: str, name: str, **params: Any) -> None:
        super().__init__(f"{code}: {name}")
        self.code = code
        self.params = {"name": name, **params}


def is_in_use(program: Program, node_id: str) -> bool:
    """Return whether a node is there and can be reached: it may be switched off."""
    return node_id in program.nodes and _inside_out(program, node_id)[-1] is program.root


def token_for(program: Program, snapshot: Snapshot, step_id: str) -> str:
    """Return the number of the token that would go to a step.

    Raises:
        SteeringRefused: the run cannot be put there.
    """
    if not is_in_use(program, step_id):
        raise SteeringRefused("step_unknown", step_id)
    if isinstance(program.nodes[step_id], Branch | Answer | ErrorBranch):
        raise SteeringRefused("step_is_a_part", step_id)
    token_id = next(number for number, token in snapshot["tokens"].items() if "up" not in token)
    for node, inside in _ways_in(program, step_id):
        if isinstance(node, Parallel):
            token_id = _branch_token(program, snapshot, token_id, (node, inside), step_id)
        elif isinstance(node, ForEach) and not snapshot["loops"].get(node.id, {}).get("turn"):
            raise SteeringRefused("loop_not_entered", step_id, around=node.id)
        elif isinstance(node, State) and inside is node.on_leave:
            _refuse_unless_left(program, snapshot, node, token_id, step_id)
    return token_id


def go_to(writer: TurnWriter, step_id: str) -> None:
    """Put the run at a step, about to begin it.

    Raises:
        SteeringRefused: it cannot be put there.
    """
    program, snapshot = writer.program, writer.snapshot
    token_id = token_for(program, snapshot, step_id)
    for inner in _beneath(snapshot, token_id):
        writer.close_waits(inner)
        del snapshot["tokens"][inner]
    writer.close_waits(token_id)
    _forget(program, snapshot, step_id)
    for node, inside in _ways_in(program, step_id):
        if isinstance(node, State) and inside is not node.on_leave:
            snapshot["machines"][program.parents[node.id].id] = {"done": "enter"}
    target = program.nodes[step_id]
    if isinstance(target, State):
        snapshot["machines"][program.parents[step_id].id] = {}
    token = snapshot["tokens"][token_id]
    token.pop("left", None)
    writer.put(token, step_id, Phase.IN)


def skip(writer: TurnWriter, token_id: str) -> str:
    """Let the step that a token failed at be over, with nothing; return its id.

    Raises:
        SteeringRefused: no such token failed, or its step cannot be skipped.
    """
    snapshot = writer.snapshot
    token = snapshot["tokens"].get(token_id)
    if token is None or token["ph"] != Phase.IN:
        raise SteeringRefused("not_failed_there", token["at"] if token else token_id)
    step_id = token["at"]
    if isinstance(writer.program.nodes[step_id], State):
        raise SteeringRefused("state_is_not_skipped", step_id)
    writer.close_waits(token_id)
    snapshot["loops"].pop(step_id, None)
    writer.keep(step_id, {})
    writer.put(token, step_id, Phase.OUT)
    return step_id


def failed_token(program: Program, snapshot: Snapshot, step_id: str) -> str:
    """Return the number of the token that stopped at a step, or in what the step is a part of.

    Args:
        program: The run's version.
        snapshot: Its state, failed.
        step_id: The step of the journal's last error; empty where no step is to blame: then
            it is the step that would be taken next.

    Raises:
        SteeringRefused: none did.
    """
    standing = {n: t["at"] for n, t in snapshot["tokens"].items() if t["ph"] == Phase.IN}
    if not step_id and standing:
        return min(standing, key=int)
    parent = program.parents.get(step_id)
    for place in (step_id, parent.id if parent else ""):
        for number, at in standing.items():
            if at == place:
                return number
    raise SteeringRefused("not_failed_there", step_id)


def _forget(program: Program, snapshot: Snapshot, step_id: str) -> None:
    """Forget turns and states of what the token leaves; its loops and machines around stay."""
    around = {node.id for node in program.around(step_id)}
    frame = _frame(program, step_id)
    for memories in (snapshot["loops"], snapshot["machines"]):
        for node_id in list(memories):
            if node_id not in around and frame in _inside_out(program, node_id):
                del memories[node_id]


def _frame(program: Program, step_id: str) -> Node:
    """Return the part of the program that the token of a step has for itself."""
    branches = [inside for node, inside in _ways_in(program, step_id) if isinstance(node, Parallel)]
    return branches[-1] if branches else program.root


def _branch_token(
    program: Program,
    snapshot: Snapshot,
    token_id: str,
    way: tuple[Parallel, Node],
    step_id: str,
) -> str:
    """Return the token at work in a branch of a parallel that `token_id` waits at."""
    parallel, branch = way
    tokens = snapshot["tokens"]
    token = tokens[token_id]
    if token["ph"] != Phase.JOIN or token["at"] != parallel.id:
        raise SteeringRefused("parallel_not_entered", step_id, around=parallel.id)
    for number, inner in tokens.items():
        is_child = inner.get("up") == token_id
        if is_child and branch in _inside_out(program, inner["at"]):
            return number
    raise SteeringRefused("branch_over", step_id)


def _refuse_unless_left(
    program: Program, snapshot: Snapshot, state: State, token_id: str, step_id: str
) -> None:
    """Refuse a step of a state's handler of leaving unless the token is leaving it."""
    memory = snapshot["machines"].get(program.parents[state.id].id, {})
    here = _inside_out(program, snapshot["tokens"][token_id]["at"])
    if state not in here or memory.get("done") != "leave":
        raise SteeringRefused("state_not_left", step_id, around=state.id)


def _beneath(snapshot: Snapshot, token_id: str) -> list[str]:
    """Return the tokens that a token waits for, and those that they wait for."""
    found = [n for n, token in snapshot["tokens"].items() if token.get("up") == token_id]
    return [each for n in found for each in (n, *_beneath(snapshot, n))]


def _ways_in(program: Program, step_id: str) -> Iterator[tuple[Node, Node]]:
    """Yield what is around a step with the part that leads to it, outermost first."""
    return pairwise(reversed(_inside_out(program, step_id)))


def _inside_out(program: Program, node_id: str) -> list[Node]:
    node = program.nodes.get(node_id)
    return [node, *program.around(node_id)] if node else []
