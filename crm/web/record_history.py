"""How a record got where it is: its stages with their times, and the changes of its fields."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from crm.durations import age_text
from crm.web.record_page import RecordPage, open_record_page
from crm.web.record_place import TAB
from crm.web.timeline_entries import Change, EntryMaker, EntryView
from smart_processes.choices import EntryKind
from smart_processes.field_types.base import References
from smart_processes.keyset import CursorRefused
from smart_processes.models import Stage, StageVisit
from smart_processes.schema import TypeSchema
from smart_processes.selectors.names import load_names
from smart_processes.selectors.timeline import TimelinePage, timeline_page
from smart_processes.selectors.visits import visits_of

PANEL = "crm/record/history.html"
ROWS = "crm/record/_history_rows.html"


@dataclass(frozen=True)
class VisitView:
    """One visit to a stage as it is drawn."""

    visit: StageVisit
    stage: Stage
    entered_by: str
    left_by: str
    lasted: str


@dataclass(frozen=True)
class Changes:
    """Changed fields, the latest first, and what answers the next ones."""

    rows: list[tuple[EntryView, Change]]
    more_url: str


@login_required
@require_GET
def history(request: HttpRequest, type_code: str, record_id: int) -> HttpResponseBase:
    """Answer the tab, or with `?after=` further changes (six queries beside the record)."""
    page = open_record_page(request, type_code, record_id)
    if not request.headers.get("HX-Request"):
        return redirect(f"{page.url()}?{TAB}=history")
    page.tab = "history"
    after = request.GET.get("after") or None
    context = {"page": page, "changes": _changes(page, after)}
    if after:
        return render(request, ROWS, context)
    return render(request, PANEL, {**context, "visits": _visits(page)})


def _changes(page: RecordPage, after: str | None) -> Changes:
    try:
        loaded = timeline_page(page.record.pk, kind=EntryKind.CHANGED, after=after)
    except CursorRefused:
        loaded = TimelinePage([], None)
    types = {page.record.pk: page.type_schema}
    maker = EntryMaker(loaded.entries, types, page.actor)
    views = [maker.view(entry) for entry in loaded.entries]
    url = page.tab_url("history")
    return Changes(
        rows=[(view, change) for view in views for change in view.changes],
        more_url=f"{url}?after={loaded.next_cursor}" if loaded.next_cursor else "",
    )


def _visits(page: RecordPage) -> list[VisitView]:
    visits = visits_of(page.record.pk)
    users = {pk for visit in visits for pk in (visit.entered_by_id, visit.left_by_id) if pk}
    names = load_names(References(users=users), actor=page.actor)
    return [
        VisitView(
            visit=visit,
            stage=_stage_of(visit, page.type_schema),
            entered_by=names.users.get(visit.entered_by_id or 0, ""),
            left_by=names.users.get(visit.left_by_id or 0, ""),
            lasted=age_text((visit.left_at or page.now) - visit.entered_at),
        )
        for visit in reversed(visits)
    ]


def _stage_of(visit: StageVisit, type_schema: TypeSchema) -> Stage:
    """Return the stage as it is called in the reader's language."""
    pipeline = type_schema.pipeline(visit.stage.pipeline.code)
    return (pipeline and pipeline.stage(visit.stage.code)) or visit.stage
