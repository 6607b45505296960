"""The recycle bin of a type: what was deleted, taking it out, deleting it for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from accounts.requests import actor_of
from crm.web.errors import toast
from crm.web.links import LinkView, link_views
from crm.web.navigation import type_url
from smart_processes.actions.records import KEPT_IN_BIN, purge_record, restore_record
from smart_processes.field_types.base import References
from smart_processes.keyset import CursorRefused, Page
from smart_processes.models import Item
from smart_processes.schema import TypeSchema, schema_for
from smart_processes.selectors.names import load_names
from smart_processes.selectors.records import get_record
from smart_processes.selectors.recycle_bin import deleted_records

PAGE = "crm/recycle_bin/page.html"
ROWS = f"{PAGE}#rows"


@dataclass(frozen=True)
class DeletedView:
    """A deleted record as it is drawn; `left` says how long it can be restored."""

    link: LinkView
    deleted_at: datetime
    deleted_by: str
    left: str
    restore_url: str
    purge_url: str


@login_required
@require_GET
def recycle_bin(request: HttpRequest, type_code: str) -> HttpResponse:
    """Show what was deleted (two queries beside the reader's rights), or further rows.

    Raises:
        TypeMissing: no such type.
        PermissionRefused: the reader may delete nothing of it.
    """
    actor = actor_of(request)
    type_schema = schema_for(actor).type(type_code)
    _require(actor, type_schema)
    after = request.GET.get("after") or None
    try:
        page = deleted_records(actor, type_schema, after=after)
    except CursorRefused:
        page = Page([], None, None)
    path = reverse("crm:recycle_bin", args=[type_code])
    context = {
        "type": type_schema.type,
        "rows": _views(actor, type_schema, page.rows),
        "more_url": f"{path}?after={page.next_cursor}" if page.next_cursor else "",
        "back_url": type_url(type_schema),
        "days": KEPT_IN_BIN.days,
    }
    return render(request, ROWS if after else PAGE, context)


@login_required
@require_POST
def take_out(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Restore a record; its row goes."""
    actor = actor_of(request)
    record = get_record(actor, record_id, type_code=type_code, in_bin=True)
    restore_record(record, actor=actor)
    answer = HttpResponse()
    answer["HX-Trigger"] = toast(_("“%(title)s” is back") % {"title": record.title}, kind="success")
    return answer


@login_required
@require_POST
def purge(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Delete a record for good; its row goes."""
    actor = actor_of(request)
    record = get_record(actor, record_id, type_code=type_code, in_bin=True)
    purge_record(record, actor=actor)
    answer = HttpResponse()
    answer["HX-Trigger"] = toast(
        _("“%(title)s” was deleted for good") % {"title": record.title}, kind="success"
    )
    return answer


def _require(actor: Actor, type_schema: TypeSchema) -> None:
    may = access.of(actor).may_somewhere(Action.DELETE, type_schema.pipelines)
    if not may or not type_schema.type.has_recycle_bin:
        raise PermissionRefused(Action.DELETE, type_schema.type.name_many)


def _views(actor: Actor, type_schema: TypeSchema, records: list[Item]) -> list[DeletedView]:
    users = {pk for r in records for pk in (r.deleted_by_id, r.responsible_id) if pk}
    names = load_names(References(users=users), actor=actor)
    links = link_views(records, schema_for(actor), names)
    now = timezone.now()
    return [
        DeletedView(
            link=link,
            deleted_at=record.deleted_at or now,
            deleted_by=names.users.get(record.deleted_by_id or 0, ""),
            left=_left((record.deleted_at or now) + KEPT_IN_BIN - now),
            restore_url=reverse("crm:take_out", args=[type_schema.code, record.pk]),
            purge_url=reverse("crm:purge", args=[type_schema.code, record.pk]),
        )
        for record, link in zip(records, links, strict=True)
    ]


def _left(remaining: timedelta) -> str:
    days = max(remaining.days, 0)
    return ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}
