"""Programs and runs, built by intent."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from accounts.actor import Actor
from automation.actions.programs import create_program
from automation.actions.robots import add_robot
from automation.actions.runs import start_run
from automation.models import JournalEntry, Program, Robot, Run
from automation.robots.drafts import RobotDraft
from automation.runtime import executor
from smart_processes.models import Item, RecordType, Stage
from tests.factories.smart_processes import system

_numbers = count(1)


def body(*steps: Mapping[str, Any], **parts: Any) -> dict[str, Any]:
    """Return the body of a program of these steps."""
    return {"program": 1, "root": {"type": "sequence", "steps": list(steps)}, **parts}


def log(step_id: str, text: str = "hello", **parts: Any) -> dict[str, Any]:
    """Return a step that only writes into the journal."""
    return {"id": step_id, "type": "log", "params": {"text": text}, **parts}


def make_program(
    *steps: Mapping[str, Any],
    code: str = "",
    record_type: RecordType | None = None,
    **parts: Any,
) -> Program:
    """Return a published program of these steps."""
    code = code or f"program_{next(_numbers)}"
    return create_program(
        code,
        code.capitalize(),
        actor=system(),
        type_id=record_type.pk if record_type else None,
        body=body(*steps, **parts),
    )


def make_run(program: Program, item: Item | None = None, **parameters: Any) -> Run:
    """Return a run that has not begun."""
    return start_run(program, item, actor=system(), parameters=parameters)


def make_robot(
    stage: Stage, activity: str = "log", *, actor: Actor | None = None, **parts: Any
) -> Robot:
    """Return a robot of a stage; `parts` are the draft's, by default it writes a line."""
    if activity == "log":
        parts.setdefault("params", {"text": "hello"})
    parts.setdefault("name", f"Robot {next(_numbers)}")
    return add_robot(stage, RobotDraft(activity, **parts), actor=actor or system())


def run_due() -> None:
    """Work until nothing is due, as a worker would."""
    while executor.run_due():
        pass


def story(run: Run) -> list[str]:
    """Return kind and step of every line of a run's journal."""
    lines = JournalEntry.objects.filter(run=run).order_by("sequence")
    return [f"{line.kind} {line.step}".strip() for line in lines]
