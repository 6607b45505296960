"""The list in a browser: cells by keyboard, selecting, a bulk change that a worker does."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from celery.contrib.testing.worker import start_worker
from playwright.sync_api import Page, expect

from config.celery import app
from smart_processes.models import Item, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type
from tests.support.browser import PHONE, Visit, hold_request

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """A real worker, in a thread, on the broker of the tests."""
    with start_worker(app, perform_ping_check=False, loglevel="WARNING", shutdown_timeout=10):
        yield


@pytest.fixture
def deals(cast: Cast) -> RecordType:
    deals = make_type("sale", "NEW > CALL > WON | LOST")
    make_field(deals, "segment", "choice", options=["small", "large"], on_card=True)
    everything = dict.fromkeys(("view", "add", "change", "delete", "export"), "all")
    cast.anna.groups.add(make_role("seller", {deals: everything}))
    for number in range(1, 6):
        make_item(
            deals,
            title=f"Deal {number}",
            amount=f"{number * 100} EUR",
            responsible=cast.anna.pk,
            segment="small",
        )
    return deals


@pytest.fixture
def page(visit: Visit, cast: Cast, deals: RecordType) -> Page:
    page = visit(cast.anna)
    page.goto("/sale/list/?sort=title")
    return page


def test_cells_are_changed_by_keyboard(page: Page, cast: Cast) -> None:
    page.get_by_role("link", name="Deal 1").focus()
    row = page.locator("tbody tr").first
    row.locator('[data-code="amount"]').focus()

    page.keyboard.press("Enter")
    expect(row.locator(".cell-form input[name=value-amount]")).to_be_focused()
    page.keyboard.type("6400")
    page.keyboard.press("Tab")

    expect(row.locator('[data-code="amount"]')).to_contain_text("€6,400")
    expect(row.locator("[name=value-segment]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row.locator('[data-code="segment"]')).to_be_focused()
    expect(row.locator(".cell-form")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.locator("tbody tr").nth(1).locator('[data-code="segment"]')).to_be_focused()
    expect(page.locator(".filter-totals")).to_contain_text("€7,800")
    expect(page.locator("tfoot")).to_contain_text("€7,800")


def test_wrong_value_stays_in_its_cell_with_the_reason(page: Page) -> None:
    cell = page.locator("tbody tr").first.locator('[data-code="amount"]')
    cell.dblclick()
    page.keyboard.type("lots")
    page.keyboard.press("Enter")

    expect(cell.get_by_role("alert")).to_contain_text("Enter an amount")
    page.keyboard.press("Escape")

    expect(cell).to_have_text(re.compile("€100"))
    assert Item.objects.filter(amount_minor=10000).exists()


def test_keys_typed_before_an_editor_is_there_are_not_lost(page: Page) -> None:
    let_go = hold_request(page, "**/cell/amount/**")
    row = page.locator("tbody tr").first
    row.locator('[data-code="amount"]').dblclick()

    page.keyboard.type("640")
    page.keyboard.press("Backspace")
    page.keyboard.press("Tab")
    page.keyboard.type("lar")
    page.keyboard.press("Enter")
    let_go()

    expect(row.locator('[data-code="segment"]')).to_contain_text("Large")
    expect(row.locator('[data-code="segment"]')).to_be_focused()
    assert Item.objects.get(title="Deal 1").amount_minor == 6400


def test_bulk_move_is_done_by_a_worker_and_the_list_follows(worker: None, page: Page) -> None:
    boxes = page.locator('input[name="selected"]')
    boxes.nth(1).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.locator("[data-bulk-count]")).to_have_text("3 selected · €900")

    page.keyboard.press("m")
    page.get_by_label("Into the stage").select_option("Call")
    page.locator("dialog").get_by_role("button", name="Move", exact=True).click()

    expect(page.locator("#toasts")).to_contain_text("Moved: 3")
    expect(page.locator('tbody [data-code="stage"]', has_text="Call")).to_have_count(3)
    expect(page.locator("#bulk-form")).to_be_hidden()
    assert set(Item.objects.filter(stage="CALL").values_list("title", flat=True)) == {
        "Deal 2",
        "Deal 3",
        "Deal 4",
    }


def test_deleted_records_come_back_by_undo(worker: None, page: Page) -> None:
    page.locator("#select-loaded").click()
    page.locator("#bulk-form").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No sales yet")).to_be_visible()

    page.get_by_role("button", name="Undo").click()

    expect(page.locator("tbody tr[data-id]")).to_have_count(5)
    assert Item.objects.filter(deleted_at=None).count() == 5


def test_filter_is_built_in_the_bar_and_the_back_button_takes_it_away(page: Page) -> None:
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Find a field").fill("amou")
    page.keyboard.press("Enter")
    page.get_by_label("from").fill("300")
    page.keyboard.press("Enter")

    expect(page.locator("tbody tr[data-id]")).to_have_count(3)
    expect(page.locator(".filter-bar")).to_contain_text("Amount from €300")
    expect(page).to_have_url(re.compile(r"\?sort=title&amount_min=300$"))
    expect(page.get_by_role("link", name="Board")).to_have_attribute(
        "href", re.compile("amount_min=300")
    )
    page.go_back()

    expect(page.locator("tbody tr[data-id]")).to_have_count(5)


def test_columns_are_chosen_and_put_in_order_by_keyboard(page: Page) -> None:
    page.get_by_role("button", name="Choose columns").click()
    page.get_by_label("Closes on", exact=True).and_(page.get_by_role("checkbox")).uncheck()
    expect(page.locator("thead")).not_to_contain_text("Closes on")

    page.get_by_role("button", name="Move Amount").focus()
    page.keyboard.press("ArrowUp")

    expect(page.locator("thead th").nth(3)).to_have_text("Amount")
    page.reload()
    expect(page.locator("thead th").nth(3)).to_have_text("Amount")


@pytest.mark.parametrize("dark", [False, True])
def test_list_has_no_serious_accessibility_faults(
    dark: bool, visit: Visit, cast: Cast, deals: RecordType
) -> None:
    page = visit(cast.anna, dark=dark)
    page.goto("/sale/list/?amount_min=200&nonsense=1")
    _expect_accessible(page)
    page.goto("/sale/list/?amount_min=200&sort=-amount")
    page.locator('input[name="selected"]').first.click()
    page.locator("tbody tr").nth(1).locator('[data-code="amount"]').dblclick()
    expect(page.locator(".cell-form")).to_be_visible()
    _expect_accessible(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Choose columns").click()
    _expect_accessible(page)
    page.goto("/jobs/")
    _expect_accessible(page)


def test_phone_stacks_the_cells_and_never_scrolls_sideways(
    visit: Visit, cast: Cast, deals: RecordType
) -> None:
    page = visit(cast.anna, size=PHONE)

    page.goto("/sale/list/")

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("document.querySelector('.list-scroll').scrollWidth") <= PHONE["width"]
    _expect_accessible(page)


def _expect_accessible(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    serious = [
        f"{each['id']}: {each['nodes'][0]['html'][:200]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]
    assert serious == []
