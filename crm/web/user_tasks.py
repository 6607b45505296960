"""My tasks: what waits for my answer, what I answered, and what my workflows ask others."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.requests import actor_of
from automation.actions.user_tasks import answer_user_task
from automation.choices import UserTaskKind
from automation.exceptions import UserTaskRefused
from automation.models import UserTask
from automation.selectors.user_tasks import (
    UserTaskFilter,
    asked_user_tasks,
    count_kinds,
    own_user_tasks,
)
from crm.web.my_tasks_switch import ASKED, TO_ANSWER, task_switch
from crm.web.record import with_toast
from crm.web.user_task_views import ICONS, user_task_views
from smart_processes.exceptions import ValuesRefused
from smart_processes.schema import schema_for

PAGE = "crm/user_tasks/list.html"
LIST = f"{PAGE}#list"
LONGEST_TEXT = 100  # characters that are looked for
MOST_AT_ONCE = 200


@login_required
@require_GET
def to_answer(request: HttpRequest) -> HttpResponse:
    """Show what waits for my answer, or with `?done=1` what I answered."""
    return _shown(request, is_asked=False)


@login_required
@require_GET
def asked(request: HttpRequest) -> HttpResponse:
    """Show what my workflows ask others, and who is waited for."""
    return _shown(request, is_asked=True)


@login_required
@require_POST
def answer_many(request: HttpRequest) -> HttpResponse:
    """Answer all chosen tasks alike; each on its own, so one refusal leaves the others."""
    actor = actor_of(request)
    is_yes = request.POST.get("answer") == "yes"
    chosen = [int(each) for each in request.POST.getlist("task") if each.isdecimal()]
    done, refused = 0, []
    for task in UserTask.objects.filter(pk__in=chosen[:MOST_AT_ONCE]).order_by("pk"):
        try:
            answer_user_task(
                task,
                actor=actor,
                answer=task.answers[0 if is_yes else -1] if is_yes or len(task.answers) > 1 else "",
                comment=request.POST.get("comment", ""),
            )
        except (UserTaskRefused, ValuesRefused) as refusal:
            refused.append(f"{task.title}: {refusal.message}")
        else:
            done += 1
    shown = render(request, LIST, _context(request, actor, is_asked=False))
    shown["HX-Trigger-After-Settle"] = "counts-changed"
    told = ngettext("%(count)d task answered", "%(count)d tasks answered", done) % {"count": done}
    if not refused:
        return with_toast(shown, told)
    return with_toast(shown, told, "\n".join(refused[:5]), level="error")


def _shown(request: HttpRequest, *, is_asked: bool) -> HttpResponse:
    part = LIST if request.headers.get("HX-Target") == "user-tasks" else PAGE
    return render(request, part, _context(request, actor_of(request), is_asked=is_asked))


def _context(request: HttpRequest, actor: Actor, *, is_asked: bool) -> dict[str, Any]:
    schema, rights = schema_for(actor), access.of(actor)
    given = request.GET
    kind, type_code = given.get("kind", ""), given.get("type", "")
    wanted = UserTaskFilter(
        is_done=bool(given.get("done")) and not is_asked,
        kind=kind if kind in set(UserTaskKind) else "",
        type_code=type_code if type_code in schema.types else "",
        text=given.get("q", "").strip()[:LONGEST_TEXT],
    )
    found = asked_user_tasks(actor, wanted) if is_asked else own_user_tasks(actor, wanted)
    counts = count_kinds(actor)
    here = reverse("crm:user_tasks_asked" if is_asked else "crm:user_tasks")
    types = [t for t in schema.types.values() if rights.may_somewhere(Action.VIEW, t.pipelines)]
    return {
        "views": user_task_views(found, actor),
        "filter": wanted,
        "is_asked": is_asked,
        "is_narrow": bool(wanted.kind or wanted.type_code or wanted.text),
        "here": here,
        "types": types,
        "switch": task_switch(
            actor, ASKED if is_asked else TO_ANSWER, waiting=sum(counts.values())
        ),
        "chips": _chips(here, wanted, {} if is_asked else counts, is_asked=is_asked),
        "query": _query(wanted),
    }


def _chips(
    here: str, wanted: UserTaskFilter, counts: dict[str, int], *, is_asked: bool
) -> list[dict[str, Any]]:
    def chip(
        title: str, *, icon: str = "", kind: str = "", is_done: bool = False
    ) -> dict[str, Any]:
        query = _query(UserTaskFilter(is_done, kind, wanted.type_code, wanted.text))
        return {
            "title": title,
            "icon": icon,
            "url": f"{here}?{query}" if query else here,
            "count": counts.get(kind) if kind else None,
            "is_on": wanted.kind == kind and wanted.is_done == is_done,
        }

    found = [chip(_("All kinds"))]
    found += [chip(str(each.label), icon=ICONS[each], kind=each) for each in UserTaskKind]
    return found if is_asked else [*found, chip(_("Answered"), icon="check", is_done=True)]


def _query(wanted: UserTaskFilter) -> str:
    given = {
        "done": "1" if wanted.is_done else "",
        "kind": wanted.kind,
        "type": wanted.type_code,
        "q": wanted.text,
    }
    return urlencode({name: value for name, value in given.items() if value})
