"""The list: its page, further rows, its columns, one row after a change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.decorators import login_required
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.web.list_rows import RowView, row_views
from crm.web.page_query import AFTER, PART
from crm.web.type_page import TypePage, open_type_page
from smart_processes.actions.saved_views import ViewContent, change_view, keep_columns
from smart_processes.columns import TITLE, Column, chosen_columns, columns_of, model_for
from smart_processes.keyset import CursorRefused
from smart_processes.models import SavedView
from smart_processes.selectors.lists import ROWS_PER_PAGE, ListPage, list_page

PAGE = "crm/list/page.html"
ROWS = f"{PAGE}#rows"
TOTALS = f"{PAGE}#totals"
TABLE = f"{PAGE}#table"
RECORDS = f"{PAGE}#records"


@dataclass(frozen=True)
class Head:
    """The heading of a column.

    Attributes:
        sort_url: Sorts by it, the other way round where it is sorted by it already.
        sorted: "asc", "desc" or "".
    """

    code: str
    label: str
    is_numeric: bool
    sort_url: str = ""
    sorted: str = ""


@dataclass(frozen=True)
class Foot:
    """A cell of the row of totals, which are those of the whole filter."""

    text: str = ""
    is_numeric: bool = False
    is_quiet: bool = False


@dataclass(frozen=True)
class ColumnChoice:
    """A line of the column picker."""

    code: str
    label: str
    is_shown: bool
    is_fixed: bool = False


@dataclass
class Listing:
    """What the page shows; templates know it as `listing`."""

    page: TypePage
    session: SessionBase
    after: str | None = None

    @cached_property
    def columns(self) -> list[Column]:
        """The columns of the view as changed or as saved, else the reader's own or the usual."""
        view, choices = self.page.view, self.page.choices
        codes: list[str] = []
        if view is not None:
            codes = self.session.get(_session_key(view), []) or view.columns
        if not codes and choices is not None:
            codes = choices.columns
        return chosen_columns(self.page.type_schema, codes)

    @cached_property
    def _loaded(self) -> ListPage:
        model = model_for(self.page.type_schema, self.columns, self.page.filter.sort)
        return list_page(
            actor=self.page.actor,
            records=self.page.records(model),
            columns=self.columns,
            order=self.page.filter.filterset.order,
            after=self.after,
            size=ROWS_PER_PAGE,
        )

    @cached_property
    def rows(self) -> list[RowView]:
        """The rows of this page of the list."""
        return row_views(
            self._loaded.records,
            self.columns,
            self._loaded.names,
            actor=self.page.actor,
            type_schema=self.page.type_schema,
        )

    @property
    def more_url(self) -> str:
        """Answers the rows that follow; nothing at the end."""
        cursor = self._loaded.next_cursor
        return self.page.part_url("rows", cursor) if cursor else ""

    @property
    def totals_url(self) -> str:
        """Answers the totals as they are now, after a cell has changed."""
        return self.page.part_url("totals")

    @cached_property
    def heads(self) -> list[Head]:
        """The headings."""
        return [self._head(column) for column in self.columns]

    @property
    def sort_label(self) -> str:
        """What the list is sorted by, for who does not see the arrow."""
        wanted = self.page.filter.sort.removeprefix("-")
        known = columns_of(self.page.type_schema).values()
        return next((str(each.label) for each in known if each.sort == wanted), wanted)

    @property
    def choices(self) -> list[ColumnChoice]:
        """The column picker: the shown ones in their order, then the others."""
        shown = [column.code for column in self.columns]
        known = columns_of(self.page.type_schema)
        hidden = [code for code in known if code not in shown]
        return [
            ColumnChoice(code, str(known[code].label), code in shown, code == TITLE)
            for code in (*shown, *hidden)
        ]

    @property
    def feet(self) -> list[Foot]:
        """The row of totals: the count below the titles, the sum below the amounts."""
        feet = [Foot() for _column in self.columns]
        for place, column in enumerate(self.columns):
            if column.code == TITLE:
                feet[place] = Foot(self.page.count_text)
            elif column.code == "amount" and self.page.amount_text:
                feet[place] = Foot(self.page.amount_text, is_numeric=True)
                if place + 1 < len(feet) and self.columns[place + 1].code != TITLE:
                    feet[place + 1] = Foot(self._average, is_quiet=True)
        return feet

    @property
    def _average(self) -> str:
        totals = self.page.totals
        if not totals.record_count:
            return ""
        amount = self.page.money_text(totals.amount_minor // totals.record_count)
        return _("average %(amount)s") % {"amount": amount}

    def _head(self, column: Column) -> Head:
        label = str(column.label)
        if not column.sort:
            return Head(column.code, label, column.is_numeric)
        now = self.page.filter.sort
        is_sorted = now.removeprefix("-") == column.sort
        descending = now.startswith("-") != column.sorts_backwards
        # Numbers and moments are looked at from the largest on, names from the first.
        first_down = column.is_numeric or (column.field and "date" in column.field.type.kind)
        wants_down = not descending if is_sorted else bool(first_down)
        minus = "-" if wants_down != column.sorts_backwards else ""
        return Head(
            code=column.code,
            label=label,
            is_numeric=column.is_numeric,
            sort_url=self.page.url(sort=f"{minus}{column.sort}"),
            sorted=("desc" if descending else "asc") if is_sorted else "",
        )


@login_required
@require_GET
def record_list(request: HttpRequest, type_code: str) -> HttpResponse:
    """Show the records of a type as a table: the page, its sheet, or further rows.

    Queries: the session and the person, two for what the reader may see and the views, one
    or two for totals, one for rows (two where values end), three at most for names.
    """
    page = open_type_page(request, type_code, face="list")
    listing = Listing(page, request.session, request.GET.get(AFTER) or None)
    part = PAGE
    if request.GET.get(PART) == "totals":
        return render(request, TOTALS, {"page": page, "listing": listing, "is_update": True})
    if request.GET.get(PART) == "rows":
        part = ROWS
    elif request.headers.get("HX-Target") == "records":
        part = RECORDS
    try:
        listing.rows  # noqa: B018  # read here, so that a damaged cursor is found here
    except CursorRefused as refusal:
        page.problems.append(refusal.message)
        listing = Listing(page, request.session)
    return render(request, part, {"page": page, "listing": listing})


@login_required
@require_POST
def choose_columns(request: HttpRequest, type_code: str) -> HttpResponse:
    """Show the columns sent, in their order.

    Beside a saved view they are kept until the session ends, or in the view where that is
    asked for; else they are the reader's own from now on.
    """
    page = open_type_page(request, type_code, face="list")
    known = columns_of(page.type_schema)
    codes = [code for code in request.POST.getlist("columns") if code in known]
    if page.view is None:
        keep_columns(page.type_schema, codes, actor=page.actor)
        page = open_type_page(request, type_code, face="list")
    elif "in_view" in request.POST:
        content = ViewContent(page.view.filters, page.view.sort, codes, page.view_pipeline)
        page.view = change_view(page.view, content, actor=page.actor)
        request.session.pop(_session_key(page.view), None)
    else:
        request.session[_session_key(page.view)] = codes
    return render(request, TABLE, {"page": page, "listing": Listing(page, request.session)})


def _session_key(view: SavedView) -> str:
    return f"columns-{view.pk}"
