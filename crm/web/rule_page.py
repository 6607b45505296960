"""What every page and answer about the rules of a pipeline begins with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from accounts.requests import actor_of
from automation.actions.robot_starts import count_present
from automation.models import Robot, Trigger
from crm.web.automation_pages import automatable, automatable_pipelines, board_url
from crm.web.record import with_toast
from crm.web.rule_board import rule_board
from crm.web.rule_params import RuleChoices
from smart_processes.exceptions import RecordMissing
from smart_processes.models import Stage
from smart_processes.schema import PipelineSchema, Schema, TypeSchema, schema_for

PAGE = "crm/automation/board.html"
LANES = f"{PAGE}#lanes"


@dataclass(frozen=True)
class RulePage:
    """What every answer about the rules of a pipeline knows; templates call it `page`."""

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
        """The types whose rules the reader may change, for a menu."""
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
        """The pipelines whose rules the reader may change, for a menu."""
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
        """The stages where rules may stand."""
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

    def trigger(self, trigger_id: int) -> Trigger:
        """Return a trigger of the pipeline (one query).

        Raises:
            RecordMissing: there is none.
        """
        found = Trigger.objects.filter(pk=trigger_id, pipeline_id=self.pipeline.pk)
        trigger = found.select_related("stage").first()
        if trigger is None:
            raise RecordMissing
        return trigger

    def url(self, name: str, *parts: object, **query: str) -> str:
        """Return an address about rules of the pipeline."""
        asked = "".join(f"&{key}={value}" for key, value in query.items())
        place = reverse(f"crm:{name}", args=[self.type_schema.code, *parts])
        return f"{place}?pipeline={self.pipeline.code}{asked}"


def open_rule_page(request: HttpRequest, type_code: str) -> RulePage:
    """Return the page of the pipeline that the address names, or the first one.

    Raises:
        TypeMissing: no such type.
        PermissionRefused: the reader may not change the rules of its pipelines.
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
    """Return what the lanes need (six queries at most)."""
    rules = rule_board(page.actor, page.type_schema, page.pipeline)
    return {"page": page, "rules": rules, "is_update": True}


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
    text = ngettext(
        "%(count)d record stands in this stage already; it acts on those that enter from now on.",
        "%(count)d records stand in this stage already; it acts on those that enter from now on.",
        count,
    )
    words = ngettext("Run it for %(count)d record", "Run it for %(count)d records", count)
    offer = {"label": words % {"count": count}, "post": page.url("robot_start", robot.pk)}
    told = with_toast(
        answer, said, text % {"count": count}, action=offer, decline=_("Leave them as they are")
    )
    return _and_close(told)


def _and_close(answer: HttpResponse) -> HttpResponse:
    """Close the drawer as well, when the lanes stand."""
    told = json.loads(answer["HX-Trigger-After-Swap"])
    answer["HX-Trigger-After-Swap"] = json.dumps(told | {"close-drawer": {}})
    return answer
