"""Taking a run to another version of its program, by the ids of steps alone.

A run may go where everything it stands on is still there: the steps of its tokens and waits,
of the same kind, inside of the same loops, branches and states. What it has behind it does
not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from automation.engine.compiled import Program
from automation.engine.expressions.errors import gettext_noop
from automation.engine.nodes import (
    OF_ACTIVITIES,
    Activity,
    Answer,
    FirstOf,
    ForEach,
    Node,
    Parallel,
    State,
    StateMachine,
    Wait,
    WaitKind,
    While,
)
from automation.engine.placing import SteeringRefused, is_in_use
from automation.engine.plain_values import plain
from automation.engine.snapshot import OpenWait, Phase, Snapshot
from automation.engine.turn_writer import TurnWriter

SENTENCES: Mapping[str, str] = {
    "step_gone": gettext_noop("The run stands at “%(name)s”, which is not there any more."),
    "step_changed": gettext_noop("The run stands at “%(name)s”, which does something else now."),
    "step_moved": gettext_noop(
        "The run stands at “%(name)s”, which lies inside of other loops, branches or states now."
    ),
    "branches_changed": gettext_noop(
        "The run is inside of “%(name)s”, which has other branches now."
    ),
    "wait_changed": gettext_noop("The run waits at “%(name)s”, which waits for other things now."),
    "loop_gone": gettext_noop("The run is inside of the loop “%(name)s”, which is gone."),
    "state_gone": gettext_noop("The run goes to the state “%(name)s” next, which is gone."),
    "parameter_missing": gettext_noop(
        "The version needs the parameter “%(name)s”, which the run was not given."
    ),
}
WARNINGS: Mapping[str, str] = {
    "result_unknown": gettext_noop(
        "“%(name)s” is read by the new version. Its result was not kept, or it is a new step "
        "that the run has passed: it will be empty."
    ),
    "wait_keeps": gettext_noop("“%(name)s” goes on waiting as it began, whatever changed in it."),
    "listens_anew": gettext_noop(
        "“%(name)s” waits for other things now. All its times begin again."
    ),
    "variable_new": gettext_noop("The variable “%(name)s” is new and has its first value."),
    "variable_gone": gettext_noop("The variable “%(name)s” is gone, and with it its value."),
}
# What has to stay around a token.
_FRAMES = (While, ForEach, Parallel, FirstOf, State, StateMachine)


@dataclass(frozen=True)
class Finding:
    """Something that speaks against taking a run along, or that has to be known.

    Attributes:
        code: A key of `SENTENCES` or `WARNINGS`.
        name: The id of the step, or the code of the variable or parameter.
    """

    code: str
    name: str

    @property
    def is_warning(self) -> bool:
        """Whether the run can be taken along all the same."""
        return self.code in WARNINGS


@dataclass
class Comparison:
    """Two versions, compared for one run.

    Attributes:
        listens_anew: Tokens that begin to listen again.
    """

    old: Program
    new: Program
    snapshot: Snapshot
    findings: list[Finding] = field(default_factory=list)
    listens_anew: list[str] = field(default_factory=list)

    @property
    def obstacles(self) -> list[Finding]:
        """What makes it impossible."""
        return [each for each in self.findings if not each.is_warning]


def compare(old: Program, new: Program, snapshot: Snapshot) -> Comparison:
    """Return what a run would meet in another version."""
    found = Comparison(old, new, snapshot)
    for number, token in snapshot["tokens"].items():
        code = _stands(found, token["at"])
        if code:
            found.findings.append(Finding(code, token["at"]))
        elif token["ph"] == Phase.JOIN and _parts(old, token["at"]) != _parts(new, token["at"]):
            found.findings.append(Finding("branches_changed", token["at"]))
        elif token["ph"] == Phase.WAIT:
            found.findings += _waits(found, number, token["at"])
    for step_id in snapshot["loops"]:
        if not _is_alike(found, step_id):
            found.findings.append(Finding("loop_gone", step_id))
    found.findings += _states(found)
    found.findings += _values(found)
    return found


def migrate(writer: TurnWriter, new: Program) -> None:
    """Take the run to another version of its program.

    Raises:
        SteeringRefused: it cannot be taken there.
    """
    snapshot = writer.snapshot
    found = compare(writer.program, new, snapshot)
    if found.obstacles:
        first = found.obstacles[0]
        raise SteeringRefused(first.code, first.name)
    for number in found.listens_anew:
        writer.close_waits(number)
        snapshot["tokens"][number]["ph"] = Phase.IN
    for code, each in new.parameters.items():
        snapshot["params"].setdefault(code, plain(each.default))
    held = snapshot["vars"]
    snapshot["vars"] = {
        code: held.get(code, plain(each.default)) for code, each in new.variables.items()
    }
    snapshot["results"] = {
        step_id: result
        for step_id, result in snapshot["results"].items()
        if step_id in new.mentioned
    }
    snapshot["machines"] = {
        node_id: memory
        for node_id, memory in snapshot["machines"].items()
        if is_in_use(new, node_id)
    }
    writer.program = new


# --- where it stands ----------------------------------------------------------------------------


def _stands(found: Comparison, step_id: str) -> str:
    """Return the code of what is wrong with the place of a token; empty when nothing is."""
    if not is_in_use(found.new, step_id):
        return "step_gone"
    if not _is_alike(found, step_id):
        return "step_changed"
    if _frames(found.old, step_id) != _frames(found.new, step_id):
        return "step_moved"
    return ""


def _is_alike(found: Comparison, step_id: str) -> bool:
    """Return whether a step is of the same kind in both versions."""
    if not is_in_use(found.new, step_id):
        return False
    one, other = found.old.nodes[step_id], found.new.nodes[step_id]
    if isinstance(one, Activity) and isinstance(other, Activity):
        return one.activity == other.activity
    return type(one) is type(other)


def _frames(program: Program, step_id: str) -> list[str]:
    """Return the ids of what has to stay around a step: loops, states, branches of parallels."""
    inner, frames = step_id, []
    for node in program.around(step_id):
        if isinstance(node, _FRAMES):
            # In a parallel also which branch it is; in a state, which handler.
            frames += [inner, node.id] if isinstance(node, Parallel | State) else [node.id]
        inner = node.id
    return frames


def _parts(program: Program, step_id: str) -> set[str]:
    return {each.id for each in program.nodes[step_id].children}


# --- what it waits for --------------------------------------------------------------------------


def _waits(found: Comparison, token_id: str, at: str) -> Iterator[Finding]:
    waits = [wait for wait in found.snapshot["waits"].values() if wait["t"] == token_id]
    node = found.new.nodes[at]
    is_listening = isinstance(node, FirstOf | State)
    if is_listening and _listened(found.old, at) != _listened(found.new, at):
        found.listens_anew.append(token_id)
        yield Finding("listens_anew", at)
        return
    for wait in waits:
        if not _goes_on(found.new, wait):
            yield Finding("wait_changed", wait["s"])
        elif not is_listening and _changed(found, wait["s"]):
            yield Finding("wait_keeps", wait["s"])


def _listened(program: Program, step_id: str) -> list[tuple[str, WaitKind]]:
    """Return what a step that waits for several things waits for."""
    answers = [each for each in program.nodes[step_id].children if isinstance(each, Answer)]
    return [(each.id, each.awaited.kind) for each in answers]


def _goes_on(program: Program, wait: OpenWait) -> bool:
    """Return whether the step of a wait still ends with it."""
    node = program.nodes.get(wait["s"])
    kind = WaitKind(wait["k"])
    if isinstance(node, Wait | Answer):
        return node.awaited.kind is kind
    return isinstance(node, Activity) and (kind in OF_ACTIVITIES or kind is WaitKind.RETRY)


def _changed(found: Comparison, step_id: str) -> bool:
    one, other = found.old.nodes[step_id], found.new.nodes[step_id]
    return _written(one) != _written(other)


def _written(node: Node) -> list[Any]:
    """Return what somebody wrote into a waiting step."""
    if isinstance(node, Activity):
        return [node.params.raw if node.params else None]
    if isinstance(node, Wait):
        values = (node.awaited.value, node.awaited.offset, node.awaited.limit)
        return [each.raw if each else None for each in values]
    return []


# --- what it carries ----------------------------------------------------------------------------


def _states(found: Comparison) -> Iterator[Finding]:
    """Yield states that were chosen to come next and are gone."""
    for memory in found.snapshot["machines"].values():
        following = memory.get("next")
        if following is not None and not is_in_use(found.new, following):
            yield Finding("state_gone", following)


def _values(found: Comparison) -> Iterator[Finding]:
    old, new, snapshot = found.old, found.new, found.snapshot
    for code, parameter in new.parameters.items():
        held = snapshot["params"].get(code, parameter.default)
        if parameter.is_required and held in (None, "", []):
            yield Finding("parameter_missing", code)
    for code in new.variables.keys() - snapshot["vars"].keys():
        yield Finding("variable_new", code)
    for code in snapshot["vars"].keys() - new.variables.keys():
        yield Finding("variable_gone", code)
    ahead = {token["at"] for token in snapshot["tokens"].values()}
    for step_id in sorted(new.mentioned - old.mentioned - ahead):
        if is_in_use(new, step_id) and _may_be_passed(new, step_id, ahead):
            yield Finding("result_unknown", step_id)


def _may_be_passed(program: Program, step_id: str, standing: set[str]) -> bool:
    """Return whether a step lies before every place where the run stands."""
    order = {node_id: place for place, node_id in enumerate(_in_order(program.root))}
    places = [order[each] for each in standing if each in order]
    return bool(places) and order[step_id] < max(places)


def _in_order(node: Node) -> Iterator[str]:
    yield node.id
    for child in node.children:
        yield from _in_order(child)
