"""Boards in a browser: opening one, finding and dragging its cards."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from smart_processes.models import Item, Pipeline
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_edge, make_field, make_type
from tests.support.browser import Visit

BOARD = "/sale/board/?pipeline=main"
AT_LEAST_1000 = {"field": "amount", "operator": "gte", "value": "1000"}


def make_guarded_pipeline() -> Pipeline:
    """Make four stages for everybody; CALL needs a date, no move leads back to NEW."""
    sale = make_type("sale", "NEW > TALK > CALL > WON | LOST")
    pipeline = sale.pipelines.get()
    make_field(sale, "signed_on", "date")
    call = pipeline.stages.get(code="CALL")
    call.required_from_here = ["signed_on"]
    call.save()
    for edge in ("NEW TALK", "NEW LOST", "TALK CALL", "TALK LOST", "CALL TALK"):
        make_edge(pipeline, *edge.split())
    make_edge(pipeline, "TALK", "WON", conditions=[AT_LEAST_1000])
    cells = dict.fromkeys(("view", "add", "change", "delete"), "all")
    make_role("seller", {sale: cells}, everybody=True)
    return pipeline


def open_board(visit: Visit, cast: Cast, name: str = "anna", **how: object) -> Page:
    page = visit(getattr(cast, name), **how)
    page.goto(BOARD)
    # The first answer of the stream: from here on changes by others are seen.
    expect(page.locator("#board[data-live]")).to_be_attached()
    return page


def card(page: Page, item: Item) -> Locator:
    return page.locator(f"#card-{item.pk}")


def lane(page: Page, stage: str) -> Locator:
    return page.locator(f"#lane-{stage}")


def drag(page: Page, item: Item, goal: Locator, *, drop: bool = True) -> None:
    """Take a card by its upper edge and carry it to the top of something."""
    start = card(page, item).bounding_box()
    assert start
    page.mouse.move(start["x"] + 60, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 70, start["y"] + 16, steps=3)
    # The strip has no place before the card is lifted.
    end = goal.bounding_box()
    assert end
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + min(end["height"] / 2, 70), steps=8)
    if drop:
        page.mouse.up()
