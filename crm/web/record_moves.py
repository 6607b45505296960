"""Moving the record whose page is open: chevrons, Won and Lost, another pipeline."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.exceptions import AccountsRefusal
from crm.web.board_move import PARAMETERS, Drop, MoveForm
from crm.web.errors import status_of
from crm.web.missing_fields import (
    Question,
    ask_for_fields,
    sent_form,
    unknown_values,
)
from crm.web.record import open_sheet, sheet_answer, with_toast
from crm.web.record_page import RecordPage
from crm.web.type_page import open_type_page
from smart_processes.exceptions import (
    FieldsMissing,
    RecordRefusal,
    ValuesRefused,
)
from smart_processes.models import Item, Stage
from smart_processes.selectors.moves import barred_moves


@login_required
@require_POST
def move(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Move the record: 200 with its sheet, 422 with the dialog, 403 and 409 with the reason.

    An undo has its wish in the address.
    """
    form = MoveForm(request.POST or request.GET)
    if not form.is_valid():
        return HttpResponseBadRequest()
    page = open_sheet(request, type_code, record_id)
    board = open_type_page(request, type_code, face="board", besides=PARAMETERS)
    drop = Drop(board, page.record, form.cleaned_data)
    values = sent_form(request, page.type_schema, page.record)
    try:
        filled = values.raw_values(actor=page.actor) | unknown_values(request, page.type_schema)
        moved = drop.move(filled)
    except (RecordRefusal, AccountsRefusal) as refusal:
        values.discard_files()
        if isinstance(refusal, FieldsMissing | ValuesRefused) and drop.target is not None:
            return _asked_for(request, drop, drop.target, refusal)
        return _refused(request, page, refusal)
    return _moved(request, page, drop, moved)


def _asked_for(
    request: HttpRequest, drop: Drop, stage: Stage, refusal: FieldsMissing | ValuesRefused
) -> HttpResponse:
    repeated = {f"{MoveForm.prefix}-{name}": value for name, value in drop.wish.items() if value}
    return ask_for_fields(request, Question(drop.page, drop.record, stage, repeated), refusal)


def _moved(request: HttpRequest, page: RecordPage, drop: Drop, moved: Item) -> HttpResponse:
    source = page.record
    if (source.stage, source.pipeline_id) == (moved.stage, moved.pipeline_id):
        return sheet_answer(request, page)
    fresh = open_sheet(request, page.type_schema.code, moved.pk)
    answer = sheet_answer(request, fresh)
    stage = fresh.stage
    title = _("Moved to %(stage)s") % {"stage": stage.name if stage else moved.stage}
    undo = None if drop.wish["is_undo"] else _undo(page, moved)
    more: dict[str, Any] = {"action": undo} if undo else {}
    return with_toast(answer, title, **more)


def _undo(page: RecordPage, moved: Item) -> dict[str, str] | None:
    """Return the button that moves the record back; None where no move leads back."""
    source = page.record
    back: dict[str, Any] = {"move-stage": source.stage, "move-is_undo": "on"}
    if moved.pipeline_id == source.pipeline_id:
        if source.stage in barred_moves(page.actor, page.pipeline).get(moved.stage, {}):
            return None
        back["move-expected"] = moved.stage
    else:
        back["move-to_pipeline"] = page.pipeline.code
    return {"label": _("Undo"), "post": f"{page.move_url}?{urlencode(back)}"}


def _refused(
    request: HttpRequest, page: RecordPage, refusal: RecordRefusal | AccountsRefusal
) -> HttpResponse:
    """Answer the record as it is now, and why it was not moved."""
    fresh = open_sheet(request, page.type_schema.code, page.record.pk)
    answer = sheet_answer(request, fresh)
    answer.status_code = status_of(refusal)
    title = _("“%(title)s” was not moved") % {"title": fresh.record.title}
    return with_toast(answer, title, refusal.message, level="error")
