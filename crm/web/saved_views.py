"""Saved views over HTTP: save, save as, rename, share, delete, open first.

Every address carries the page's own parameters, and `_face` names the page to return to.
"""

from __future__ import annotations

import json
from typing import cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseLocation

from crm.web.list import Listing
from crm.web.page_address import Face
from crm.web.page_query import ALL, FACE, PageQuery
from crm.web.type_page import TypePage, open_type_page
from smart_processes.actions.saved_views import (
    LONGEST_NAME,
    ViewContent,
    ViewRefused,
    change_view,
    choose_first_view,
    create_view,
    delete_view,
    rename_view,
)
from smart_processes.models import SavedView

DIALOG = "crm/list/view_dialog.html"


class ViewForm(forms.Form):
    """The name of a view, and whether everybody has it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    is_shared = forms.BooleanField(
        label=gettext_lazy("Share with everybody"),
        help_text=gettext_lazy("Everybody sees the view, each with the records of their roles."),
        required=False,
    )


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, type_code: str) -> HttpResponse:
    """Ask for a name, then save what the page shows as a view of its own."""
    page = _page(request, type_code)
    form = _form(request, page, {})
    if request.method == "POST" and form.is_valid():
        try:
            view = create_view(
                page.type_schema,
                form.cleaned_data["name"],
                _content(request, page),
                actor=page.actor,
                is_shared=form.cleaned_data.get("is_shared", False),
            )
        except ViewRefused as refusal:
            form.add_error("name", refusal.message)
        else:
            return _shown(page, view, _("Saved as “%(name)s”") % {"name": view.name})
    return _dialog(request, page, form, _("Save as a view"), _("Save view"))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, type_code: str, view_id: int) -> HttpResponse:
    """Rename a view, share it or take it back."""
    page = _page(request, type_code)
    view = _view(page, view_id)
    form = _form(request, page, {"name": view.name, "is_shared": view.is_shared})
    if request.method == "POST" and form.is_valid():
        try:
            view = rename_view(
                view,
                form.cleaned_data["name"],
                actor=page.actor,
                type_schema=page.type_schema,
                is_shared=form.cleaned_data.get("is_shared", view.is_shared),
            )
        except ViewRefused as refusal:
            form.add_error("name", refusal.message)
        else:
            return _shown(page, view, _("View changed"))
    return _dialog(request, page, form, _("Rename or share the view"), _("Save"))


@login_required
@require_POST
def save(request: HttpRequest, type_code: str, view_id: int) -> HttpResponse:
    """Let a view show what the page shows."""
    page = _page(request, type_code)
    view = change_view(_view(page, view_id), _content(request, page), actor=page.actor)
    return _shown(page, view, _("“%(name)s” is saved") % {"name": view.name})


@login_required
@require_POST
def delete(request: HttpRequest, type_code: str, view_id: int) -> HttpResponse:
    """Delete a view and show everything."""
    page = _page(request, type_code)
    view = _view(page, view_id)
    delete_view(view, actor=page.actor)
    return _shown(page, None, _("“%(name)s” is deleted") % {"name": view.name})


@login_required
@require_POST
def first(request: HttpRequest, type_code: str) -> HttpResponse:
    """Let the reader begin with the view that is open, or with everything."""
    page = _page(request, type_code)
    choose_first_view(page.type_schema, page.view, actor=page.actor)
    name = page.view.name if page.view else page.everything_title
    return _shown(page, page.view, _("You begin with “%(name)s” from now on") % {"name": name})


def _page(request: HttpRequest, type_code: str) -> TypePage:
    face = "board" if request.GET.get(FACE) == "board" else "list"
    return open_type_page(request, type_code, face=cast("Face", face))


def _view(page: TypePage, view_id: int) -> SavedView:
    found = next((view for view in page.views if view.pk == view_id), None)
    if found is None:
        raise Http404(_("This saved view is gone, or it is not shared with you."))
    return found


def _content(request: HttpRequest, page: TypePage) -> ViewContent:
    """Return what the page shows; a board has no columns, so the view keeps its own."""
    columns = list(page.view.columns) if page.view else []
    if page.face == "list":
        columns = [column.code for column in Listing(page, request.session).columns]
    return ViewContent(
        filters=page.filter.filterset.parameters(),
        sort=page.filter.chosen.sort if not page.filter.wrong_sort else "",
        columns=columns,
        pipeline=page.pipeline if len(page.pipelines) > 1 else None,
    )


def _form(request: HttpRequest, page: TypePage, initial: dict[str, object]) -> ViewForm:
    form = ViewForm(request.POST if request.method == "POST" else None, initial=initial)
    if not page.rights.may_configure:
        del form.fields["is_shared"]
    return form


def _dialog(
    request: HttpRequest, page: TypePage, form: ViewForm, title: str, verb: str
) -> HttpResponse:
    context = {
        "form": form,
        "dialog_title": title,
        "verb": verb,
        "action": request.get_full_path(),
        "narrow": True,
        "page": page,
    }
    return render(request, DIALOG, context, status=422 if form.errors else 200)


def _shown(page: TypePage, view: SavedView | None, message: str) -> HttpResponse:
    """Close the dialog and show a view, or everything, in place of the records."""
    wanted = str(view.pk) if view else ALL
    address = page.url_of(PageQuery(view=wanted, pipeline=_pipeline(page, view)))
    answer = HttpResponseLocation(address, target="#records", swap="outerHTML")
    answer["HX-Trigger"] = json.dumps(
        {"close-dialog": {}, "toast": {"level": "success", "title": message}}
    )
    return answer


def _pipeline(page: TypePage, view: SavedView | None) -> str:
    if view is not None and view.pipeline_id:
        return ""
    return page.pipeline.code if page.pipeline and len(page.pipelines) > 1 else ""
