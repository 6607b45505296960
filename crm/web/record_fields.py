"""One field of a record, edited in place: in its row, in the head, in the client's card."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import access
from accounts.choices import Action
from accounts.exceptions import AccountsRefusal
from crm.durations import age_text
from crm.web.errors import status_of, toast
from crm.web.forms import RecordForm, record_form
from crm.web.record import open_sheet
from crm.web.record_page import RecordPage
from crm.web.timeline_entries import EntryMaker
from smart_processes.actions.records import update_record
from smart_processes.exceptions import RecordRefusal, StaleRecord, ValuesRefused
from smart_processes.fields import Field
from smart_processes.models import TimelineEntry
from smart_processes.selectors.timeline import timeline_page

ROW = "crm/record/_row.html"
EDITOR = "crm/record/_editor.html"
SAVED = "crm/record/saved.html"
# Where the editor stands: `?place=`.
IN_ROW, IN_HEAD, IN_CLIENT = "row", "head", "client"
PLACES = frozenset({IN_ROW, IN_HEAD, IN_CLIENT})


@login_required
@require_GET
def field(request: HttpRequest, type_code: str, record_id: int, field_code: str) -> HttpResponse:
    """Answer the field's row as it is read."""
    page = open_sheet(request, type_code, record_id)
    shown = page.type_schema.fields.get(field_code)
    if shown is None:
        raise Http404
    return render(request, ROW, {"page": page, "row": page.rows.row(shown)})


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, type_code: str, record_id: int, field_code: str) -> HttpResponse:
    """Answer the field as a form; save what it sends.

    `version` is the record's version that the person saw. What is refused comes back in the
    form with the reason: 422, or 409 when somebody was faster, then with the value as it is
    now beside it.
    """
    page = open_sheet(request, type_code, record_id)
    edited = page.type_schema.fields.get(field_code)
    if edited is None or not edited.is_editable:
        raise Http404
    access.require(page.rights, Action.CHANGE, page.record, page.pipeline)
    if request.method == "GET":
        return _editor(request, page, edited, _form(page, edited))
    form = _form(page, edited, request)
    try:
        raw = form.raw_values(actor=page.actor)
        page.record = update_record(page.record, raw, actor=page.actor, version=_version(request))
    except ValuesRefused as refusal:
        form.discard_files()
        form.explain(refusal)
        return _editor(request, page, edited, form, status=status_of(refusal))
    except StaleRecord as refusal:
        form.discard_files()
        page = open_sheet(request, type_code, record_id)
        form.add_error(None, _who_was_faster(page))
        now = page.rows.row(edited)
        return _editor(request, page, edited, form, status=status_of(refusal), now=now)
    except (RecordRefusal, AccountsRefusal):
        form.discard_files()
        raise
    return _saved(request, page, edited)


def _form(page: RecordPage, edited: Field, request: HttpRequest | None = None) -> RecordForm:
    return record_form(
        [edited],
        record=page.record,
        names=page.names,
        data=request.POST if request else None,
        files=request.FILES if request else None,
        auto_id="edit-%s",
    )


def _editor(
    request: HttpRequest,
    page: RecordPage,
    edited: Field,
    form: RecordForm,
    *,
    status: int = 200,
    now: Any = None,
) -> HttpResponse:
    place = _place(request)
    row = page.rows.row(edited)
    context = {
        "page": page,
        "row": row,
        "form": form,
        "control": form.control(edited.code),
        "place": place,
        "now": now,
    }
    answer = render(request, EDITOR, context, status=status)
    if request.method == "POST":
        targets = {IN_ROW: f"#{row.id}", IN_HEAD: "#record-title", IN_CLIENT: "#client-editor"}
        answer["HX-Retarget"] = targets[place]
        answer["HX-Reswap"] = "outerHTML"
    return answer


def _saved(request: HttpRequest, page: RecordPage, edited: Field) -> HttpResponse:
    """Answer the row with its tick, and what else on the page shows the value."""
    # The names and rights of before are read anew: the record is another one now.
    fresh = RecordPage(
        actor=page.actor,
        schema=page.schema,
        type_schema=page.type_schema,
        record=page.record,
        tab=page.tab,
        back=page.back,
        back_url=page.back_url,
        place=page.place,
        is_staff=page.is_staff,
    )
    place = _place(request)
    context = {"page": fresh, "row": fresh.rows.row(edited).saved(), "place": place}
    answer = render(request, SAVED, context)
    answer["HX-Trigger-After-Settle"] = "timeline-changed"
    if not fresh.may(Action.VIEW):
        answer["HX-Trigger"] = toast(
            _("Saved. Your roles do not show you this record any more."), kind="info"
        )
    return answer


def _who_was_faster(page: RecordPage) -> str:
    """Return who changed the record last, and when."""
    latest: list[TimelineEntry] = timeline_page(page.record.pk, size=1).entries
    if not latest:
        return _("Somebody changed this record meanwhile. Save again to keep your value.")
    types = {page.record.pk: page.type_schema}
    view = EntryMaker(latest, types, page.actor).view(latest[0])
    return _("%(who)s changed this record meanwhile (%(ago)s). Save again to keep your value.") % {
        "who": view.who,
        "ago": age_text(page.now - view.at),
    }


def _place(request: HttpRequest) -> str:
    place = request.POST.get("place") or request.GET.get("place", "")
    return place if place in PLACES else IN_ROW


def _version(request: HttpRequest) -> int | None:
    version = request.POST.get("version", "")
    return int(version) if version.isdecimal() and len(version) < 10 else None
