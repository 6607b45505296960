"""Triggers, built by intent, and what they decided."""

from __future__ import annotations

from typing import Any

from automation.actions.triggers import add_trigger
from automation.models import Decision, Trigger
from automation.runtime import executor
from smart_processes.models import Item, Pipeline
from tests.factories.smart_processes import system


def make_trigger(
    pipeline: Pipeline, stage: str, kind: str, name: str = "", **attributes: Any
) -> Trigger:
    """Return a trigger of a stage."""
    return add_trigger(
        pipeline.stages.get(code=stage), kind, name or kind, actor=system(), **attributes
    )


def work() -> None:
    """Work until nothing is due, as a worker would."""
    while executor.run_due():
        pass


def stage_of(item: Item) -> str:
    """Return the stage a record stands in now."""
    return str(Item._base_manager.get(pk=item.pk).stage)


def decisions(item: Item) -> list[tuple[str, str]]:
    """Return what triggers decided about a record, oldest first: (name, kind)."""
    made = Decision.objects.filter(item=item, rule_kind="trigger").order_by("pk")
    return [(each.rule_name, each.kind) for each in made]


def reasons(item: Item) -> list[str]:
    """Return why, oldest first."""
    made = Decision.objects.filter(item=item, rule_kind="trigger").order_by("pk")
    return [each.reason for each in made]
