"""Answering a user task from a letter, without signing in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from automation.actions.user_tasks import answer_user_task
from automation.exceptions import UserTaskRefused
from automation.models import UserTaskPerson
from automation.selectors.user_tasks import get_user_task
from automation.user_tasks.links import place_of_link
from crm.web.errors import status_of
from crm.web.user_task_forms import COMMENT, UserTaskForm
from crm.web.user_task_views import user_task_views
from smart_processes.exceptions import ValuesRefused

PAGE = "crm/user_tasks/link.html"


@never_cache
@require_http_methods(["GET", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show the task of a link and take its answer; a link that ended says so.

    Programs that open links of letters only look: nothing is answered without the button.
    """
    try:
        place = place_of_link(token)
        assert place.person is not None  # a link is somebody's
        with override(place.person.language or settings.LANGUAGE_CODE):
            return _of_place(request, place)
    except UserTaskRefused as refusal:
        return render(request, PAGE, {"told": refusal.message}, status=status_of(refusal))


def _of_place(request: HttpRequest, place: UserTaskPerson) -> HttpResponse:
    actor = Actor.person(place.person)
    if request.method == "GET":
        if place.ended_at is not None:
            raise UserTaskRefused(_("This link was used, or no answer is needed any more."))
        return render(request, PAGE, _context(place, actor, UserTaskForm(place.task)))
    form = UserTaskForm(place.task, request.POST)
    try:
        answer_user_task(
            place.task,
            actor=actor,
            answer=request.POST.get("answer", ""),
            comment=request.POST.get(COMMENT, ""),
            values=form.values(),
        )
    except ValuesRefused as refusal:
        form.explain(refusal)
        return render(request, PAGE, _context(place, actor, form), status=status_of(refusal))
    return render(request, PAGE, {"told": _("Thank you, your answer is kept."), "is_kept": True})


def _context(place: UserTaskPerson, actor: Actor, form: UserTaskForm) -> dict[str, Any]:
    task = get_user_task(actor, place.task_id)
    (view,) = user_task_views([task], actor)
    return {"view": view, "task": task, "form": form, "person": place.person}
