"""Files of a record: the tab, uploading, handing out, deleting.

A file is handed out only to who may view its record, always as an attachment and never as
something a browser would run.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.web.errors import status_of
from crm.web.record_page import RecordPage, open_record_page
from crm.web.record_place import TAB
from smart_processes.actions.files import attach_file, remove_file
from smart_processes.exceptions import RecordMissing, ValuesRefused
from smart_processes.field_types.base import References
from smart_processes.models import RecordFile
from smart_processes.selectors.names import load_names

PANEL = "crm/files/panel.html"
MOST_SHOWN = 200
# What a browser shows or a program opens; nothing that runs. The rest is a heap of bytes.
SAFE_TYPES = frozenset(
    {
        *("application/pdf", "application/zip", "text/plain", "text/csv"),
        *("image/png", "image/jpeg", "image/gif", "image/webp"),
        *("audio/mpeg", "audio/ogg", "audio/wav", "video/mp4", "video/webm"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
    }
)
UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class FileView:
    """A file as it is drawn; `field` names the field it is or was a value of."""

    file: RecordFile
    url: str
    size: str
    by: str
    field: str
    delete_url: str


@login_required
@require_GET
def files(request: HttpRequest, type_code: str, record_id: int) -> HttpResponseBase:
    """Answer the record's files."""
    page = open_record_page(request, type_code, record_id)
    if not request.headers.get("HX-Request"):
        return redirect(f"{page.url()}?{TAB}=files")
    return _panel(request, page)


@login_required
@require_POST
def upload(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Attach the uploads named `files`; those that are refused are told, the others stay."""
    page = open_record_page(request, type_code, record_id)
    uploads: list[UploadedFile[Any]] = request.FILES.getlist("files")
    problems: list[str] = [] if uploads else [_("Choose a file first.")]
    status = 200 if uploads else 422
    for each in uploads:
        try:
            attach_file(page.record, each, actor=page.actor)
        except ValuesRefused as refusal:
            problems.append(refusal.message)
            status = status_of(refusal)
    answer = _panel(request, page, problems, status=status)
    answer["HX-Trigger-After-Settle"] = "timeline-changed"
    return answer


@login_required
@require_POST
def delete(request: HttpRequest, type_code: str, record_id: int, file_id: int) -> HttpResponse:
    """Delete a file of the record."""
    page = open_record_page(request, type_code, record_id)
    try:
        remove_file(_file(page, file_id), actor=page.actor)
    except ValuesRefused as refusal:
        return _panel(request, page, [refusal.message], status=status_of(refusal))
    answer = _panel(request, page)
    answer["HX-Trigger-After-Settle"] = "timeline-changed"
    return answer


@login_required
@require_GET
def download(
    request: HttpRequest, type_code: str, record_id: int, file_id: int
) -> HttpResponseBase:
    """Hand out a file under the name that its uploader gave it."""
    page = open_record_page(request, type_code, record_id)
    file = _file(page, file_id)
    try:
        content = file.content.open("rb")
    except FileNotFoundError:
        raise RecordMissing from None  # a backup without its files
    answer = FileResponse(
        content, as_attachment=True, filename=file.name, content_type=_content_type(file.name)
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _content_type(name: str) -> str:
    guessed, encoding = mimetypes.guess_type(name, strict=True)
    return guessed if guessed in SAFE_TYPES and encoding is None else UNKNOWN_TYPE


def _file(page: RecordPage, file_id: int) -> RecordFile:
    file = RecordFile.objects.filter(pk=file_id, item_id=page.record.pk).first()
    if file is None:
        raise RecordMissing
    return file


def _panel(
    request: HttpRequest, page: RecordPage, problems: list[str] | None = None, *, status: int = 200
) -> HttpResponse:
    page.tab = "files"
    found = list(RecordFile.objects.filter(item_id=page.record.pk)[:MOST_SHOWN])
    users = {file.uploaded_by_id for file in found if file.uploaded_by_id is not None}
    names = load_names(References(users=users), actor=page.actor)
    context = {
        "page": page,
        "files": [
            _view(page, file, names.users.get(file.uploaded_by_id or 0, "")) for file in found
        ],
        "problems": problems or [],
        "limit": filesizeformat(settings.UPLOAD_MAX_BYTES),
        "max_bytes": settings.UPLOAD_MAX_BYTES,
    }
    return render(request, f"{PANEL}#panel", context, status=status)


def _view(page: RecordPage, file: RecordFile, by: str) -> FileView:
    field = page.type_schema.fields.get(file.field_code) if file.field_code else None
    is_held = field is not None and file.pk in field.each(field.read(page.record))
    may_delete = page.may_change and not is_held
    return FileView(
        file=file,
        url=page.url("file", file.pk),
        size=filesizeformat(file.size),
        by=by,
        field=str(field.label) if field is not None else "",
        delete_url=page.url("file_delete", file.pk) if may_delete else "",
    )
