"""The automation board: a pipeline's stages with their robots; adding, moving, switching them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from accounts.requests import actor_of
from automation.actions.robot_starts import count_present, start_for_present
from automation.actions.robots import (
    copy_robot,
    delete_robot,
    move_robot,
    switch_robot,
)
from automation.models import Robot
from crm.web.automation_pages import automatable, automatable_pipelines, board_url, switch
from crm.web.record import with_toast
from crm.web.robot_cards import rule_lanes
from crm.web.rule_params import RuleChoices
from smart_processes.exceptions import RecordMissing
from smart_processes.models import Stage
from smart_processes.schema import PipelineSchema, Schema, TypeSchema, schema_for

PAGE = "crm/automation/board.html"
LANES = f"{PAGE}#lanes"


@dataclass(frozen=True)
class RulePage:
    """What every answer about the robots of a pipeline knows; templates call it `page`."""

    actor: Actor
    schema: Schema
    type_schema: TypeSchema
    pipeline: PipelineSchema

    @property
    def address(self) -> str:
        """The board."""
        return board_url(self.type_schema, self.pipeline)

    @property
    def title(self) -> str:
        """How the records are called."""
        return str(self.type_schema.type.name_many)

    @property
    def choices(self) -> RuleChoices:
        """What controls offer."""
        return RuleChoices(self.schema, self.type_schema, self.pipeline)

    @property
    def types(self) -> list[dict[str, Any]]:
        """The types whose robots the reader may change, for a menu."""
        return [
            {
                "title": each.type.name_many,
                "icon": each.type.icon,
                "url": board_url(each, pipelines[0]),
                "is_current": each.code == self.type_schema.code,
            }
            for each, pipelines in automatable(self.actor)
        ]

    @property
    def pipelines(self) -> list[dict[str, Any]]:
        """The pipelines whose robots the reader may change, for a menu."""
        return [
            {
                "title": each.pipeline.name,
                "hue": each.pipeline.hue,
                "url": board_url(self.type_schema, each),
                "is_current": each.pk == self.pipeline.pk,
            }
            for each in automatable_pipelines(self.actor, self.type_schema)
        ]

    @property
    def stages(self) -> list[Stage]:
        """The stages where robots may stand."""
        return [stage for stage in self.pipeline.all_stages if stage.retired_at is None]

    def stage(self, code: str) -> Stage:
        """Return a stage by its code.

        Raises:
            RecordMissing: there is none.
        """
        found = next((stage for stage in self.stages if stage.code == code), None)
        if found is None:
            raise RecordMissing
        return found

    def robot(self, robot_id: int) -> Robot:
        """Return a robot of the pipeline (one query).

        Raises:
            RecordMissing: there is none.
        """
        found = Robot.objects.filter(pk=robot_id, pipeline_id=self.pipeline.pk)
        robot = found.select_related("stage").first()
        if robot is None:
            raise RecordMissing
        return robot


@login_required
@require_GET
def board(request: HttpRequest, type_code: str) -> HttpResponse:
    """Show the robots of a pipeline by stage."""
    page = open_rule_page(request, type_code)
    part = LANES if request.headers.get("HX-Target") == "auto-board" else PAGE
    context = {"switch": switch("board", page.actor), "words": _words()}
    return render(request, part, lanes_context(page) | context)


@login_required
@require_POST
def move(request: HttpRequest, type_code: str, robot_id: int) -> HttpResponse:
    """Move a robot to `stage`, to `position` among its robots."""
    page = open_rule_page(request, type_code)
    position = request.POST.get("position", "")
    move_robot(
        page.robot(robot_id),
        page.stage(request.POST.get("stage", "")),
        actor=page.actor,
        position=int(position) if position.isdecimal() and len(position) < 6 else None,
    )
    return render(request, LANES, lanes_context(page))


@login_required
@require_POST
def flip(request: HttpRequest, type_code: str, robot_id: int) -> HttpResponse:
    """Switch a robot on, or with `?off` off."""
    page = open_rule_page(request, type_code)
    is_on = "off" not in request.GET
    robot = switch_robot(page.robot(robot_id), is_active=is_on, actor=page.actor)
    said = _("“%(name)s” is switched on") if is_on else _("“%(name)s” is switched off")
    return lanes_answer(request, page, said % {"name": robot.name})


@login_required
@require_POST
def copy(request: HttpRequest, type_code: str, robot_id: int) -> HttpResponse:
    """Put a copy of a robot right below it."""
    page = open_rule_page(request, type_code)
    robot = page.robot(robot_id)
    made = copy_robot(robot, robot.stage, actor=page.actor, position=robot.position + 1)
    return lanes_answer(request, page, _("“%(name)s” was copied") % {"name": made.name})


@login_required
@require_POST
def delete(request: HttpRequest, type_code: str, robot_id: int) -> HttpResponse:
    """Delete a robot."""
    page = open_rule_page(request, type_code)
    robot = page.robot(robot_id)
    delete_robot(robot, actor=page.actor)
    return lanes_answer(request, page, _("“%(name)s” was deleted") % {"name": robot.name})


@login_required
@require_POST
def start(request: HttpRequest, type_code: str, robot_id: int) -> HttpResponse:
    """Run a robot for the records that stand in its stage already."""
    page = open_rule_page(request, type_code)
    robot = page.robot(robot_id)
    count = start_for_present(robot, actor=page.actor)
    words = ngettext("It runs for %(count)d record", "It runs for %(count)d records", count)
    return lanes_answer(request, page, words % {"count": count})


# --- for whoever changed something ------------------------------------------------------------


def open_rule_page(request: HttpRequest, type_code: str) -> RulePage:
    """Return the page of the pipeline that the address names, or the first one.

    Raises:
        TypeMissing: no such type.
        PermissionRefused: the reader may not change the robots of its pipelines.
    """
    actor = actor_of(request)
    schema = schema_for(actor)
    type_schema = schema.type(type_code)
    pipelines = automatable_pipelines(actor, type_schema)
    wanted = request.GET.get("pipeline", "")
    if not wanted and type_schema.default_pipeline in pipelines:
        wanted = type_schema.default_pipeline.code
    pipeline = next((each for each in pipelines if not wanted or each.code == wanted), None)
    if pipeline is None:
        raise PermissionRefused(Action.AUTOMATE, type_schema.type.name_many)
    return RulePage(actor, schema, type_schema, pipeline)


def lanes_context(page: RulePage) -> dict[str, Any]:
    """Return what the lanes need (four queries)."""
    return {"page": page, "lanes": rule_lanes(page.type_schema, page.pipeline)}


def lanes_answer(
    request: HttpRequest, page: RulePage, said: str, robot: Robot | None = None
) -> HttpResponse:
    """Answer the lanes with a toast.

    Args:
        request: Whose answer it is.
        page: The page.
        said: What was done.
        robot: Offer to run it for the records that stand in its stage already.
    """
    answer = render(request, LANES, lanes_context(page))
    answer["HX-Retarget"] = "#auto-board"
    answer["HX-Reswap"] = "innerHTML"
    count = count_present(robot, actor=page.actor) if robot and robot.is_active else 0
    if not robot or not count:
        return _and_close(with_toast(answer, said))
    words = ngettext("Run it for %(count)d record", "Run it for %(count)d records", count)
    address = reverse("crm:robot_start", args=[page.type_schema.code, robot.pk])
    post = f"{address}?pipeline={page.pipeline.code}"
    text = _("It acts when records enter the stage. Some stand there already.")
    offer = {"label": words % {"count": count}, "post": post}
    return _and_close(with_toast(answer, said, text, action=offer))


def _and_close(answer: HttpResponse) -> HttpResponse:
    """Close the drawer as well, when the lanes stand."""
    told = json.loads(answer["HX-Trigger-After-Swap"])
    answer["HX-Trigger-After-Swap"] = json.dumps(told | {"close-drawer": {}})
    return answer


def _words() -> dict[str, str]:
    """Return what the browser says; %(name)s and such are filled in there."""
    return {
        "lifted": _("Lifted %(name)s. Use arrows, Space to drop, Escape to cancel."),
        "over": _("Over %(stage)s, place %(place)s."),
        "dropped": _("Moved to %(stage)s."),
        "cancelled": _("%(name)s is back in its place."),
    }
