"""The bulk bar of board and list: asks what is to be done, then makes a job of it.

Every address carries the page's own parameters, so that "all of the filter" is what the
person sees. Whatever the number of records, the work is done by a job.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from crm.web.bulk_forms import FORMS, BulkForm
from crm.web.job_views import JobView
from crm.web.page_address import Face
from crm.web.page_query import FACE
from crm.web.type_page import TypePage, open_type_page
from smart_processes.columns import model_for
from smart_processes.exceptions import RecordRefusal, ValuesRefused
from smart_processes.jobs.queue import enqueue
from smart_processes.jobs.selection import freeze
from smart_processes.models import Item, Job

DIALOG = "crm/list/bulk_dialog.html"
TOAST = "crm/jobs/page.html#toast"
# Ids in one request; whoever wants more takes all of the filter.
MOST_IDS = 10_000

_NEEDED: Mapping[str, Action] = {
    "move": Action.CHANGE,
    "assign": Action.CHANGE,
    "set": Action.CHANGE,
    "observe": Action.CHANGE,
    "delete": Action.DELETE,
    "export": Action.EXPORT,
}


@login_required
@require_POST
def ask(request: HttpRequest, type_code: str, change: str) -> HttpResponse:
    """Answer the dialog of a change, for the records that were sent."""
    page = _page(request, type_code, change)
    form = FORMS[change](page, request, is_asked=True)
    return _dialog(request, page, form, change)


@login_required
@require_POST
def start(request: HttpRequest, type_code: str, change: str) -> HttpResponse:
    """Make the job and answer its progress; 422 with the dialog when something is wrong."""
    page = _page(request, type_code, change)
    form = FORMS[change](page, request)
    if not form.is_valid():
        return _dialog(request, page, form, change)
    try:
        kind, params = form.job()
    except ValuesRefused as refusal:
        form.explain(refusal.errors)
        return _dialog(request, page, form, change)
    ids = _ids(request, page, in_order=kind == "export")
    frozen, upload = freeze(ids)
    job = enqueue(
        kind,
        {**frozen, **params},
        actor=page.actor,
        type_schema=page.type_schema,
        upload=upload,
        total_count=len(ids),
    )
    return started(request, job)


def started(request: HttpRequest, job: Job) -> HttpResponse:
    """Answer the toast that follows a job, close the dialog and forget the selection."""
    answer = render(request, TOAST, {"view": JobView(job)})
    answer["HX-Retarget"] = "#toasts"
    answer["HX-Reswap"] = "beforeend"
    answer["HX-Trigger"] = json.dumps({"close-dialog": {}, "clear-selection": {}})
    return answer


def _page(request: HttpRequest, type_code: str, change: str) -> TypePage:
    if change not in FORMS:
        raise Http404
    face: Face = "board" if request.GET.get(FACE) == "board" else "list"
    page = open_type_page(request, type_code, face=face)
    chosen = [page.pipeline] if page.pipeline else page.pipelines
    if not page.rights.may_somewhere(_NEEDED[change], chosen):
        raise PermissionRefused(_NEEDED[change], page.title)
    return page


def _dialog(request: HttpRequest, page: TypePage, form: BulkForm, change: str) -> HttpResponse:
    selected = _sent_ids(request)
    record_count = page.totals.record_count if _takes_all(request) else len(selected)
    if not record_count:
        raise RecordRefusal(_("Select records first."))
    context: dict[str, Any] = {
        "page": page,
        "form": form,
        "change": change,
        "dialog_title": form.title % {"records": page.counted(record_count)},
        "verb": form.verb,
        "ids": ",".join(map(str, selected)),
        "takes_all": _takes_all(request),
        "action": f"{reverse('crm:bulk', args=[page.type_schema.code, change])}?{page.action_query}",
        "narrow": True,
    }
    return render(request, DIALOG, context, status=422 if form.errors else 200)


def _takes_all(request: HttpRequest) -> bool:
    return request.POST.get("all") == "1"


def _ids(request: HttpRequest, page: TypePage, *, in_order: bool) -> list[int]:
    """Return the records that are meant.

    Raises:
        RecordRefusal: none are.
    """
    if not _takes_all(request):
        ids = _sent_ids(request)
        # Ascending, so that two jobs lock records in the same order.
        chosen = ids if in_order else sorted(set(ids))
    elif in_order:
        model = model_for(page.type_schema, [], page.filter.sort)
        terms = [term.by for term in page.filter.filterset.order]
        chosen = list(page.records(model).order_by(*terms).values_list("pk", flat=True))
    else:
        chosen = list(page.records(Item).order_by("pk").values_list("pk", flat=True))
    if not chosen:
        raise RecordRefusal(_("Select records first."))
    return chosen


def _sent_ids(request: HttpRequest) -> list[int]:
    """Return the ids of `ids=1,2,3`; what is no id is passed over."""
    parts = request.POST.get("ids", "").split(",")
    if len(parts) > MOST_IDS:
        raise RecordRefusal(
            _("Select at most %(limit)d records one by one, or all of the filter.")
            % {"limit": MOST_IDS}
        )
    return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19]
