"""What people call the steps of a program."""

from __future__ import annotations

from automation.activities import registry
from automation.engine.compiled import Program
from automation.engine.nodes import Activity


def step_name(program: Program, step_id: str) -> str:
    """Return a step's title, else what it does, else its id; an unknown name as it is."""
    node = program.nodes.get(step_id)
    if node is None or node.title:
        return node.title if node else step_id
    doer = registry.activity(node.activity) if isinstance(node, Activity) else None
    return str(doer.label) if doer else step_id
