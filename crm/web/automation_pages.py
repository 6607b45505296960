"""What the pages of automation share: for which pipelines one may make robots, the switch."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import access
from accounts.actor import Actor
from automation.actions.robots import may_automate
from automation.models import Program, Robot
from smart_processes.models import Item
from smart_processes.schema import PipelineSchema, TypeSchema, schema_for


def automatable(actor: Actor) -> list[tuple[TypeSchema, list[PipelineSchema]]]:
    """Return the types whose robots an actor may change, each with its pipelines (no query)."""
    found = [
        (each, automatable_pipelines(actor, each)) for each in schema_for(actor).types.values()
    ]
    return [(each, pipelines) for each, pipelines in found if pipelines]


def automatable_pipelines(actor: Actor, type_schema: TypeSchema) -> list[PipelineSchema]:
    """Return the pipelines of a type whose robots an actor may change (no query)."""
    if not type_schema.type.has_stages:
        return []
    rights = access.of(actor)
    return [each for each in type_schema.pipelines if may_automate(rights, each)]


def board_url(type_schema: TypeSchema, pipeline: PipelineSchema) -> str:
    """Return the automation board of a pipeline."""
    return f"{reverse('crm:auto_board', args=[type_schema.code])}?pipeline={pipeline.code}"


def trial_url(program: Program, item: Item | None) -> str:
    """Return where a robot or a program is tried out, on a record if there is one (one query)."""
    robot = Robot.objects.filter(program=program).select_related("pipeline__type").first()
    query: dict[str, Any] = {"record": item.pk} if item else {}
    if robot is None:
        address = reverse("crm:program_try", args=[program.code])
    else:
        address = reverse("crm:robot_try", args=[robot.pipeline.type.code, robot.pk])
        query["pipeline"] = robot.pipeline.code
    return f"{address}?{urlencode(query)}"


def switch(current: str, actor: Actor) -> list[dict[str, Any]]:
    """Return the switch between the pages of automation."""
    pages = [("health", _("Health"), reverse("crm:automation"))]
    # Deals are what people automate first.
    types = sorted(automatable(actor), key=lambda each: each[0].code != "deal")
    if types:
        pages.append(("board", _("Board"), board_url(types[0][0], types[0][1][0])))
    pages.append(("runs", _("Runs"), reverse("crm:runs")))
    return [
        {"title": title, "url": url, "is_current": code == current} for code, title, url in pages
    ]
