"""The page of one record: its sheet and its head; deleting and restoring it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.requests import actor_of
from crm.web.record_page import TABS, RecordPage, open_record_page
from crm.web.record_place import TAB, came_from, place_of
from crm.web.timeline import load_timeline
from smart_processes.actions.records import delete_record, restore_record
from smart_processes.models import Item
from smart_processes.schema import schema_for
from smart_processes.selectors.records import get_record

PAGE = "crm/record/page.html"
SHEET = f"{PAGE}#sheet"
HEAD = "crm/record/_head.html"
CLIENT = "crm/record/_client.html"
GONE = "crm/record/deleted.html"


@login_required
@require_GET
def record(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Show a record.

    The number of queries depends on what the type has, not on how much the record has.
    """
    page = open_sheet(request, type_code, record_id)
    return render(request, PAGE, sheet_context(page))


@login_required
@require_GET
def head(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Answer the head alone: after a change elsewhere on the page, and when editing ends."""
    page = open_sheet(request, type_code, record_id)
    return render(request, HEAD, {"page": page})


@login_required
@require_GET
def client(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Answer the client's card: when editing in it ends without a change."""
    page = open_record_page(request, type_code, record_id)
    return render(request, CLIENT, {"page": page})


@login_required
@require_GET
def by_id(request: HttpRequest, record_id: int) -> HttpResponseBase:
    """Lead to a record whose type the link does not know."""
    actor = actor_of(request)
    found = get_record(actor, record_id)
    return redirect("crm:record", type_code=schema_for(actor).of(found).code, record_id=found.pk)


@login_required
@require_POST
def delete(request: HttpRequest, type_code: str, record_id: int) -> HttpResponseBase:
    """Put the record into the recycle bin; the sheet then offers to take it out again.

    Where the type has no bin the record is gone, and its list opens.
    """
    page = open_record_page(request, type_code, record_id)
    delete_record(page.record, actor=page.actor)
    if not page.type_schema.type.has_recycle_bin:
        return HttpResponseClientRedirect(page.crumbs[0][1])
    answer = render(request, GONE, {"page": page})
    undo = {"label": _("Undo"), "post": page.url("record_restore")}
    title = _("“%(title)s” was deleted") % {"title": page.record.title}
    return with_toast(answer, title, _("It can be restored for 30 days."), action=undo)


@login_required
@require_POST
def restore(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Take the record out of the recycle bin and answer its sheet."""
    actor = actor_of(request)
    restore_record(get_record(actor, record_id, type_code=type_code, in_bin=True), actor=actor)
    page = open_sheet(request, type_code, record_id)
    return with_toast(
        sheet_answer(request, page), _("“%(title)s” is back") % {"title": page.record.title}
    )


# --- the sheet, for whoever changed the record ----------------------------------------------


def open_sheet(request: HttpRequest, type_code: str, record_id: int) -> RecordPage:
    """Return the record's page with the tab and the way back of the address."""
    page = open_record_page(request, type_code, record_id)
    wanted = request.GET.get(TAB, "")
    page.tab = wanted if wanted in TABS else TABS[0]
    origin = came_from(request, type_code)
    if origin is not None:
        page.back = origin.parameters
        page.back_url = origin.url(type_code)
        page.place = place_of(request, page.record, type_code, origin)
    return page


def sheet_context(page: RecordPage) -> dict[str, Any]:
    """Return what the sheet needs beside the page: the first entries of the timeline."""
    is_timeline = page.tab == "timeline"
    return {"page": page, "timeline": load_timeline(page) if is_timeline else None}


def sheet_answer(request: HttpRequest, page: RecordPage) -> HttpResponse:
    """Answer the whole sheet, in place of the one that is shown."""
    answer = render(request, SHEET, sheet_context(page))
    answer["HX-Retarget"] = "#record"
    answer["HX-Reswap"] = "outerHTML"
    return answer


def with_toast(
    answer: HttpResponse, title: str, text: str = "", *, level: str = "success", **more: Any
) -> HttpResponse:
    """Show a toast with the answer, and close the dialog that asked for it."""
    told = {"level": level, "title": title, "text": text, **more}
    answer["HX-Trigger-After-Swap"] = json.dumps({"close-dialog": {}, "toast": told})
    return answer


def record_url(type_code: str, record: Item) -> str:
    """Return a record's address."""
    return reverse("crm:record", args=[type_code, record.pk])
