"""Where a reader came from: the list or board, and the records around this one there.

The address of a record carries it (`?in=list&pipeline=…`), so that "previous" and "next" go
on in the same list. Coming from a list or board itself, the browser names that page.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db.models import F, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from accounts.exceptions import PermissionRefused
from crm.web.type_page import TypePage, open_type_page
from smart_processes.columns import model_for
from smart_processes.keyset import OrderTerm, neighbours
from smart_processes.models import Item

FACE, TAB = "in", "tab"
FACES = frozenset({"board", "list"})
LONGEST_QUERY = 2000  # characters; a longer address was not made by these pages
COUNTED = 1000  # records; further down the list no place is told

_IN_LANE = (
    OrderTerm("position", F("position"), is_nullable=False),
    OrderTerm("id", F("pk"), is_nullable=False),
)


@dataclass(frozen=True)
class CameFrom:
    """A board or list as it was looked at; `query` holds its parameters."""

    face: str
    query: QueryDict

    @property
    def parameters(self) -> str:
        """What an address of a record carries."""
        carried = self.query.copy()
        carried[FACE] = self.face
        return carried.urlencode()

    def url(self, type_code: str) -> str:
        """Return the page itself."""
        path = reverse(f"crm:{self.face}", args=[type_code])
        return f"{path}?{self.query.urlencode()}" if self.query else path


@dataclass(frozen=True)
class Place:
    """The record's place there; addresses are empty at the ends."""

    previous_url: str
    next_url: str
    text: str


def came_from(request: HttpRequest, type_code: str) -> CameFrom | None:
    """Return the board or list that the reader came from; None from anywhere else."""
    carried = request.GET if FACE in request.GET else _current_query(request)
    face = str(carried.get(FACE, ""))
    if face in FACES:
        query = carried.copy()
        for name in (FACE, TAB):
            query.pop(name, None)
        return CameFrom(face, query) if len(query.urlencode()) <= LONGEST_QUERY else None
    referer = urlsplit(request.headers.get("Referer", ""))
    if referer.netloc != request.get_host() or len(referer.query) > LONGEST_QUERY:
        return None
    try:
        found = resolve(referer.path)
    except Resolver404:
        return None
    is_ours = found.namespace == "crm" and found.url_name in FACES
    if not is_ours or found.kwargs.get("type_code") != type_code:
        return None
    return CameFrom(found.url_name or "", QueryDict(referer.query))


def _current_query(request: HttpRequest) -> QueryDict:
    """Return the parameters of the page that htmx asks from: its requests have their own."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    current = (htmx.current_url_abs_path or "") if htmx else ""
    return QueryDict(urlsplit(current).query)


def place_of(request: HttpRequest, record: Item, type_code: str, origin: CameFrom) -> Place | None:
    """Return what stands around the record (eleven queries at most); None when it left."""
    asked = copy(request)
    asked.GET = origin.query  # type: ignore[assignment]  # a copy of a request is its own
    try:
        page = open_type_page(asked, type_code, face="board" if origin.face == "board" else "list")
    except PermissionRefused:
        return None  # it is read by watching alone
    records, order = _ordered(page, record)
    around = neighbours(records.only("pk", "type_id"), order, record.pk, counted=COUNTED)
    if around is None:
        return None

    def url(other: Item | None) -> str:
        if other is None:
            return ""
        path = reverse("crm:record", args=[type_code, other.pk])
        return f"{path}?{origin.parameters}"

    return Place(url(around.previous), url(around.next), _text(around.place, around.count))


def _ordered(page: TypePage, record: Item) -> tuple[QuerySet[Item], list[OrderTerm]]:
    if page.face == "board":
        # On a board one goes down the lane.
        return page.records(Item).filter(stage=record.stage), list(_IN_LANE)
    model = model_for(page.type_schema, [], page.filter.sort)
    return page.records(model), list(page.filter.filterset.order)


def _text(place: int | None, count: int | None) -> str:
    if place is None:
        return ""
    if count is None:
        return _("%(place)d of more than %(count)d") % {"place": place, "count": COUNTED}
    return _("%(place)d of %(count)d") % {"place": place, "count": count}
