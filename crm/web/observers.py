"""Who watches a record: the eye for oneself, a dialog for others."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from crm.web.record_page import RecordPage, open_record_page
from smart_processes.actions.observers import add_observer, remove_observer

OBSERVERS = "crm/record/_observers.html"
EYE = "crm/record/watched.html"


class ObserverForm(forms.Form):
    """Whom to let watch: active people."""

    user = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("first_name", "last_name", "username"),
        label=_("Person"),
        empty_label=_("Choose a person"),
    )


@login_required
@require_POST
def watch(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Watch the record oneself, or with `?off` no longer."""
    page = open_record_page(request, type_code, record_id)
    me = get_object_or_404(User, pk=page.actor.user_id)
    if "off" in request.GET:
        remove_observer(page.record, me, actor=page.actor)
    else:
        add_observer(page.record, me, actor=page.actor)
    return _answer(request, page)


@login_required
@require_POST
def add(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Let somebody watch the record."""
    page = open_record_page(request, type_code, record_id)
    form = ObserverForm(request.POST)
    if not form.is_valid():
        return render(request, OBSERVERS, {"page": page, "form": form}, status=422)
    add_observer(page.record, form.cleaned_data["user"], actor=page.actor)
    return _answer(request, page)


@login_required
@require_POST
def remove(request: HttpRequest, type_code: str, record_id: int, user_id: int) -> HttpResponse:
    """Let somebody watch the record no longer."""
    page = open_record_page(request, type_code, record_id)
    remove_observer(page.record, get_object_or_404(User, pk=user_id), actor=page.actor)
    return _answer(request, page)


@login_required
@require_GET
def people_options(request: HttpRequest) -> HttpResponse:
    """Answer the options of a choice of people, asked for when somebody opens it."""
    return render(request, "crm/record/people_options.html", {"form": ObserverForm()})


def _answer(request: HttpRequest, page: RecordPage) -> HttpResponse:
    """Answer the eye and the list of observers as they are now."""
    page.actor.access_memo = None  # watching is a right to read
    answer = render(request, EYE, {"page": page})
    answer["HX-Trigger-After-Settle"] = "timeline-changed"
    return answer
