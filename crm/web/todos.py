"""To-dos of a record: the tab, planning, doing, changing."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import access
from automation.actions.todos import (
    add_todo,
    complete_todo,
    delete_todo,
    edit_todo,
    reopen_todo,
    tick_item,
)
from automation.models import ChecklistItem, Todo
from automation.selectors.todos import todos_of
from crm.web.errors import status_of
from crm.web.record_page import RecordPage, open_record_page
from crm.web.record_place import TAB
from crm.web.todo_views import (
    TodoForm,
    TodoView,
    empty_form,
    filled_form,
    sent_form,
    todo_view,
)
from smart_processes.exceptions import RecordMissing, ValuesRefused

PANEL = "crm/todos/panel.html"
ANSWER = f"{PANEL}#answer"
FORM = f"{PANEL}#form"


@login_required
@require_GET
def todos(request: HttpRequest, type_code: str, record_id: int) -> HttpResponseBase:
    """Answer the record's to-dos (four queries, whatever there are)."""
    page = open_record_page(request, type_code, record_id)
    if not request.headers.get("HX-Request"):
        return redirect(f"{page.url()}?{TAB}=todos")
    return render(request, f"{PANEL}#panel", _context(page))


@login_required
@require_POST
def add(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Plan a to-do; a refused form comes back with its sentences."""
    page = open_record_page(request, type_code, record_id)
    form = sent_form(request.POST)
    status = 422
    if form.is_valid():
        try:
            add_todo(page.record, form.content(), actor=page.actor)
        except ValuesRefused as refusal:
            form.explain(refusal)
            status = status_of(refusal)
        else:
            return _changed(request, page, is_added=True)
    return render(request, f"{PANEL}#composer", {"page": page, "form": form}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, type_code: str, record_id: int, todo_id: int) -> HttpResponse:
    """Answer a to-do as a form, and take what it sends."""
    page = open_record_page(request, type_code, record_id)
    todo = _todo(page, todo_id)
    if request.method == "GET":
        return _form(request, page, todo, filled_form(todo))
    form = sent_form(request.POST, todo)
    if not form.is_valid():
        return _form(request, page, todo, form, 422)
    try:
        edit_todo(todo, form.content(), actor=page.actor)
    except ValuesRefused as refusal:
        form.explain(refusal)
        return _form(request, page, todo, form, status_of(refusal))
    return _changed(request, page)


@login_required
@require_POST
def done(request: HttpRequest, type_code: str, record_id: int, todo_id: int) -> HttpResponse:
    """Complete a to-do, or with `?off` open it again."""
    page = open_record_page(request, type_code, record_id)
    act = reopen_todo if "off" in request.GET else complete_todo
    act(_todo(page, todo_id), actor=page.actor)
    return _changed(request, page)


@login_required
@require_POST
def tick(request: HttpRequest, type_code: str, record_id: int, line_id: int) -> HttpResponse:
    """Tick a line of a checklist, or with `?off` take the tick away."""
    page = open_record_page(request, type_code, record_id)
    line = (
        ChecklistItem.objects.filter(pk=line_id, todo__item_id=page.record.pk)
        .select_related("todo")
        .first()
    )
    if line is None:
        raise RecordMissing
    tick_item(line, is_done="off" not in request.GET, actor=page.actor)
    return _changed(request, page)


@login_required
@require_POST
def delete(request: HttpRequest, type_code: str, record_id: int, todo_id: int) -> HttpResponse:
    """Delete a to-do."""
    page = open_record_page(request, type_code, record_id)
    delete_todo(_todo(page, todo_id), actor=page.actor)
    return _changed(request, page)


def _todo(page: RecordPage, todo_id: int) -> Todo:
    found = Todo.objects.filter(pk=todo_id, item_id=page.record.pk).first()
    if found is None:
        raise RecordMissing
    return found


def _context(page: RecordPage) -> dict[str, Any]:
    page.tab = "todos"
    going, done_ones = todos_of(page.record)
    return {
        "page": page,
        "going": _views(page, going),
        "done": _views(page, done_ones),
        "form": empty_form(page.actor.user_id),
    }


def _views(page: RecordPage, found: list[Todo]) -> list[TodoView]:
    now, rights = timezone.now(), access.of(page.actor)
    return [todo_view(todo, rights, may_change=page.may_change, now=now) for todo in found]


def _changed(request: HttpRequest, page: RecordPage, **more: Any) -> HttpResponse:
    """Answer the tab and the record's head as they are now."""
    answer = render(request, ANSWER, {**_context(page), **more})
    answer["HX-Retarget"] = "#record-panel"
    answer["HX-Reswap"] = "innerHTML"
    answer["HX-Trigger-After-Settle"] = "counts-changed"
    return answer


def _form(
    request: HttpRequest, page: RecordPage, todo: Todo, form: TodoForm, status: int = 200
) -> HttpResponse:
    return render(request, FORM, {"page": page, "todo": todo, "form": form}, status=status)
