"""The timeline of a record: its entries by pages, and comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.web.errors import status_of
from crm.web.record_page import RecordPage, open_record_page
from crm.web.timeline_entries import Day, EntryMaker, EntryView, in_days
from smart_processes.actions.comments import add_comment, delete_comment, edit_comment, pin_entry
from smart_processes.exceptions import RecordMissing, ValuesRefused
from smart_processes.keyset import CursorRefused
from smart_processes.models import TimelineEntry
from smart_processes.selectors.timeline import TimelinePage, Who, pinned_entries, timeline_page

PANEL = "crm/timeline/panel.html"
WHO, AFTER = "who", "after"


@dataclass(frozen=True)
class Timeline:
    """A page of the timeline, ready to be drawn; `more_url` answers the next one."""

    days: list[Day]
    pinned: list[EntryView]
    who: Who
    url: str
    more_url: str

    @property
    def choices(self) -> list[dict[str, Any]]:
        """The switch: all, people, robots."""
        titles = {Who.ALL: _("All"), Who.PEOPLE: _("People"), Who.ROBOTS: _("Robots")}
        return [
            {"value": who.value, "title": title, "is_current": who == self.who}
            for who, title in titles.items()
        ]


def load_timeline(page: RecordPage, *, who: Who = Who.ALL, after: str | None = None) -> Timeline:
    """Return a page of a record's timeline (five queries, whatever its length).

    What is pinned stands above the first page.
    """
    try:
        loaded = timeline_page(page.record.pk, who=who, after=after)
    except CursorRefused:
        loaded = TimelinePage([], None)
    pinned = [] if after else pinned_entries(page.record.pk)
    maker = _maker(page, [*loaded.entries, *pinned])
    url = page.tab_url("timeline")
    more = f"{url}?{WHO}={who}&{AFTER}={loaded.next_cursor}" if loaded.next_cursor else ""
    return Timeline(
        days=in_days(maker.view(entry) for entry in loaded.entries),
        pinned=[maker.view(entry) for entry in pinned],
        who=who,
        url=url,
        more_url=more,
    )


@login_required
@require_GET
def timeline(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Answer the panel, its entries alone (`?who=`), or further entries (`?after=`)."""
    page = open_record_page(request, type_code, record_id)
    if not request.headers.get("HX-Request"):
        return redirect(page.url())
    wanted = request.GET.get(WHO, "")
    who = Who(wanted) if wanted in set(Who) else Who.ALL
    after = request.GET.get(AFTER) or None
    loaded = load_timeline(page, who=who, after=after)
    part = "panel"
    if after:
        part = "further"
    elif request.headers.get("HX-Target") == "timeline-entries":
        part = "entries"
    return render(request, f"{PANEL}#{part}", {"page": page, "timeline": loaded})


@login_required
@require_POST
def comment(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Write a comment: the empty composer comes back, and the timeline reads itself anew."""
    page = open_record_page(request, type_code, record_id)
    text = request.POST.get("text", "")
    try:
        add_comment(page.record, text, actor=page.actor)
    except ValuesRefused as refusal:
        context = {"page": page, "text": text, "error": refusal.message}
        return render(request, f"{PANEL}#composer", context, status=status_of(refusal))
    answer = render(request, f"{PANEL}#composer", {"page": page, "is_sent": True})
    answer["HX-Trigger-After-Settle"] = "timeline-changed"
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, type_code: str, record_id: int, entry_id: int) -> HttpResponse:
    """Answer one's comment as a form (`?cancel` as it stands), and take what it sends."""
    page = open_record_page(request, type_code, record_id)
    entry = _entry(page, entry_id)
    if request.method == "GET":
        part = "entry" if "cancel" in request.GET else "comment_form"
        return _entry_answer(request, page, entry, part)
    text = request.POST.get("text", "")
    try:
        entry = edit_comment(entry, text, actor=page.actor)
    except ValuesRefused as refusal:
        more = {"text": text, "error": refusal.message}
        return _entry_answer(request, page, entry, "comment_form", status_of(refusal), **more)
    return _entry_answer(request, page, entry, "entry")


@login_required
@require_POST
def delete(request: HttpRequest, type_code: str, record_id: int, entry_id: int) -> HttpResponse:
    """Take the text out of one's own comment."""
    page = open_record_page(request, type_code, record_id)
    entry = delete_comment(_entry(page, entry_id), actor=page.actor)
    answer = _entry_answer(request, page, entry, "entry")
    answer["HX-Trigger-After-Settle"] = "timeline-changed"
    return answer


@login_required
@require_POST
def pin(request: HttpRequest, type_code: str, record_id: int, entry_id: int) -> HttpResponse:
    """Pin an entry, or with `?off` let it go."""
    page = open_record_page(request, type_code, record_id)
    pin_entry(_entry(page, entry_id), is_pinned="off" not in request.GET, actor=page.actor)
    answer = HttpResponse(status=204)
    answer["HX-Trigger"] = "timeline-changed"
    return answer


def _entry(page: RecordPage, entry_id: int) -> TimelineEntry:
    entry = TimelineEntry.objects.filter(pk=entry_id, item_id=page.record.pk).first()
    if entry is None:
        raise RecordMissing
    return entry


def _maker(page: RecordPage, entries: list[TimelineEntry]) -> EntryMaker:
    return EntryMaker(entries, {page.record.pk: page.type_schema}, page.actor)


def _entry_answer(
    request: HttpRequest,
    page: RecordPage,
    entry: TimelineEntry,
    part: str,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    view = _maker(page, [entry]).view(entry)
    context = {"page": page, "entry": view, "text": view.raw_text, **more}
    return render(request, f"{PANEL}#{part}", context, status=status)
