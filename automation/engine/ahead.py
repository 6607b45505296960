"""Which steps a run may still come to."""

from __future__ import annotations

from automation.engine.compiled import Program
from automation.engine.nodes import ForEach, Node, StateMachine, While
from automation.engine.snapshot import Phase, Snapshot


def ahead(program: Program, snapshot: Snapshot) -> frozenset[str]:
    """Return the ids of what the run stands at and of everything that may follow."""
    found: set[str] = set()
    for token in snapshot["tokens"].values():
        node = program.nodes[token["at"]]
        # At a join others do the work; a step that is over is behind.
        if token["ph"] not in {Phase.JOIN, Phase.OUT}:
            _add(node, found)
        _follow(program, node, found)
    return frozenset(found)


def _follow(program: Program, node: Node, found: set[str]) -> None:
    """Add what comes after a node: next to it, then next to what is around it."""
    for around in [node, *program.around(node.id)]:
        if around is not node and isinstance(around, While | ForEach | StateMachine):
            _add(around, found)  # it comes round again
        following = program.following.get(around.id)
        while following is not None:
            _add(following, found)
            following = program.following.get(following.id)


def _add(node: Node, found: set[str]) -> None:
    found.add(node.id)
    for child in node.children:
        _add(child, found)
