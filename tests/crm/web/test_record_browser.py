"""The page of one record in a browser: fields in place, comments, files, links, history."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from smart_processes.models import Item, RecordFile, RecordLink, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type
from tests.support.browser import PHONE, Visit, hold_request

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def deals(cast: Cast) -> RecordType:
    deals = make_type("sale", "NEW > CALL > WON | LOST")
    make_field(deals, "city", "string")
    cells = dict.fromkeys(("view", "add", "change"), "all")
    cast.anna.groups.add(make_role("seller", {deals: cells}))
    return deals


@pytest.fixture
def item(cast: Cast, deals: RecordType) -> Item:
    return make_item(deals, title="Scanners", amount="100 EUR", responsible=cast.anna.pk)


@pytest.fixture
def page(visit: Visit, cast: Cast, item: Item) -> Page:
    page = visit(cast.anna)
    page.goto(f"/sale/{item.pk}/")
    return page


def field(page: Page, label: str) -> Locator:
    """Return the row of a field, as it is read or changed."""
    return page.locator(".frow", has=page.locator("dt", has_text=label))


def test_a_field_is_changed_in_place_by_mouse(page: Page, item: Item) -> None:
    field(page, "City").locator("dd").click()
    page.get_by_label("City", exact=True).fill("Porto")
    page.get_by_role("heading", name="What happened").click()

    expect(field(page, "City")).to_contain_text("Porto")
    expect(page.locator(".timeline")).to_contain_text("changed City")
    item.refresh_from_db()
    assert "Porto" in item.values.values()


def test_a_field_is_changed_by_keyboard_without_waiting_for_its_editor(
    page: Page, item: Item
) -> None:
    let_go = hold_request(page, "**/fields/amount/edit/**")
    page.get_by_role("button", name="Edit Amount").focus()

    page.keyboard.press("Enter")
    page.keyboard.type("6400")
    page.keyboard.press("Enter")
    let_go()

    expect(field(page, "Amount")).to_contain_text("€6,400")
    expect(page.get_by_role("button", name="Edit Amount")).to_be_focused()


def test_a_wrong_value_says_why_and_esc_puts_the_old_one_back(page: Page) -> None:
    page.get_by_role("button", name="Edit Amount").click()
    editor = page.get_by_label("Amount", exact=True)
    editor.fill("lots")
    editor.press("Enter")

    expect(editor).to_have_attribute("aria-invalid", "true")
    expect(editor).to_be_focused()
    editor.press("Escape")

    expect(field(page, "Amount")).to_contain_text("€100")


def test_a_comment_is_read_as_text_and_taken_back(page: Page) -> None:
    page.get_by_label("Comment").fill("Call <b>today</b>")
    page.get_by_label("Comment").press("Control+Enter")

    expect(page.locator(".tl-text")).to_have_text("Call <b>today</b>")
    expect(page.get_by_label("Comment")).to_be_empty()
    page.locator(".tl-card").get_by_role("button", name="Delete").click()

    expect(page.locator(".tl-text")).to_have_count(0)


def test_a_file_is_uploaded_and_downloaded_as_a_file(
    page: Page, item: Item, tmp_path: Path
) -> None:
    offer = tmp_path / "offer.html"
    offer.write_text("<script>alert(1)</script>")
    page.get_by_role("tab", name="Files").click()

    page.get_by_label("Choose files").set_input_files(offer)
    expect(page.get_by_role("tab", name="Files")).to_contain_text("1")
    with page.expect_download() as download:
        page.get_by_role("link", name="offer.html").click()

    assert download.value.suggested_filename == "offer.html"
    assert RecordFile.objects.get().item_id == item.pk


def test_a_record_is_found_linked_and_its_link_taken_away(
    page: Page, deals: RecordType, cast: Cast
) -> None:
    make_item(deals, title="Printers", responsible=cast.anna.pk)
    page.get_by_role("tab", name="Links").click()

    page.get_by_label("Record to link").fill("print")
    page.get_by_role("button", name="Link Printers").click()
    taker = page.get_by_role("button", name="Take away the link to Printers")
    expect(taker).to_be_visible()
    assert RecordLink.objects.count() == 1
    taker.click()

    expect(page.get_by_text("Nothing is linked yet")).to_be_visible()
    assert not RecordLink.objects.exists()


def test_a_move_stands_in_the_history_of_stages(page: Page) -> None:
    page.get_by_role("button", name="Call").click()
    expect(page.locator("#toasts")).to_contain_text("Call")
    page.get_by_role("tab", name="History").click()

    visits = page.locator("#record-panel table").first.locator("tbody tr")
    expect(visits).to_have_count(2)
    expect(visits.filter(has_text="Stands there now")).to_contain_text("Call")


def test_a_phone_begins_with_the_details_and_never_scrolls_sideways(
    visit: Visit, cast: Cast, item: Item
) -> None:
    page = visit(cast.anna, size=PHONE)

    page.goto(f"/sale/{item.pk}/")

    expect(field(page, "City")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
