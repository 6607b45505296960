"""The dialogs of what may be done to a run: first what it would meet, then the button."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.requests import actor_of
from automation.actions.steering import require_automating
from automation.exceptions import VariablesRefused
from automation.models import Robot, Run
from automation.selectors.preflight import Finding, Place, preflight
from automation.selectors.run_lists import get_run
from crm.web.record import record_url, with_toast
from crm.web.run_deed_forms import DeedForm, deed_form
from crm.web.run_steering import STEERING
from smart_processes.models import Item
from smart_processes.schema import schema_for

DIALOG = "crm/automation/deed.html"
_ADMIN_PAGES: Mapping[Place, str] = {
    Place.PERSON: "admin:accounts_user",
    Place.GLOBALS: "admin:automation_globalvalue",
}


@login_required
@require_http_methods(["GET", "POST"])
def deed(request: HttpRequest, run_id: int, how: str) -> HttpResponseBase:
    """Ask what a deed needs and show what the run would meet (GET), or do it (POST)."""
    actor = actor_of(request)
    run, item, _may_steer = get_run(actor, run_id)
    require_automating(actor, item, run.version.program.name)
    form = deed_form(how, run, request.POST if request.method == "POST" else None)
    if request.method == "GET" or not form.is_valid():
        return _dialog(request, actor, run, how, form)
    try:
        done = form.act(actor)
    except VariablesRefused as refusal:
        form.explain(refusal)
        return _dialog(request, actor, run, how, form)
    address = reverse("crm:run", args=[done.pk])
    if not request.headers.get("HX-Request"):
        return redirect(address)
    answer = HttpResponse(status=204)
    # The story is read anew where it is looked at; a run that began anew has its own.
    answer["HX-Location"] = _location(address)
    return with_toast(answer, str(STEERING[how].said))


def _dialog(request: HttpRequest, actor: Actor, run: Run, how: str, form: DeedForm) -> HttpResponse:
    given: QueryDict = request.POST if form.is_bound else request.GET
    plan = form.plan(given)
    report = preflight(actor, run, plan) if plan is not None else None
    findings = report.findings if report else []
    context: dict[str, Any] = {
        "form": form,
        "dialog_title": form.title % {"name": run.version.program.name},
        "verb": STEERING[how].label,
        "icon": STEERING[how].icon,
        "is_asked": plan is not None,
        "findings": [(each, *_address(actor, run, each)) for each in findings],
        "is_refused": report is not None and report.is_refused,
        "action": reverse(f"crm:run_{how}", args=[run.pk]),
    }
    return render(request, DIALOG, context, status=422 if form.errors else 200)


def _address(actor: Actor, run: Run, finding: Finding) -> tuple[str, bool]:
    """Return where something is mended, and whether a dialog does it; nowhere is no address."""
    if finding.place is Place.VERSION:
        return reverse("crm:run_migrate", args=[run.pk]), True
    if finding.place is Place.PROGRAM:
        return _program_url(run), False
    if finding.place is Place.RECORD and run.item is not None:
        return _record_url(actor, run.item), False
    page = _ADMIN_PAGES.get(finding.place) if finding.place else None
    if page is None:
        return "", False
    if finding.key is None:
        return reverse(f"{page}_changelist"), False
    return reverse(f"{page}_change", args=[finding.key]), False


def _program_url(run: Run) -> str:
    """Return where what runs is changed: a robot's form, or the program's page."""
    robots = Robot.objects.select_related("stage__pipeline__type")
    robot = robots.filter(program=run.version.program).first()
    if robot is None:
        return reverse("admin:automation_program_change", args=[run.version.program_id])
    return reverse("crm:robot_edit", args=[robot.stage.pipeline.type.code, robot.pk])


def _record_url(actor: Actor, item: Item) -> str:
    code = schema_for(actor).of(item).code
    if item.deleted_at is not None:
        return reverse("crm:recycle_bin", args=[code])
    return record_url(code, item)


def _location(address: str) -> str:
    return f'{{"path": "{address}", "target": "#story", "headers": {{"HX-Target": "story"}}}}'
