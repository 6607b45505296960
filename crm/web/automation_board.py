"""The automation board: a pipeline's stages with their rules; moving and switching robots."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from automation.actions.robot_starts import start_for_present
from automation.actions.robots import copy_robot, delete_robot, move_robot, switch_robot
from crm.web.automation_pages import switch
from crm.web.rule_page import LANES, PAGE, lanes_answer, lanes_context, open_rule_page

DELETION = "crm/automation/delete.html"


@login_required
@require_GET
def board(request: HttpRequest, type_code: str) -> HttpResponse:
    """Show the rules of a pipeline by stage."""
    page = open_rule_page(request, type_code)
    part = LANES if request.headers.get("HX-Target") == "auto-board" else PAGE
    context = {
        "switch": switch("board", page.actor),
        "words": _words(),
        "is_update": part == LANES,
    }
    return render(request, part, lanes_context(page) | context)


@login_required
@require_POST
def move(request: HttpRequest, type_code: str, robot_id: int) -> HttpResponse:
    """Move a robot to `stage`, to `position` among its robots."""
    page = open_rule_page(request, type_code)
    stage = page.stage(request.POST.get("stage", ""))
    move_robot(page.robot(robot_id), stage, actor=page.actor, position=position_asked(request))
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
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, type_code: str, robot_id: int) -> HttpResponse:
    """Ask before a robot is deleted, and delete it."""
    page = open_rule_page(request, type_code)
    robot = page.robot(robot_id)
    if request.method == "GET":
        context = {
            "dialog_title": _("Delete the robot “%(name)s”?") % {"name": robot.name},
            "text": _("What waits is cancelled. What it did stays in the records' journals."),
            "action": page.url("robot_delete", robot.pk),
            "verb": _("Delete the robot"),
        }
        return render(request, DELETION, context)
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


def position_asked(request: HttpRequest) -> int | None:
    """Return the place among the rules of a stage that was sent; None for the last."""
    position = request.POST.get("position", "")
    return int(position) if position.isdecimal() and len(position) < 6 else None


def _words() -> dict[str, str]:
    """Return what the browser says; %(name)s and such are filled in there."""
    return {
        "lifted": _("Lifted %(name)s. Use arrows, Space to drop, Escape to cancel."),
        "over": _("Over %(stage)s, place %(place)s."),
        "dropped": _("Moved to %(stage)s."),
        "cancelled": _("%(name)s is back in its place."),
        "found": _("Rules found: %(count)s."),
    }
