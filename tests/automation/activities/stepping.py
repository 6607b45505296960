"""Running steps through the engine: start, take turns and send until nothing is due.

Programs are stored without the check before publishing: steps have to cope with what
comes out of expressions, which nobody can check before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.actor import Actor
from accounts.models import User
from automation.engine.program import canonical
from automation.models import JournalEntry, Program, ProgramVersion, Run
from automation.runtime import clock
from automation.runtime.executor import run_due
from automation.runtime.outbox import send_due
from automation.runtime.starting import Start, start
from smart_processes.models import Item

_numbers = count(1)


def step(activity: str, **params: Any) -> dict[str, Any]:
    """Return a step that is called like its activity."""
    return {"id": activity, "type": activity, "params": params}


@dataclass
class Story:
    """What became of a run."""

    run: Run

    def line(self, step_id: str) -> JournalEntry:
        """Return the line that tells how a step ended."""
        return self.run.journal.get(step=step_id, kind="finished")

    def result(self, step_id: str) -> dict[str, Any]:
        """Return what a step returned; it must have succeeded."""
        line = self.line(step_id)
        assert line.operation_status_code == "success", line.operation_status_message
        return line.activity_return_result or {}

    def effects(self, step_id: str) -> list[tuple[Any, ...]]:
        """Return what a step changed: (record, field, before, after)."""
        rows = self.line(step_id).effects or []
        return [(row["record"], row["field"], row["before"], row["after"]) for row in rows]

    def error(self, step_id: str) -> tuple[str, str]:
        """Return kind and sentence of a step's failure."""
        line = self.line(step_id)
        assert line.operation_status_code == "error"
        return line.operation_status_kind, line.operation_status_message


def run_steps(
    *steps: Mapping[str, Any],
    item: Item | None = None,
    runs_as: User | None = None,
    variables: tuple[str, ...] = (),
    code: str = "",
) -> Story:
    """Run a program of these steps to its end, or until only a time or somebody may go on.

    Args:
        steps: The steps, see `step`.
        item: The run's record.
        runs_as: Whose rights it has; None: the system's.
        variables: Codes of the program's variables.
        code: The program's code; the same one twice runs the same program.
    """
    body: dict[str, Any] = {"program": 1, "root": {"type": "sequence", "steps": list(steps)}}
    if variables:
        body["variables"] = [{"code": each, "kind": "string"} for each in variables]
    program = _stored(code or f"program{next(_numbers)}", body)
    wish = Start(
        program=program,
        item_id=item.pk if item else None,
        parameters={},
        actor=Actor.system("tests"),
        runs_as_id=runs_as.pk if runs_as else None,
    )
    run = start(wish, clock.now())
    work()
    run.refresh_from_db()
    return Story(run)


def work() -> None:
    """Work until nothing is due, as workers would."""
    while run_due() or send_due():
        pass


def _stored(code: str, body: dict[str, Any]) -> Program:
    program, _made = Program.objects.get_or_create(
        code=code, defaults={"name": code, "created_at": timezone.now()}
    )
    sha256 = hashlib.sha256(code.encode() + canonical(body)).hexdigest()
    version, _made = ProgramVersion.objects.get_or_create(
        sha256=sha256,
        defaults={
            "program": program,
            "number": program.versions.count() + 1,
            "body": body,
            "published_at": timezone.now(),
        },
    )
    program.published = version
    program.save()
    return program
