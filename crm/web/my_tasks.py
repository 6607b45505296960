"""My tasks: the to-dos that are mine, on all records, by urgency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.requests import actor_of
from automation.actions.todos import complete_todo, reopen_todo
from automation.models import Todo
from automation.selectors.todos import Section, own_todos
from crm.web.my_tasks_switch import DONE, TODOS, task_switch
from crm.web.record import with_toast
from crm.web.todo_views import TodoView, todo_view
from smart_processes.exceptions import RecordMissing
from smart_processes.schema import TypeSchema, schema_for

PAGE = "crm/tasks/page.html"
LIST = f"{PAGE}#list"
LONGEST_TEXT = 100  # characters that are looked for


@dataclass(frozen=True)
class TaskView:
    """One of my to-dos, with its record."""

    view: TodoView
    type_schema: TypeSchema
    record_url: str
    done_url: str


@dataclass(frozen=True)
class TaskGroup:
    """To-dos of the same urgency."""

    section: Section
    title: str
    tasks: Sequence[TaskView]


@dataclass(frozen=True)
class TaskFilter:
    """What the list is narrowed to; stands in the address."""

    is_done: bool = False
    type_code: str = ""
    text: str = ""

    @property
    def query(self) -> str:
        """The filter as parameters of an address."""
        given = {"done": "1" if self.is_done else "", "type": self.type_code, "q": self.text}
        return urlencode({name: value for name, value in given.items() if value})

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.type_code or self.text)


@login_required
@require_GET
def my_tasks(request: HttpRequest) -> HttpResponse:
    """Show my to-dos: late, today, later; or with `?done=1` what I did."""
    part = LIST if request.headers.get("HX-Target") == "tasks" else PAGE
    return render(request, part, _context(request))


@login_required
@require_POST
def done(request: HttpRequest, todo_id: int) -> HttpResponse:
    """Complete one of my to-dos, or with `?off` open it again; answers the list."""
    actor = actor_of(request)
    todo = Todo.objects.filter(pk=todo_id).first()
    if todo is None:
        raise RecordMissing
    is_off = "off" in request.GET
    changed = (reopen_todo if is_off else complete_todo)(todo, actor=actor)
    answer = render(request, LIST, _context(request))
    answer["HX-Trigger-After-Settle"] = "counts-changed"
    if is_off:
        return answer
    undo = {"label": _("Undo"), "post": f"{reverse('crm:task_done', args=[todo_id])}?off=1"}
    title = _("“%(title)s” is done") % {"title": changed.title}
    return with_toast(answer, title, action=undo)


def _context(request: HttpRequest) -> dict[str, Any]:
    actor = actor_of(request)
    schema = schema_for(actor)
    wanted = TaskFilter(
        is_done=bool(request.GET.get("done")),
        type_code=request.GET.get("type", "") if request.GET.get("type") in schema.types else "",
        text=request.GET.get("q", "").strip()[:LONGEST_TEXT],
    )
    sections = [Section.DONE] if wanted.is_done else [s for s in Section if s != Section.DONE]
    groups = [_group(actor, section, wanted) for section in sections]
    rights = access.of(actor)
    return {
        "filter": wanted,
        "groups": [group for group in groups if group.tasks],
        "types": [
            each
            for each in schema.types.values()
            if rights.may_somewhere(Action.VIEW, each.pipelines)
        ],
        "switch": task_switch(actor, DONE if wanted.is_done else TODOS),
    }


def _group(actor: Actor, section: Section, wanted: TaskFilter) -> TaskGroup:
    titles = {
        Section.OVERDUE: _("Late"),
        Section.TODAY: _("Today"),
        Section.LATER: _("Later"),
        Section.DONE: pgettext("to-dos", "Done"),
    }
    found = own_todos(actor, section, type_code=wanted.type_code or None, text=wanted.text)
    schema, rights, now = schema_for(actor), access.of(actor), timezone.now()
    tasks = [
        TaskView(
            view=todo_view(todo, rights, may_change=False, now=now),
            type_schema=schema.of(todo.item),
            record_url=reverse("crm:record", args=[schema.of(todo.item).code, todo.item_id]),
            done_url=f"{reverse('crm:task_done', args=[todo.pk])}?{wanted.query}",
        )
        for todo in found
    ]
    return TaskGroup(section, titles[section], tasks)
