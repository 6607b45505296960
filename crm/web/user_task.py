"""One user task: its page, answering it, giving it on; and the tasks of a record."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.models import User
from accounts.requests import actor_of
from automation.actions.user_tasks import answer_user_task, delegate_user_task
from automation.exceptions import UserTaskRefused
from automation.models import UserTask
from automation.selectors.user_tasks import get_user_task, possible_takers, user_tasks_of
from crm.web.errors import status_of
from crm.web.record import with_toast
from crm.web.record_page import open_record_page
from crm.web.user_task_forms import COMMENT, UserTaskForm
from crm.web.user_task_views import user_task_views
from smart_processes.exceptions import ValuesRefused

PAGE = "crm/user_tasks/task.html"
TASK = f"{PAGE}#task"
CHANGED = "counts-changed, user-tasks-changed"


@login_required
@require_GET
def user_task(request: HttpRequest, task_id: int) -> HttpResponse:
    """Show a task with its form; htmx gets the task alone."""
    actor = actor_of(request)
    task = get_user_task(actor, task_id)
    template = TASK if request.headers.get("HX-Request") else PAGE
    return render(request, template, _context(actor, task, UserTaskForm(task)))


@login_required
@require_POST
def answer(request: HttpRequest, task_id: int) -> HttpResponse:
    """Take an answer; a refused one comes back with its sentences."""
    actor = actor_of(request)
    task = get_user_task(actor, task_id)
    form = UserTaskForm(task, request.POST)
    try:
        answer_user_task(
            task,
            actor=actor,
            answer=request.POST.get("answer", ""),
            comment=request.POST.get(COMMENT, ""),
            values=form.values(),
        )
    except ValuesRefused as refusal:
        form.explain(refusal)
        return render(request, TASK, _context(actor, task, form), status=status_of(refusal))
    return _changed(request, actor, task_id, _("Your answer is kept"))


@login_required
@require_POST
def delegate(request: HttpRequest, task_id: int) -> HttpResponse:
    """Give one's place to somebody else."""
    actor = actor_of(request)
    task = get_user_task(actor, task_id)
    chosen = request.POST.get("to", "")
    to = User.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
    if to is None:
        raise UserTaskRefused(_("Choose who is to answer in your place."))
    delegate_user_task(task, to, actor=actor)
    told = _("%(name)s answers in your place now") % {"name": to.full_name}
    return _changed(request, actor, task_id, told)


@login_required
@require_GET
def of_record(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Answer the open tasks of a record: who blocks, and the form of the reader's own."""
    page = open_record_page(request, type_code, record_id)
    views = user_task_views(user_tasks_of(page.record), page.actor)
    shown = [(view, _context(page.actor, view.task, UserTaskForm(view.task))) for view in views]
    return render(request, "crm/user_tasks/record.html", {"shown": shown})


def _context(actor: Actor, task: UserTask, form: UserTaskForm) -> dict[str, Any]:
    (view,) = user_task_views([task], actor)
    return {
        "view": view,
        "task": task,
        "form": form,
        "takers": possible_takers(task, actor) if view.mine else [],
    }


def _changed(request: HttpRequest, actor: Actor, task_id: int, told: str) -> HttpResponse:
    task = get_user_task(actor, task_id)
    shown = render(request, TASK, _context(actor, task, UserTaskForm(task)))
    shown["HX-Trigger-After-Settle"] = CHANGED
    return with_toast(shown, told)
