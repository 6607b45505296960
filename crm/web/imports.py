"""The first steps of the import wizard: a file and its columns, up to a check.

Between requests only the file is kept; the mapping rides along in the form and then in the
job.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import quote, urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.web.import_columns import ColumnsPage
from crm.web.import_form import read_content, read_layout, read_mapping_form, read_values
from crm.web.import_jobs import CHECK, ROBOTS
from crm.web.import_upload import Upload, of_token, take
from crm.web.importer import Importer, importer_of, own_job, steps
from smart_processes.imports.limits import limits, megabytes
from smart_processes.imports.links import check_links, link_keys
from smart_processes.imports.mapping import ImportMapping
from smart_processes.imports.mapping_files import (
    from_content,
    read_mapping,
    to_content,
    write_mapping,
)
from smart_processes.imports.matching import SAMPLE
from smart_processes.imports.receivers import propose_mapping, receiver_for
from smart_processes.imports.refusals import FileRefused, ImportRefused, MappingRefused
from smart_processes.imports.rows import Layout, Table
from smart_processes.imports.tables import open_table
from smart_processes.imports.uploads import local_path
from smart_processes.jobs.queue import enqueue
from smart_processes.lookups import Lookups
from smart_processes.selectors.lookups import lookups_for

FILE_PAGE = "crm/import/file.html"
COLUMNS_PAGE = "crm/import/columns.html"
MAPPING_TYPE = "application/yaml"
LARGEST_MAPPING = 1_000_000  # bytes


@dataclass(frozen=True)
class _Draft:
    """What the columns page works on."""

    upload: Upload
    table: Table
    mapping: ImportMapping
    row_count: int | None
    problems: Sequence[str] = ()
    starts_robots: bool = False


@login_required
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, type_code: str) -> HttpResponse:
    """Ask for a file, and keep it; a mapping of an earlier import may come along."""
    importer = importer_of(request, type_code)
    context = {
        "type_schema": importer.type_schema,
        "steps": steps(1),
        "limit": megabytes(limits().file_bytes),
    }
    if request.method == "GET":
        return render(request, FILE_PAGE, context)
    given = request.FILES.get("file")
    try:
        if given is None:
            raise FileRefused(_("Choose a CSV or XLSX file."))
        upload = take(given, importer.code, actor=importer.actor)
        mapping = _given_mapping(request, importer)
        with local_path(upload.file) as path:
            table = open_table(path, name=upload.name, layout=mapping.layout if mapping else None)
            if mapping is not None:
                return _show(request, importer, _Draft(upload, table, mapping, table.row_count))
            asked = urlencode({"file": upload.token, "rows": table.row_count or ""})
            return redirect(f"{reverse('crm:import_columns', args=[importer.code])}?{asked}")
    except ImportRefused as refusal:
        return render(request, FILE_PAGE, {**context, "problem": refusal.message}, status=422)


@login_required
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, type_code: str) -> HttpResponse:
    """Propose what goes where (`?file=`, `?job=` as it was checked), or take the page's form."""
    importer = importer_of(request, type_code)
    if request.method == "GET":
        if wanted := _number(request.GET.get("job", "")):
            return _columns_again(request, importer, wanted)
        return _columns_first(request, importer)
    upload = of_token(request.POST.get("file", ""), importer.code, actor=importer.actor)
    known = read_content(request.POST)
    layout = read_layout(request.POST, known.layout)
    row_count = _number(request.POST.get("rows", ""))
    starts_robots = ROBOTS in request.POST
    with local_path(upload.file) as path:
        if layout != known.layout:
            try:
                table = open_table(path, name=upload.name, layout=layout)
            except FileRefused as refusal:
                table = open_table(path, name=upload.name, layout=known.layout)
                draft = _Draft(upload, table, known, row_count, [refusal.message], starts_robots)
                return _show(request, importer, draft)
            mapping = _read_anew(importer, table, known)
            draft = _Draft(upload, table, mapping, table.row_count, starts_robots=starts_robots)
            return _show(request, importer, draft)
        table = open_table(path, name=upload.name, layout=known.layout, is_checked=True)
        sample = list(islice(table.rows(), SAMPLE))
        mapping = read_mapping_form(
            request.POST, known, table.headings, importer.type_schema, sample
        )
        mapping = read_values(request.POST, mapping, table.headings)
        draft = _Draft(upload, table, mapping, row_count, starts_robots=starts_robots)
        return _do(request, importer, draft)


def _do(request: HttpRequest, importer: Importer, draft: _Draft) -> HttpResponse:
    """Do what the pressed button of the columns page says."""
    wanted = request.POST.get("do", "")
    mapping, headings = draft.mapping, draft.table.headings
    if wanted == "download":
        return _mapping_file(importer, mapping)
    if wanted != "check":
        return _show(request, importer, draft)
    try:
        receiver_for(importer.code, mapping, headings, actor=importer.actor)
    except MappingRefused as refusal:
        return _show(request, importer, replace(draft, problems=refusal.problems))
    job = enqueue(
        CHECK,
        {
            "file": draft.upload.file,
            "name": draft.upload.name,
            "mapping": to_content(mapping),
            "headings": list(headings),
            ROBOTS: draft.starts_robots,
        },
        actor=importer.actor,
        type_schema=importer.type_schema,
        total_count=draft.row_count,
    )
    return redirect("crm:import_job", importer.code, job.pk)


def _columns_first(request: HttpRequest, importer: Importer) -> HttpResponse:
    """Show the columns page of a file that was just uploaded."""
    upload = of_token(request.GET.get("file", ""), importer.code, actor=importer.actor)
    with local_path(upload.file) as path:
        table = open_table(path, name=upload.name, is_checked=True)
        mapping = propose_mapping(importer.code, table, actor=importer.actor)
        row_count = _number(request.GET.get("rows", ""))
        return _show(request, importer, _Draft(upload, table, mapping, row_count))


def _columns_again(request: HttpRequest, importer: Importer, job_id: int) -> HttpResponse:
    """Show the columns page as a check was made with it."""
    found = own_job(importer, job_id)
    upload = Upload(
        found.params["file"], found.params["name"], importer.code, importer.actor.user_id
    )
    mapping = from_content(found.params["mapping"])
    with local_path(upload.file) as path:
        table = open_table(path, name=upload.name, layout=mapping.layout, is_checked=True)
        draft = _Draft(
            upload,
            table,
            mapping,
            found.total_count,
            starts_robots=bool(found.params.get(ROBOTS)),
        )
        return _show(request, importer, draft)


def _show(request: HttpRequest, importer: Importer, draft: _Draft) -> HttpResponse:
    page = ColumnsPage(
        type_schema=importer.type_schema,
        upload=draft.upload,
        table=draft.table,
        row_count=draft.row_count,
        # What was found out about the file is kept, so that it is found out once.
        mapping=replace(draft.mapping, layout=draft.table.layout),
        sample=list(islice(draft.table.rows(), SAMPLE)),
        lookups=_lookups(importer, draft.mapping),
        problems=draft.problems,
        has_robots=importer.has_robots,
        starts_robots=draft.starts_robots,
    )
    context = {"type_schema": importer.type_schema, "page": page, "steps": steps(2)}
    part = "#columns" if request.headers.get("HX-Request") else ""
    is_wrong = draft.problems and not part
    return render(request, f"{COLUMNS_PAGE}{part}", context, status=422 if is_wrong else 200)


def _lookups(importer: Importer, mapping: ImportMapping) -> Lookups:
    """Return what finds the records that the file links to, as the mapping names them."""
    fields = importer.type_schema.fields
    links = [
        (fields[rule.to], rule.link) for rule in mapping.rules if rule.link and rule.to in fields
    ]
    try:
        check_links(links, importer.schema)
    except MappingRefused:
        links = []  # told by the check
    return lookups_for(importer.actor, link_keys=link_keys(links, importer.schema))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _read_anew(importer: Importer, table: Table, known: ImportMapping) -> ImportMapping:
    """Return a mapping of a file that is read in another way; what still fits is kept."""
    proposed = propose_mapping(importer.code, table, actor=importer.actor)
    kept = [rule for rule in known.rules if set(rule.columns) <= set(table.headings)]
    taken = {rule.to for rule in kept} | {rule.column for rule in kept if rule.column}
    added = [rule for rule in proposed.rules if not {rule.to, rule.column} & taken]
    return replace(known, rules=(*kept, *added), layout=table.layout)


def _given_mapping(request: HttpRequest, importer: Importer) -> ImportMapping | None:
    """Return the mapping file that was uploaded beside the file.

    Raises:
        MappingRefused: it is none, or for another type.
    """
    given = request.FILES.get("mapping_file")
    if given is None:
        return None
    if (given.size or 0) > LARGEST_MAPPING:
        raise MappingRefused([_("This is no mapping: it is too large.")])
    mapping = read_mapping(given.read())
    if mapping.type and mapping.type != importer.code:
        raise MappingRefused(
            [
                _("The mapping is for “%(type)s”, not for “%(wanted)s”.")
                % {"type": mapping.type, "wanted": importer.code}
            ]
        )
    return mapping


def _mapping_file(importer: Importer, mapping: ImportMapping) -> HttpResponse:
    name = quote(f"{importer.code}.map.yaml")
    # The file's encoding and sheet are found out again: the next file may have others.
    text = write_mapping(replace(mapping, layout=Layout(heading_row=mapping.layout.heading_row)))
    return HttpResponse(
        text,
        content_type=f"{MAPPING_TYPE}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
