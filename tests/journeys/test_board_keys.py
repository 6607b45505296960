"""A board by keyboard and menu, quick add, scrolling; on a phone and for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from smart_processes.models import Pipeline
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_item,
    make_pipeline,
)
from tests.support.accessibility import serious_faults
from tests.support.boards import card, drag, lane, make_guarded_pipeline, open_board
from tests.support.browser import PHONE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pipeline(transactional_db: None) -> Pipeline:
    return make_guarded_pipeline()


# --- by keyboard and menu -----------------------------------------------------------------


def test_card_is_moved_by_keyboard(visit: Visit, cast: Cast, pipeline: Pipeline) -> None:
    item = make_item(pipeline, title="Boat")
    page = open_board(visit, cast)
    said = page.locator("#live-region")
    card(page, item).focus()

    page.keyboard.press("Space")
    expect(said).to_have_text(
        "Lifted Boat. Lane 1 of 5, New. Use arrows, Space to drop, Escape to cancel."
    )
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("Over Talk, place 1 of 1.")
    page.keyboard.press("Space")

    expect(said).to_have_text("Moved to Talk. 1 sale, €0")
    expect(lane(page, "TALK").locator(f"#card-{item.pk}")).to_be_focused()
    item.refresh_from_db()
    assert item.stage == "TALK"


def test_keyboard_passes_over_barred_lanes_and_esc_returns(
    visit: Visit, cast: Cast, pipeline: Pipeline
) -> None:
    item = make_item(pipeline, title="Boat")
    page = open_board(visit, cast)
    said = page.locator("#live-region")
    card(page, item).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")

    page.keyboard.press("ArrowRight")
    expect(said).to_have_text(
        "Call is closed: No move leads from “New” to “Call” in this pipeline. "
        "Over Lost, place 1 of 1."
    )
    page.keyboard.press("Escape")

    expect(said).to_have_text("Not moved. Boat is back in New.")
    expect(card(page, item)).to_be_focused()
    expect(lane(page, "NEW").locator(f"#card-{item.pk}")).to_be_visible()


def test_arrows_go_from_card_to_card(visit: Visit, cast: Cast, pipeline: Pipeline) -> None:
    lower, upper = make_item(pipeline), make_item(pipeline)
    beside = make_item(pipeline, stage="TALK")
    page = open_board(visit, cast)
    card(page, upper).focus()

    for key, goal in (("ArrowDown", lower), ("ArrowRight", beside), ("ArrowLeft", upper)):
        page.keyboard.press(key)
        expect(card(page, goal)).to_be_focused()
    page.keyboard.press("End")
    expect(card(page, lower)).to_be_focused()


def test_menu_moves_a_card_on_a_phone(visit: Visit, cast: Cast, pipeline: Pipeline) -> None:
    item = make_item(pipeline)
    page = open_board(visit, cast, size=PHONE)

    card(page, item).get_by_role("button", name="Move to…").tap()
    menu = page.get_by_role("menu", name="Move to…")
    barred = menu.get_by_role("menuitem", name="Call")
    expect(barred).to_have_attribute("aria-disabled", "true")
    expect(barred).to_contain_text("No move leads from “New” to “Call”")
    menu.get_by_role("menuitem", name="Talk").tap()

    expect(page.locator("#toasts")).to_contain_text("Moved to Talk")
    item.refresh_from_db()
    assert item.stage == "TALK"


def test_menu_opens_by_key_and_leads_to_other_pipelines(
    visit: Visit, cast: Cast, pipeline: Pipeline
) -> None:
    make_pipeline("FIRST > DONE", record_type=pipeline.type, code="other")
    item = make_item(pipeline)
    page = open_board(visit, cast)
    card(page, item).focus()

    page.keyboard.press("m")
    page.get_by_role("menuitem", name="Other").press("Enter")

    expect(page.locator("#toasts")).to_contain_text("Moved to “Other”, stage “First”")
    expect(card(page, item)).to_have_count(0)


def test_cards_are_selected_by_key_and_counted(
    visit: Visit, cast: Cast, pipeline: Pipeline
) -> None:
    first, *_rest, last = (make_item(pipeline, amount="10 EUR") for _ in range(3))
    page = open_board(visit, cast)
    card(page, last).focus()

    page.keyboard.press("x")
    page.keyboard.press("End")
    page.keyboard.press("Shift+X")

    expect(page.locator("#bulk-form")).to_contain_text("3 selected · €30")
    expect(card(page, first).get_by_role("checkbox")).to_be_checked()

    page.keyboard.press("Escape")

    expect(page.locator("#bulk-form")).to_be_hidden()


# --- quick add, scrolling, filter ---------------------------------------------------------


def test_quick_add_adds_one_after_the_other(visit: Visit, cast: Cast, pipeline: Pipeline) -> None:
    page = open_board(visit, cast)
    page.get_by_role("button", name="Add a sale to New").click()

    for title in ("Boat", "Car"):
        expect(page.get_by_label("Title")).to_be_focused()
        page.keyboard.type(title)
        page.keyboard.press("Enter")
        expect(lane(page, "NEW").locator(".item-title").first).to_have_text(title)

    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".quick-add")).to_have_count(0)
    expect(lane(page, "NEW").locator(".lane-count")).to_have_text("2")
    expect(page.get_by_text("No sales yet")).to_have_count(0)


def test_scrolling_a_lane_loads_the_rest(visit: Visit, cast: Cast, pipeline: Pipeline) -> None:
    items = [make_item(pipeline) for _ in range(25)]
    page = open_board(visit, cast)
    cards = lane(page, "NEW").locator(".item-card")
    expect(cards).to_have_count(20)
    expect(lane(page, "NEW").locator(".lane-more")).to_have_text("5 more, scroll to load")

    lane(page, "NEW").locator(".lane-body").evaluate("body => body.scrollTo(0, body.scrollHeight)")

    expect(cards).to_have_count(25)
    expect(cards.last).to_have_id(f"card-{items[0].pk}")
    expect(lane(page, "NEW").locator(".lane-more")).to_be_hidden()


def test_board_works_on_after_a_filter_replaced_it(
    visit: Visit, cast: Cast, pipeline: Pipeline
) -> None:
    item = make_item(pipeline, title="Blue boat")
    make_item(pipeline, title="Red car")
    page = open_board(visit, cast)

    search = page.locator("#filter-search")
    search.fill("boat")
    search.press("Enter")
    expect(lane(page, "NEW").locator(".item-card")).to_have_count(1)
    drag(page, item, lane(page, "TALK"))

    expect(lane(page, "TALK").locator(f"#card-{item.pk}")).to_be_visible()
    expect(page.locator(".filter-totals")).to_contain_text("1 sale")


# --- for everybody ------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_board_keeps_nobody_out(visit: Visit, cast: Cast, pipeline: Pipeline, dark: bool) -> None:
    for stage in ("NEW", "TALK"):
        for _ in range(12):
            make_item(pipeline, stage=stage, amount="10 EUR", responsible=cast.boris.pk)
    page = open_board(visit, cast, dark=dark)
    page.get_by_role("button", name="Add a sale to New").click()
    expect(page.get_by_label("Title")).to_be_focused()
    closed = serious_faults(page)
    page.locator("#lane-TALK .item-card").first.focus()
    page.keyboard.press("m")
    expect(page.get_by_role("menu", name="Move to…")).to_be_visible()

    assert closed + serious_faults(page) == []


def test_empty_board_keeps_nobody_out(visit: Visit, cast: Cast, pipeline: Pipeline) -> None:
    page = open_board(visit, cast)

    assert serious_faults(page) == []


def test_phone_scrolls_the_board_and_nothing_else_sideways(
    visit: Visit, cast: Cast, pipeline: Pipeline
) -> None:
    make_item(pipeline)
    page = open_board(visit, cast, size=PHONE)

    page.get_by_role("button", name="Call").first.tap()

    expect(page.get_by_role("button", name="Call").first).to_have_attribute("aria-current", "true")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert serious_faults(page) == []
