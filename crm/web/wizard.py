"""The wizard that makes a record type of one's own: start, fields, stages, access.

The draft is kept in the session, so Back and Next lose nothing; the process is made in one
transaction, at any step.
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access
from accounts.access import require_configurator
from accounts.actor import Actor
from accounts.choices import Action
from accounts.requests import actor_of
from crm.web import wizard_presets, wizard_state
from crm.web.navigation import type_url
from crm.web.wizard_creation import Problems, ProcessRefused, create, problems_of
from crm.web.wizard_page import WizardPage
from crm.web.wizard_reading import change_rows, read
from crm.web.wizard_state import STEPS, WizardState
from smart_processes.models import RecordType
from smart_processes.schema import schema_for

PAGE = "crm/wizard/page.html"


@login_required
@require_http_methods(["GET", "POST"])
def wizard(request: HttpRequest) -> HttpResponse:
    """Show a step (`?step=`), or take its form and do what the pressed button says."""
    actor = actor_of(request)
    require_configurator(access.of(actor))
    state = wizard_state.load(request.session) or wizard_presets.fresh()
    if request.method == "GET":
        return _show(request, WizardPage(actor, state, _opened(request, state)))
    step = _step(request)
    if request.POST.get("do") == "cancel":
        wizard_state.forget(request.session)
        return redirect("crm:home")
    read(step, state, request.POST)
    return _do(request, actor, state, step)


@login_required
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Answer what the process would look like with what the form says; nothing is kept."""
    actor = actor_of(request)
    require_configurator(access.of(actor))
    state = wizard_state.load(request.session) or wizard_presets.fresh()
    step = _step(request)
    read(step, state, request.POST)
    page = WizardPage(actor, state, step, shown=request.POST)
    return render(request, f"{PAGE}#answer", {"page": page})


def _do(request: HttpRequest, actor: Actor, state: WizardState, step: str) -> HttpResponse:
    wanted, place = request.POST.get("do", "next"), STEPS.index(step)
    if wanted == "create":
        return _create(request, actor, state)
    if wanted == "next":
        return _next(request, actor, state, place)
    if wanted == "back":
        return _go(request, state, STEPS[max(place - 1, 0)])
    if wanted.startswith("step:"):
        goal = wanted.removeprefix("step:")
        return _go(request, state, goal if goal in STEPS else step)
    return _change_rows(request, actor, state, step, wanted)


def _next(request: HttpRequest, actor: Actor, state: WizardState, place: int) -> HttpResponse:
    """Go on when nothing up to here would be refused."""
    problems = problems_of(state, actor=actor)
    if wrong := [step for step in STEPS[: place + 1] if step in problems]:
        return _refused(request, actor, state, wrong[0], problems)
    following = min(place + 1, len(STEPS) - 1)
    state.reached = max(state.reached, following)
    return _go(request, state, STEPS[following])


def _change_rows(
    request: HttpRequest, actor: Actor, state: WizardState, step: str, change: str
) -> HttpResponse:
    key = change_rows(step, state, change) if step in {"fields", "stages"} else ""
    if not request.headers.get("HX-Request"):
        return _go(request, state, step)
    wizard_state.save(state, request.session)
    page = WizardPage(actor, state, step)
    if change == "add":
        page.focused = key
    elif change.startswith("remove:"):
        page.neighbour = key
    return render(request, f"{PAGE}#rows", {"page": page})


def _create(request: HttpRequest, actor: Actor, state: WizardState) -> HttpResponse:
    try:
        made = create(state, actor=actor)
    except ProcessRefused as refused:
        first = next(step for step in STEPS if step in refused.problems)
        return _refused(request, actor, state, first, refused.problems)
    wizard_state.forget(request.session)
    said = _("“%(process)s” is ready") % {"process": made.name_many}
    messages.success(request, said)
    return redirect(_opens_at(made, actor))


def _opens_at(made: RecordType, actor: Actor) -> str:
    """Return the new board or list; home for who gave it to others only."""
    type_schema = schema_for(actor).types[made.code]
    if access.of(actor).may_somewhere(Action.VIEW, type_schema.pipelines):
        return type_url(type_schema)
    return reverse("crm:home")


def _refused(
    request: HttpRequest, actor: Actor, state: WizardState, step: str, problems: Problems
) -> HttpResponse:
    state.reached = max(state.reached, STEPS.index(step))
    wizard_state.save(state, request.session)
    page = WizardPage(actor, state, step, problems=problems)
    answer = _show(request, page)
    answer.status_code = 422
    return answer


def _go(request: HttpRequest, state: WizardState, step: str) -> HttpResponse:
    wizard_state.save(state, request.session)
    return redirect(f"{reverse('crm:wizard')}?step={step}")


def _show(request: HttpRequest, page: WizardPage) -> HttpResponse:
    return render(request, PAGE, {"page": page})


def _step(request: HttpRequest) -> str:
    step = request.POST.get("step", "")
    return step if step in STEPS else STEPS[0]


def _opened(request: HttpRequest, state: WizardState) -> str:
    """Return the step that was asked for, as far as the draft has come."""
    asked = request.GET.get("step", "")
    place = STEPS.index(asked) if asked in STEPS else 0
    return STEPS[min(place, state.reached)]
