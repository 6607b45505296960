"""Reading a program: JSON to nodes. `program.schema.json` says the same in another language."""

from __future__ import annotations

from typing import Any

from automation.engine.compiled import Definition, Program
from automation.engine.errors import ProgramRefused
from automation.engine.json_reader import JsonObject
from automation.engine.limits import LONGEST_ID, TURNS_OF_A_LOOP
from automation.engine.nodes import (
    Block,
    Branch,
    Break,
    Choice,
    ForEach,
    Node,
    Parallel,
    Terminate,
    While,
)
from automation.engine.reading_activities import ActivityReading
from automation.engine.reading_steps import ID
from automation.engine.scope import Source

VERSION = 1  # of the shape; a body says it as "program"

_GLOBALS = frozenset({Source.GLOBAL_CONSTANT, Source.GLOBAL_VARIABLE})


def read_program(body: Any, *, mentioned: set[str]) -> Program:
    """Return the compiled program.

    Args:
        body: JSON that is not too deep (`automation.engine.program` sees to it).
        mentioned: The words inside its texts.

    Raises:
        ProgramRefused: with every problem.
    """
    return Reading(body).program(mentioned)


class Reading(ActivityReading):
    """Knows the whole program."""

    def program(self, mentioned: set[str]) -> Program:
        """Read everything.

        Raises:
            ProgramRefused: with what was found.
        """
        top = self.top
        if top.any("program") != VERSION:
            top.refuse("program", "version_unknown", known=VERSION)
        parameters = self._definitions("parameters")
        variables = self._definitions("variables")
        constants = self._definitions("constants")
        type_code = top.text("type")
        if "root" not in top:
            top.refuse("", "missing", name="root")
        root = self.step(top.child("root"), is_root=True)
        top.finish()
        if self.problems or root is None:
            raise ProgramRefused(self.problems)
        return Program(
            root=root,
            nodes=self.nodes,
            parents=self.parents,
            following=self.following,
            paths=self.paths,
            mentioned=frozenset(mentioned & self.nodes.keys()),
            parameters=parameters,
            variables=variables,
            constants=constants,
            type_code=type_code,
            reads_globals=not _GLOBALS.isdisjoint(mentioned),
        )

    # --- control ----------------------------------------------------------------------------

    def read_sequence(self, raw: JsonObject, step_id: str) -> Node:
        """Read steps one after the other."""
        return Block(step_id, raw.text("title"), self.steps(raw))

    read_group = read_sequence

    def read_if(self, raw: JsonObject, step_id: str) -> Node:
        """Read a choice; its last branch may be the else."""
        branches = []
        listed = self.parts(raw, "branches", step_id)
        for place, (part, branch_id) in enumerate(listed):
            condition = part.condition("when")
            if "when" not in part and place < len(listed) - 1:
                part.refuse("", "else_not_last")
            node = Branch(branch_id, part.text("title"), self.steps(part), condition)
            branches.append(self.keep(node, part))
            part.finish()
        return Choice(step_id, raw.text("title"), tuple(branches))

    def read_parallel(self, raw: JsonObject, step_id: str) -> Node:
        """Read branches that run beside each other."""
        branches = []
        outside, self.around = self.around, []
        for part, branch_id in self.parts(raw, "branches", step_id):
            node = Block(branch_id, part.text("title"), self.steps(part))
            branches.append(self.keep(node, part))
            part.finish()
        self.around = outside
        return Parallel(step_id, raw.text("title"), tuple(branches))

    def read_while(self, raw: JsonObject, step_id: str) -> Node:
        """Read a loop with a condition."""
        condition = raw.condition("when")
        if "when" not in raw:
            raw.refuse("", "missing", name="when")
        most = raw.number("most", TURNS_OF_A_LOOP, low=1, high=TURNS_OF_A_LOOP)
        return While(step_id, raw.text("title"), self._loop_steps(raw), condition, most)

    def read_for_each(self, raw: JsonObject, step_id: str) -> Node:
        """Read a loop over the values of a list."""
        over = raw.value("over")
        if "over" not in raw:
            raw.refuse("", "missing", name="over")
        most = raw.number("most", TURNS_OF_A_LOOP, low=1, high=TURNS_OF_A_LOOP)
        return ForEach(step_id, raw.text("title"), self._loop_steps(raw), over, most)

    def read_break(self, raw: JsonObject, step_id: str) -> Node:
        """Read a way out of the loop around it."""
        if "loop" not in self.around:
            raw.refuse("", "outside_loop")
        return Break(step_id, raw.text("title"))

    def read_terminate(self, raw: JsonObject, step_id: str) -> Node:
        """Read the end of the run."""
        outcome = raw.one_of("outcome", ("completed", "cancelled"))
        return Terminate(step_id, raw.text("title"), (), outcome, raw.value("message"))

    def _loop_steps(self, raw: JsonObject) -> tuple[Node, ...]:
        self.around.append("loop")
        steps = self.steps(raw, needed=True)
        self.around.pop()
        return steps

    # --- definitions ------------------------------------------------------------------------

    def _definitions(self, key: str) -> dict[str, Definition]:
        found: dict[str, Definition] = {}
        for place, each in enumerate(self.top.listing(key)):
            raw = JsonObject(each, f"$.{key}[{place}]", self.problems)
            code = raw.text("code", None)
            if code and not ID.fullmatch(code):
                raw.refuse("code", "not_an_id", limit=LONGEST_ID)
            if code in found:
                raw.refuse("code", "twice", name=code)
            found[code] = Definition(
                code=code,
                label=raw.text("label"),
                kind=raw.text("kind", "string"),
                default=raw.any("value" if key == "constants" else "default"),
                is_required=raw.flag("is_required"),
                is_multiple=raw.flag("is_multiple"),
                is_secret=raw.flag("is_secret"),
                options=tuple(raw.texts("options")),
            )
            raw.finish()
        return found
