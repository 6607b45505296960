"""Reading steps: what all kinds of them have in common."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from automation.engine.errors import Problem, ProgramRefused
from automation.engine.json_reader import JsonObject
from automation.engine.limits import LONGEST_ID, MOST_STEPS
from automation.engine.nodes import Node
from automation.engine.scope import Source

ID = re.compile(rf"[A-Za-z]\w{{0,{LONGEST_ID - 1}}}")
_RESERVED = frozenset({*(str(each) for each in Source), "Workflow"})
# Kinds of steps that are no activities; `read_<kind>` reads each.
CONTROL = (
    *("sequence", "group", "if", "parallel", "while", "for_each", "break", "wait", "first_of"),
    *("state_machine", "set_state", "terminate", "sub_workflow"),
)


class StepReading:
    """One body while it is read.

    Attributes:
        around: What stands around the step being read: "loop" where a `break` may be, a
            dictionary of states where a `set_state` may be.
    """

    def __init__(self, body: Any) -> None:
        self.problems: list[Problem] = []
        self.top = JsonObject(body, "$", self.problems)
        self.nodes: dict[str, Node] = {}
        self.parents: dict[str, Node] = {}
        self.following: dict[str, Node] = {}
        self.paths: dict[str, str] = {}
        self.around: list[Any] = []

    def read_activity(self, raw: JsonObject, step_id: str) -> Node:
        """Read a step that does something."""
        raise NotImplementedError

    def step(self, raw: JsonObject, *, is_root: bool = False) -> Node | None:
        """Read one step; None for one that is switched off or cannot be read."""
        kind = raw.text("type", "sequence" if is_root else None)
        raw.text("title")
        step_id = self.step_id(raw, default="root" if is_root else None)
        is_off = raw.flag("is_off")
        read = getattr(self, f"read_{kind}") if kind in CONTROL else self.read_activity
        node = self.keep(read(raw, step_id), raw)
        raw.finish()
        return None if is_off else node

    def steps(
        self, raw: JsonObject, key: str = "steps", *, needed: bool = False
    ) -> tuple[Node, ...]:
        """Read the steps of a block."""
        listed = raw.listing(key, if_empty="empty_steps" if needed else "")
        found: list[Node] = []
        for place, each in enumerate(listed):
            child = JsonObject(each, f"{raw.at(key)}[{place}]", self.problems)
            if (node := self.step(child)) is not None:
                found.append(node)
        for one, following in pairwise(found):
            self.following[one.id] = following
        return tuple(found)

    def parts(self, raw: JsonObject, key: str, step_id: str) -> list[tuple[JsonObject, str]]:
        """Return the branches or states of a step with their ids."""
        listed = raw.listing(key, if_empty="empty_branches")
        found = []
        for place, each in enumerate(listed):
            part = JsonObject(each, f"{raw.at(key)}[{place}]", self.problems)
            part.text("title")
            found.append((part, self.step_id(part, default=f"{step_id}_{place + 1}")))
        return found

    def step_id(self, raw: JsonObject, default: str | None) -> str:
        """Read an id and check that it is one."""
        step_id = raw.text("id", default)
        if not ID.fullmatch(step_id) and (step_id or "id" in raw):
            raw.refuse("id", "not_an_id", limit=LONGEST_ID)
        elif step_id in _RESERVED:
            raw.refuse("id", "id_reserved", name=step_id)
        return step_id

    def keep(self, node: Node, raw: JsonObject) -> Node:
        """Note a node that was read, and that it stands around its children."""
        if node.id in self.nodes:
            raw.refuse("id", "id_twice", name=node.id)
        if len(self.nodes) == MOST_STEPS:
            raise ProgramRefused([Problem("$", "too_many_steps", {"limit": MOST_STEPS})])
        self.nodes[node.id] = node
        self.paths[node.id] = raw.path
        for child in node.children:
            self.parents[child.id] = node
        return node
