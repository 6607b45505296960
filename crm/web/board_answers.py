"""What a board is told after a change: cards, heads and totals, put in place by the browser.

One answer for moves, refusals, quick add and live changes, so that the browser has one
place that changes lanes (`board-patch.js`).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.web.cards import CardView
from crm.web.lanes import LaneView, cards_of, load_heads
from crm.web.type_page import TypePage
from smart_processes.models import Item
from smart_processes.selectors.board import placed_cards

PATCH = "crm/board/page.html#patch"
# Where the browser receives patches, whatever asked for them.
INBOX = "#board-inbox"


@dataclass
class BoardPatch:
    """Changes of a board.

    Attributes:
        cards: Cards with the place they have.
        gone: Ids of cards that the reader sees no longer here.
        heads: Lanes whose counts and sums may differ.
        refused: What a card says about itself after it was not moved: (fact, reason).
        triggers: Events for the page, by name (`HX-Trigger`).
    """

    page: TypePage
    cards: list[CardView] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    heads: list[LaneView] = field(default_factory=list)
    refused: tuple[str, str] | None = None
    triggers: dict[str, Any] = field(default_factory=dict)

    def toast(self, level: str, title: str, text: str = "", **more: Any) -> BoardPatch:
        """Show a toast with the change; `action={"label", "post"}` adds a button to it."""
        self.triggers["toast"] = {"level": level, "title": title, "text": text, **more}
        return self

    @property
    def trigger_header(self) -> str:
        """The events as htmx reads them."""
        return json.dumps(self.triggers)


def changed_cards(
    page: TypePage, ids: Collection[int], *, lanes: Collection[str] | None = None
) -> BoardPatch:
    """Return how cards are now, for who looks at this page (counts, cards, names).

    Args:
        page: The board with its filter.
        ids: The cards.
        lanes: Stages whose heads are told; default: all.
    """
    every = load_heads(page)
    items = placed_cards(records=page.records(Item), ids=ids) if ids else []
    drawn = {lane.code for lane in every}
    found = [item for item in items if item.stage in drawn]
    return BoardPatch(
        page=page,
        cards=cards_of(page, found),
        gone=sorted(set(ids) - {item.pk for item in found}),
        heads=[lane for lane in every if lanes is None or lane.code in lanes],
    )


def answer(request: HttpRequest, patch: BoardPatch, *, status: int = 200) -> HttpResponse:
    """Return the answer that carries the patch."""
    response = render(request, PATCH, {"page": patch.page, "patch": patch}, status=status)
    response["HX-Retarget"] = INBOX
    response["HX-Reswap"] = "beforeend"
    # After the swap: a dialog that closes finds its card in the right place.
    response["HX-Trigger-After-Swap"] = patch.trigger_header
    return response
