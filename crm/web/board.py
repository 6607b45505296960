"""The kanban board: the page, further cards of a lane, single cards after a change."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.choices import Action
from crm.web.board_answers import BoardPatch, answer, changed_cards
from crm.web.board_words import board_words
from crm.web.lanes import Board, lane_url, load_board, load_further_cards
from crm.web.live_hub import MOST_CHANGES
from crm.web.type_page import TypePage, open_type_page

PAGE = "crm/board/page.html"


@login_required
@require_GET
def board(request: HttpRequest, type_code: str) -> HttpResponse:
    """Show the board of one pipeline.

    Queries: the session and the person, two for what the reader may see, one for counts,
    one for cards, three at most for names, whatever the number of records.
    """
    page = open_type_page(request, type_code, face="board")
    if not page.type_schema.type.has_stages:
        return redirect(page.list_url)
    loaded = load_board(page)
    context = {
        "page": page,
        "board": loaded,
        "words": board_words(page),
        "import_url": _import_url(loaded),
    }
    part = f"{PAGE}#records" if request.headers.get("HX-Target") == "records" else PAGE
    return render(request, part, context)


@login_required
@require_GET
def column(request: HttpRequest, type_code: str) -> HttpResponse:
    """Answer a lane's further cards: `?lane=`, and `&after=` the id of the last one shown."""
    page = open_type_page(request, type_code, face="board", besides=frozenset({"lane"}))
    stage, after = request.GET.get("lane", ""), request.GET.get("after", "")
    known = page.pipeline is not None and page.pipeline.stage(stage) is not None
    if not known or (after and not after.isdecimal()):
        return HttpResponseBadRequest()
    cards = load_further_cards(page, stage, int(after) if after else None)
    context = {
        "page": page,
        "cards": cards,
        "further_url": lane_url("crm:board_column", page, stage),
        # The browser knows how many are left, and hides what has nothing to load.
        "lane": {"more_count": 1},
    }
    return render(request, f"{PAGE}#further", context)


@login_required
@require_GET
def cards(request: HttpRequest, type_code: str) -> HttpResponse:
    """Answer `?ids=1,2` as they are now, with all heads; what is gone or hidden is named."""
    page = open_type_page(request, type_code, face="board", besides=frozenset({"ids"}))
    parts = request.GET.get("ids", "").split(",")
    if len(parts) > MOST_CHANGES or not all(part.isdecimal() for part in parts):
        return HttpResponseBadRequest()
    patch: BoardPatch = changed_cards(page, {int(part) for part in parts})
    return answer(request, patch)


def _import_url(board: Board) -> str:
    """Return where the pipeline can be filled from a file; empty for who may not."""
    page: TypePage = board.page
    if not page.rights.may_somewhere(Action.IMPORT, [board.pipeline]):
        return ""
    return reverse("crm:import", args=[page.type_schema.code])
