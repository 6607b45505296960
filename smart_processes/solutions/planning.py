"""Planning, applying and exporting solutions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.actor import Actor
from accounts.exceptions import AccountsRefusal
from smart_processes.exceptions import RecordRefusal
from smart_processes.solutions import validation
from smart_processes.solutions.document import Document, SolutionRefused
from smart_processes.solutions.own_parts import all_parts
from smart_processes.solutions.registry import Step

SOLUTION_VERSION = validation.VERSION


@dataclass(frozen=True)
class Plan:
    """What differs between a file and the system.

    Attributes:
        steps: What will be made, in the order in which it is made.
        kept: What the file removes but nobody allowed to be destroyed.
    """

    steps: tuple[Step, ...]
    kept: tuple[Step, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not self.steps and not self.kept


def make_plan(document: Document, *, may_destroy: bool = False) -> Plan:
    """Return what differs; reads only.

    Raises:
        SolutionRefused: the document is not as its schema says.
    """
    validation.check(document)
    steps: list[Step] = []
    for key, part in all_parts().items():
        if key in document.content:
            wanted = document.content[key]
            steps += part.plan(wanted, document.content, may_destroy=may_destroy)
    ordered = sorted(steps, key=lambda step: step.phase)
    return Plan(
        tuple(step for step in ordered if may_destroy or not step.is_destructive),
        tuple(step for step in ordered if step.is_destructive and not may_destroy),
    )


def apply_solution(document: Document, *, actor: Actor, may_destroy: bool = False) -> Plan:
    """Make the system what the document says, all of it or nothing; return what was made.

    Applying again makes nothing.

    Raises:
        SolutionRefused: the document is wrong, or an action refused a step; the problem
            names the line.
    """
    with transaction.atomic():
        plan = make_plan(document, may_destroy=may_destroy)
        for step in plan.steps:
            try:
                step.run(actor)
            except (RecordRefusal, AccountsRefusal) as refusal:
                problem = document.problem(refusal.message, step.path)
                raise SolutionRefused([problem]) from refusal
    return plan


def rehearse(document: Document, *, actor: Actor, may_destroy: bool = False) -> Plan:
    """Return the plan after making all of it and undoing it again: it can be applied.

    Raises:
        SolutionRefused: as `apply_solution`.
    """
    with transaction.atomic():
        plan = apply_solution(document, actor=actor, may_destroy=may_destroy)
        transaction.set_rollback(True)
    actor.access_memo = None
    return plan


def export_solution(types: Collection[str] | None = None) -> dict[str, Any]:
    """Return the stored configuration as the content of a solution file.

    Args:
        types: Codes of the types wanted alone, with the roles and views that go with
            them; None for everything.
    """
    content: dict[str, Any] = {"solution": SOLUTION_VERSION}
    for key, part in all_parts().items():
        exported = part.export(types)
        if exported is not None:
            content[key] = exported
    return content
