"""Jobs over HTTP: how far they are, cancel, undo, download. Only the owner sees a job."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import access
from accounts.requests import actor_of
from crm.web.bulk import started
from crm.web.importer import job_url as import_job_url
from crm.web.job_views import JobView
from smart_processes.jobs.queue import enqueue, request_cancel
from smart_processes.jobs.selection import freeze, frozen_ids
from smart_processes.models import Job
from smart_processes.schema import schema_for
from smart_processes.spreadsheets import CSV_TYPE, XLSX_TYPE, csv_line

PAGE = "crm/jobs/page.html"
LIST = "crm/jobs/list.html"
SHOWN_JOBS = 50
CONTENT_TYPES = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}


@login_required
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """Show one's own latest jobs."""
    own = Job.objects.filter(owner_id=actor_of(request).user_id)
    latest = own.select_related("type").defer("params")[:SHOWN_JOBS]
    return render(request, LIST, {"views": [JobView(job) for job in latest]})


@login_required
@require_GET
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Show one job; its panel renews itself every second until the job has ended.

    Imports have a page of their own.
    """
    found = _own_job(request, job_id)
    if elsewhere := import_job_url(found):
        return redirect(elsewhere)
    view = JobView(found)
    part = f"{PAGE}#panel" if request.headers.get("HX-Target") == "job-panel" else PAGE
    return render(request, part, {"view": view})


@login_required
@require_GET
def progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """Answer the toast that follows a job, every second until the job has ended.

    When everything went well an ordinary toast takes its place, with the way to undo.
    """
    view = JobView(_own_job(request, job_id))
    answer = render(request, f"{PAGE}#toast", {"view": view})
    if view.is_open:
        return answer
    events: dict[str, object] = {"records-changed": {}}
    if view.went_well and not view.has_result:
        answer = HttpResponse()
        toast: dict[str, object] = {"level": "success", "title": view.result}
        if view.may_undo:
            undo = reverse("crm:job_undo", args=[view.job.pk])
            toast["action"] = {"label": _("Undo"), "post": undo}
        events["toast"] = toast
    answer["HX-Trigger"] = json.dumps(events)
    return answer


@login_required
@require_POST
def cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    """Ask a job to stop; what it did so far stays."""
    found = _own_job(request, job_id)
    request_cancel(found)
    found.refresh_from_db()
    view = JobView(found)
    part = "panel" if request.headers.get("HX-Target") == "job-panel" else "toast"
    if not request.headers.get("HX-Request"):
        return redirect("crm:jobs", job_id)
    return render(request, f"{PAGE}#{part}", {"view": view})


@login_required
@require_POST
def undo(request: HttpRequest, job_id: int) -> HttpResponse:
    """Take what a job deleted out of the recycle bin, by another job."""
    found = _own_job(request, job_id)
    if not JobView(found).may_undo or found.owner_id != actor_of(request).user_id:
        raise Http404
    refused = set(found.rows.values_list("item_id", flat=True))
    done = frozen_ids(found, 0, found.processed_count)
    frozen, upload = freeze([pk for pk in done if pk not in refused])
    actor = actor_of(request)
    assert found.type is not None  # may_undo asked
    with transaction.atomic():
        restoring = enqueue(
            "bulk_restore",
            frozen,
            actor=actor,
            type_schema=schema_for(actor).type(found.type.code),
            upload=upload,
            total_count=found.updated_count,
        )
        Job.objects.filter(pk=found.pk).update(params={**found.params, "undone": True})
    if not request.headers.get("HX-Request"):
        return redirect("crm:jobs", restoring.pk)
    return started(request, restoring)


@login_required
@require_GET
def result(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """Hand out a job's file as an attachment."""
    view = JobView(_own_job(request, job_id))
    if not view.has_result:
        raise Http404(_("This job has no file, or it is not finished."))
    kind = str(view.job.result.name).rpartition(".")[2]
    return FileResponse(
        view.job.result.open("rb"),
        as_attachment=True,
        filename=view.file_name,
        content_type=CONTENT_TYPES.get(kind, "application/octet-stream"),
    )


@login_required
@require_GET
def refused(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """Hand out all refused rows as a CSV file."""
    found = _own_job(request, job_id)

    def lines() -> Iterator[str]:
        yield "\ufeff" + csv_line([_("Row"), _("Record"), _("Reason")])
        for row in found.rows.iterator():
            yield csv_line([row.number, row.label, row.message, *row.cells])

    return StreamingHttpResponse(
        lines(),
        content_type=CSV_TYPE,
        headers={"Content-Disposition": f'attachment; filename="refused-{found.pk}.csv"'},
    )


def _own_job(request: HttpRequest, job_id: int) -> Job:
    """Return a job of the person's own; a superuser may see every one."""
    found = Job.objects.filter(pk=job_id).select_related("type").first()
    if found is None:
        raise Http404
    rights = access.of(actor_of(request))
    if found.owner_id != rights.user_id and not rights.is_unlimited:
        raise PermissionDenied
    return found
