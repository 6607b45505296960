"""The "+ Filter" popover: what the records can be filtered by, then one field's inputs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.actor import Actor
from crm.web.page_address import Face
from crm.web.page_query import FACE, SEARCH
from crm.web.type_page import open_type_page
from smart_processes.field_types.user import ME
from smart_processes.filter_bar import filter_form, filterable_fields

MENU = "crm/_filter_menu.html"


@login_required
@require_GET
def fields(request: HttpRequest, type_code: str) -> HttpResponse:
    """Answer the list of what can be filtered by."""
    page = open_type_page(request, type_code, face=_face(request))
    context = {"page": page, "fields": filterable_fields(page.type_schema)}
    return render(request, f"{MENU}#fields", context)


@login_required
@require_GET
def inputs(request: HttpRequest, type_code: str, field_code: str) -> HttpResponse:
    """Answer the inputs of one field, filled with what the page is filtered by."""
    page = open_type_page(request, type_code, face=_face(request))
    found = {each.code: each for each in filterable_fields(page.type_schema)}.get(field_code)
    form = filter_form(page.type_schema, field_code, page.filter.chosen.data)
    if found is None or form is None:
        raise Http404
    for each in form.fields.values():
        _as_checks(each, page.actor)
    # Everything else that stands in the address goes along.
    kept = page.filter.kept_without(*(one.param for one in found.inputs))
    context = {
        "page": page,
        "field": found,
        "form": form,
        # Says that the filter stands in the address, even where nothing is left of it.
        "kept": kept if any(name == SEARCH for name, _v in kept) else [*kept, (SEARCH, "")],
    }
    return render(request, f"{MENU}#inputs", context)


def _face(request: HttpRequest) -> Face:
    return "board" if request.GET.get(FACE) == "board" else "list"


def _as_checks(field: forms.Field, actor: Actor) -> None:
    """Show a list of several as boxes to tick, and oneself first among people."""
    if not isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        return
    offered: Any = field.choices  # an iterable of pairs, whatever its declared type
    choices = list(offered)
    if isinstance(field, forms.ModelMultipleChoiceField):
        choices = [(str(value), label) for value, label in choices]
        if actor.user_id is not None:
            choices.insert(0, (ME, _("Me")))
    field.widget = forms.CheckboxSelectMultiple(choices=choices)
