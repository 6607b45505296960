"""Adding and editing robots: the catalogue of what they can do, and the form in the drawer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
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
from crm.web.automation_board import RulePage, lanes_answer, open_rule_page
from crm.web.rule_form import RobotForm
from smart_processes.exceptions import RecordMissing
from smart_processes.models import Stage

CATALOGUE = "crm/automation/catalogue.html"
FORM = "crm/automation/robot.html"
GROUPS: dict[Group, tuple[StrOrPromise, str]] = {
    Group.RECORD: (gettext_lazy("Record"), "amber"),
    Group.MESSAGES: (gettext_lazy("Messages"), "blue"),
    Group.PEOPLE: (gettext_lazy("People"), "violet"),
    Group.DATA: (gettext_lazy("Data"), "teal"),
    Group.FLOW: (gettext_lazy("Workflows"), "green"),
    Group.OUTSIDE: (gettext_lazy("Other systems"), "pink"),
}


@dataclass(frozen=True)
class Shelf:
    """A group of the catalogue."""

    title: StrOrPromise
    hue: str
    activities: Sequence[Activity[Any]]


@login_required
@require_GET
def catalogue(request: HttpRequest, type_code: str) -> HttpResponse:
    """Answer what a robot of `stage` can do; `q` narrows it."""
    page = open_rule_page(request, type_code)
    stage = page.stage(request.GET.get("stage", ""))
    text = request.GET.get("q", "").strip()[:100]
    shelves = _shelves(text)
    context = {
        "page": page,
        "stage": stage,
        "q": text,
        "shelves": shelves,
        "found": sum(len(shelf.activities) for shelf in shelves),
        "drawer_title": _("Add a robot to “%(stage)s”") % {"stage": stage.name},
    }
    is_list = request.headers.get("HX-Target") == "catalogue"
    return render(request, f"{CATALOGUE}#list" if is_list else CATALOGUE, context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, type_code: str, activity_code: str) -> HttpResponse:
    """Answer the form of a new robot of `stage`, and take what it sends."""
    page = open_rule_page(request, type_code)
    stage = page.stage(request.GET.get("stage", ""))
    form = _form(request, page, RobotDraft(activity=activity_code))
    if request.method == "POST" and form.is_valid():
        try:
            made = add_robot(stage, form.robot(), actor=page.actor)
        except ProgramInvalid as refusal:
            form.explain(refusal)
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
    if request.method == "POST" and form.is_valid():
        try:
            edited = edit_robot(robot, form.robot(), actor=page.actor)
        except ProgramInvalid as refusal:
            form.explain(refusal)
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


def _answer(
    request: HttpRequest,
    page: RulePage,
    form: RobotForm,
    stage: Stage,
    robot: Robot | None = None,
) -> HttpResponse:
    query = f"?pipeline={page.pipeline.code}&stage={stage.code}"
    code = page.type_schema.code
    address = (
        reverse("crm:robot_edit", args=[code, robot.pk])
        if robot
        else reverse("crm:robot_new", args=[code, form.activity.code])
    )
    context = {
        "page": page,
        "form": form,
        "robot": robot,
        "stage": stage,
        "action": address + query,
        "hue": GROUPS[form.activity.group][1],
        "drawer_title": robot.name if robot else form.activity.label,
    }
    return render(request, FORM, context, status=422 if form.errors else 200)


def _shelves(text: str) -> list[Shelf]:
    wanted = text.casefold()
    found = [
        each
        for each in all_activities().values()
        if wanted in str(each.label).casefold() or wanted in str(each.description).casefold()
    ]
    shelves = [
        Shelf(
            title,
            hue,
            sorted((e for e in found if e.group == group), key=lambda e: str(e.label)),
        )
        for group, (title, hue) in GROUPS.items()
    ]
    return [shelf for shelf in shelves if shelf.activities]
