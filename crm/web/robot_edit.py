"""Adding and editing robots: the catalogue of what they can do, and the form in the drawer."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from django_stubs_ext import StrOrPromise

from automation.actions.robots import add_robot, edit_robot
from automation.activities.base import Activity, Group
from automation.activities.registry import all_activities
from automation.exceptions import ProgramInvalid
from automation.models import Robot
from automation.robots.drafts import RobotDraft, draft_of
from crm.web.robot_form import RobotForm
from crm.web.rule_catalogue import Offer, Shelf, catalogue_answer
from crm.web.rule_page import RulePage, lanes_answer, open_rule_page
from smart_processes.exceptions import RecordMissing
from smart_processes.models import Stage

FORM = "crm/automation/robot.html"
GROUPS: dict[Group, tuple[StrOrPromise, str]] = {
    Group.RECORD: (gettext_lazy("Record"), "amber"),
    Group.MESSAGES: (gettext_lazy("Messages"), "blue"),
    Group.PEOPLE: (gettext_lazy("People"), "violet"),
    Group.DATA: (gettext_lazy("Data"), "teal"),
    Group.FLOW: (gettext_lazy("Workflows"), "green"),
    Group.OUTSIDE: (gettext_lazy("Other systems"), "pink"),
}


@login_required
@require_GET
def catalogue(request: HttpRequest, type_code: str) -> HttpResponse:
    """Answer what a robot of `stage` can do; `q` narrows it."""
    page = open_rule_page(request, type_code)
    stage = page.stage(request.GET.get("stage", ""))
    title = _("Add a robot to “%(stage)s”") % {"stage": stage.name}
    context = {"drawer_title": title, "find": _("Find a robot")}
    address = page.url("robot_catalogue", stage=stage.code)
    return catalogue_answer(request, address, _shelves(page, stage), context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, type_code: str, activity_code: str) -> HttpResponse:
    """Answer the form of a new robot of `stage`, and take what it sends."""
    page = open_rule_page(request, type_code)
    stage = page.stage(request.GET.get("stage", ""))
    form = _form(request, page, RobotDraft(activity=activity_code))
    if "refill" in request.GET:
        return _answer(request, page, _refilled(form, page), stage)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_robot(stage, form.robot(), actor=page.actor)
        except ProgramInvalid as refusal:
            form.explain(refusal.problems)
        else:
            said = _("“%(name)s” was added") % {"name": made.name}
            return lanes_answer(request, page, said, made)
    return _answer(request, page, form, stage)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, type_code: str, robot_id: int) -> HttpResponse:
    """Answer a robot's form, and take what it sends."""
    page = open_rule_page(request, type_code)
    robot = page.robot(robot_id)
    form = _form(request, page, draft_of(robot))
    if "refill" in request.GET:
        return _answer(request, page, _refilled(form, page), robot.stage, robot)
    if request.method == "POST" and form.is_valid():
        try:
            edited = edit_robot(robot, form.robot(), actor=page.actor)
        except ProgramInvalid as refusal:
            form.explain(refusal.problems)
        else:
            said = _("“%(name)s” is saved") % {"name": edited.name}
            return lanes_answer(request, page, said, edited)
    return _answer(request, page, form, robot.stage, robot)


def _form(request: HttpRequest, page: RulePage, draft: RobotDraft) -> RobotForm:
    activity = all_activities().get(draft.activity)
    if activity is None:
        raise RecordMissing
    sent = request.POST if request.method == "POST" else None
    return RobotForm(activity, page.choices, draft, sent)


def _refilled(form: RobotForm, page: RulePage) -> RobotForm:
    """Return the form with what was typed, and with what its lists offer for that."""
    draft = form.robot() if form.is_valid() else form.draft
    refilled = RobotForm(form.activity, page.choices, draft, None)
    refilled.focus_refills()
    return refilled


def _answer(
    request: HttpRequest,
    page: RulePage,
    form: RobotForm,
    stage: Stage,
    robot: Robot | None = None,
) -> HttpResponse:
    parts = ("robot_edit", robot.pk) if robot else ("robot_new", form.activity.code)
    context = {
        "page": page,
        "form": form,
        "robot": robot,
        "stage": stage,
        "action": page.url(*parts, stage=stage.code),
        "hue": GROUPS[form.activity.group][1],
        "drawer_title": robot.name if robot else form.activity.label,
    }
    return render(request, FORM, context, status=422 if form.errors else 200)


def _shelves(page: RulePage, stage: Stage) -> list[Shelf]:
    found = sorted(all_activities().values(), key=lambda each: str(each.label))
    return [
        Shelf(title, hue, [_offer(each, page, stage) for each in found if each.group == group])
        for group, (title, hue) in GROUPS.items()
    ]


def _offer(activity: Activity[Any], page: RulePage, stage: Stage) -> Offer:
    return Offer(
        label=str(activity.label),
        description=str(activity.description),
        icon=activity.icon,
        url=page.url("robot_new", activity.code, stage=stage.code),
    )
