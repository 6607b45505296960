"""A person drags a card: moved, refused, asked for more, seen by others."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from smart_processes.actions.stages import move_to_stage
from smart_processes.models import Pipeline
from tests.factories.accounts import actor
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_item,
)
from tests.support.boards import card, drag, lane, make_guarded_pipeline, open_board
from tests.support.browser import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pipeline(transactional_db: None) -> Pipeline:
    return make_guarded_pipeline()


def test_dragged_card_moves_and_another_person_sees_it(
    visit: Visit, cast: Cast, pipeline: Pipeline
) -> None:
    item = make_item(pipeline, title="Boat", amount="100 EUR")
    page, other = open_board(visit, cast), open_board(visit, cast, "boris")

    drag(page, item, lane(page, "TALK"))

    expect(page.locator("#toasts")).to_contain_text("Moved to Talk")
    expect(lane(page, "TALK").locator(".lane-count")).to_have_text("1")
    expect(lane(page, "NEW").locator(".lane-count")).to_have_text("0")
    expect(lane(other, "TALK").locator(f"#card-{item.pk}")).to_be_visible()
    expect(lane(other, "TALK").locator(".lane-amount")).to_have_text("€100")
    expect(other.locator("#live-region")).to_have_text("Anna moved Boat to Talk.")
    item.refresh_from_db()
    assert item.stage == "TALK"


def test_card_is_dropped_between_two_others(visit: Visit, cast: Cast, pipeline: Pipeline) -> None:
    lower, upper = (make_item(pipeline, stage="TALK") for _ in range(2))
    item = make_item(pipeline)
    page = open_board(visit, cast)
    start, above = card(page, item).bounding_box(), card(page, upper).bounding_box()
    assert start
    assert above

    page.mouse.move(start["x"] + 60, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(above["x"] + 60, above["y"] + above["height"] - 4, steps=10)
    page.mouse.move(above["x"] + 60, above["y"] + above["height"] + 2, steps=3)
    page.mouse.up()
    expect(page.locator("#toasts")).to_contain_text("Moved to Talk")

    page.reload()
    shown = page.locator("#lane-TALK .item-card")
    expect(shown.nth(1)).to_have_id(f"card-{item.pk}")
    expect(shown.nth(2)).to_have_id(f"card-{lower.pk}")


def test_undo_of_the_toast_puts_the_card_back(visit: Visit, cast: Cast, pipeline: Pipeline) -> None:
    item = make_item(pipeline, stage="CALL", signed_on="2026-11-01")
    page = open_board(visit, cast)
    drag(page, item, lane(page, "TALK"))

    page.get_by_role("button", name="Undo").click()

    expect(lane(page, "CALL").locator(f"#card-{item.pk}")).to_be_visible()
    item.refresh_from_db()
    assert item.stage == "CALL"


def test_barred_lanes_say_why_as_soon_as_a_card_is_lifted_and_esc_puts_it_back(
    visit: Visit, cast: Cast, pipeline: Pipeline
) -> None:
    item = make_item(pipeline, stage="TALK")
    page = open_board(visit, cast)

    drag(page, item, lane(page, "CALL"), drop=False)

    expect(lane(page, "NEW")).to_have_class(re.compile("is-barred"))
    expect(lane(page, "NEW")).to_contain_text("No move leads from “Talk” to “New”")
    expect(lane(page, "CALL")).to_have_class(re.compile("is-target"))
    expect(page.locator("#drop-strip")).to_be_visible()

    page.keyboard.press("Escape")

    expect(lane(page, "TALK").locator(f"#card-{item.pk}")).to_be_visible()
    expect(page.locator("#drop-strip")).to_be_hidden()
    expect(page.locator(".is-barred")).to_have_count(0)


def test_refused_card_goes_back_and_tells_the_reason(
    visit: Visit, cast: Cast, pipeline: Pipeline
) -> None:
    item = make_item(pipeline, stage="TALK", title="Boat", amount="10 EUR", signed_on="2026-11-01")
    page = open_board(visit, cast)

    drag(page, item, page.locator('.drop-zone[data-stage="WON"]'))

    shown = lane(page, "TALK").locator(f"#card-{item.pk}")
    expect(shown).to_have_class(re.compile("is-refused"))
    expect(shown).to_contain_text("Stayed in Talk.")
    expect(shown).to_contain_text("“Amount” must be at least")
    expect(page.get_by_role("alert")).to_contain_text("“Boat” was not moved")
    expect(lane(page, "TALK").locator(".lane-count")).to_have_text("1")
    expect(lane(page, "WON").locator(".lane-count")).to_have_text("0")
    item.refresh_from_db()
    assert item.stage == "TALK"


def test_missing_field_is_asked_for_and_cancel_puts_the_card_back(
    visit: Visit, cast: Cast, pipeline: Pipeline
) -> None:
    item = make_item(pipeline, stage="TALK")
    page = open_board(visit, cast)
    drag(page, item, lane(page, "CALL"))
    dialog = page.get_by_role("dialog", name="Move to Call")

    dialog.get_by_role("button", name="Cancel").click()

    expect(lane(page, "TALK").locator(f"#card-{item.pk}")).to_be_visible()
    expect(lane(page, "CALL").locator(".lane-count")).to_have_text("0")
    expect(card(page, item)).to_be_focused()

    drag(page, item, lane(page, "CALL"))
    dialog.get_by_label("Signed on").fill("2026-11-01")
    dialog.get_by_role("button", name="Save and move").click()

    expect(dialog).to_be_hidden()
    expect(lane(page, "CALL").locator(f"#card-{item.pk}")).to_be_visible()
    item.refresh_from_db()
    assert item.stage == "CALL"
    assert list(item.values.values()) == ["2026-11-01"]


def test_second_of_two_people_dragging_one_card_is_told(
    visit: Visit, cast: Cast, pipeline: Pipeline
) -> None:
    item = make_item(pipeline, title="Boat")
    page = open_board(visit, cast)
    drag(page, item, lane(page, "TALK"), drop=False)

    move_to_stage(item, "LOST", actor=actor(cast.boris))
    page.mouse.up()

    expect(page.get_by_role("alert")).to_contain_text(
        "Boris moved it first: it now stands in “Lost”."
    )
    expect(lane(page, "LOST").locator(".lane-count")).to_have_text("1")
    expect(lane(page, "TALK").locator(f"#card-{item.pk}")).to_have_count(0)
    item.refresh_from_db()
    assert item.stage == "LOST"


def test_card_that_is_held_does_not_move_under_the_hand(
    visit: Visit, cast: Cast, pipeline: Pipeline
) -> None:
    item, other = make_item(pipeline), make_item(pipeline)
    page, colleague = open_board(visit, cast), open_board(visit, cast, "boris")
    drag(page, item, lane(page, "TALK"), drop=False)

    with page.expect_response(re.compile("/board/cards/")):
        drag(colleague, other, lane(colleague, "TALK"))

    expect(lane(page, "NEW").locator(f"#card-{other.pk}")).to_be_attached()
    page.mouse.up()
    expect(lane(page, "TALK").locator(f"#card-{other.pk}")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("2 sales")


def test_card_goes_back_when_the_server_cannot_be_reached(
    visit: Visit, cast: Cast, pipeline: Pipeline
) -> None:
    item = make_item(pipeline)
    page = open_board(visit, cast)

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/move/**", cut)

    drag(page, item, lane(page, "TALK"))

    expect(page.get_by_role("alert")).to_contain_text("No connection to the server")
    expect(lane(page, "NEW").locator(f"#card-{item.pk}")).to_be_visible()
    expect(lane(page, "NEW").locator(".lane-count")).to_have_text("1")


def test_deleted_card_comes_back_by_undo(visit: Visit, cast: Cast, pipeline: Pipeline) -> None:
    item = make_item(pipeline)
    page = open_board(visit, cast)

    drag(page, item, page.locator('.drop-zone[data-does="delete"]'))
    expect(card(page, item)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()

    expect(lane(page, "NEW").locator(f"#card-{item.pk}")).to_be_visible()
