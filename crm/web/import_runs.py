"""The last steps of the import wizard: the check and the import, as jobs.

They go on when the page is closed.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.web.import_jobs import IMPORT, ROBOTS, ImportJobView, cell_texts, made_ids
from crm.web.importer import importer_of, own_job, steps
from smart_processes.imports.errors_file import ERROR_HEADING
from smart_processes.imports.refusals import FileRefused
from smart_processes.jobs.queue import enqueue
from smart_processes.jobs.selection import freeze
from smart_processes.spreadsheets import CSV_TYPE, csv_line

JOB_PAGE = "crm/import/job.html"


@login_required
@require_GET
def job(request: HttpRequest, type_code: str, job_id: int) -> HttpResponse:
    """Show a check or an import; the page's panel renews itself until it has ended."""
    importer = importer_of(request, type_code)
    view = ImportJobView(own_job(importer, job_id), importer.schema, importer.has_robots)
    context = {
        "type_schema": importer.type_schema,
        "view": view,
        "steps": steps(3 if view.is_check else 4),
    }
    if request.headers.get("HX-Target") != "import-panel":
        return render(request, JOB_PAGE, context)
    answer = render(request, f"{JOB_PAGE}#panel", context)
    if not view.is_open:
        # Head and buttons say something else now.
        answer["HX-Refresh"] = "true"
    return answer


@login_required
@require_POST
def run(request: HttpRequest, type_code: str, job_id: int) -> HttpResponse:
    """Import what was checked; pressing twice imports once."""
    importer = importer_of(request, type_code)
    with transaction.atomic():
        check = own_job(importer, job_id, is_locked=True)
        view = ImportJobView(check, importer.schema)
        if not view.is_check:
            raise Http404
        importing_id = check.params.get("import")
        if importing_id is None:
            if not view.is_checked:
                raise FileRefused(_("Nothing of this file can be imported yet."))
            names = ("file", "name", "mapping", "headings", ROBOTS)
            importing = enqueue(
                IMPORT,
                {name: check.params[name] for name in names if name in check.params},
                actor=importer.actor,
                type_schema=importer.type_schema,
                total_count=check.processed_count,
            )
            importing_id = importing.pk
            check.params = {**check.params, "import": importing_id}
            check.save(update_fields=["params"])
    return redirect("crm:import_job", importer.code, importing_id)


@login_required
@require_POST
def undo(request: HttpRequest, type_code: str, job_id: int) -> HttpResponse:
    """Put the records that an import made into the recycle bin, by another job."""
    importer = importer_of(request, type_code)
    with transaction.atomic():
        found = own_job(importer, job_id, is_locked=True)
        if not ImportJobView(found, importer.schema).may_undo:
            raise Http404
        frozen, upload = freeze(made_ids(found))
        deleting = enqueue(
            "bulk_delete",
            frozen,
            actor=importer.actor,
            type_schema=importer.type_schema,
            upload=upload,
            total_count=found.created_count,
        )
        found.params = {**found.params, "undone": True}
        found.save(update_fields=["params"])
    return redirect("crm:jobs", deleting.pk)


@login_required
@require_GET
def refused(request: HttpRequest, type_code: str, job_id: int) -> HttpResponseBase:
    """Hand out the refused rows, with the reasons: correct them there and import that file."""
    found = own_job(importer_of(request, type_code), job_id)

    def lines() -> Iterator[str]:
        yield "\ufeff" + csv_line([*found.params.get("headings", []), ERROR_HEADING])
        for row in found.rows.iterator():
            yield csv_line([*cell_texts(row), row.message.replace("\n", " ")])

    return StreamingHttpResponse(
        lines(),
        content_type=CSV_TYPE,
        headers={"Content-Disposition": f'attachment; filename="refused-{found.pk}.csv"'},
    )
