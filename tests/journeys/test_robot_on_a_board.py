"""A chief places robots, moves a card, and reads on it what ran and why another did not."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from automation.models import Robot
from smart_processes.models import Item, RecordType
from tests.factories.accounts import make_role
from tests.factories.automation import run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type
from tests.support.browser import PHONE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sale(transactional_db: None) -> RecordType:
    sale = make_type("sale")
    make_field(sale, "segment", "choice", options=["small", "large"])
    rights = {"view": "all", "change": "all", "add": "all", "automate": "all"}
    make_role("chief", {sale: rights}, everybody=True)
    return sale


@pytest.fixture
def item(sale: RecordType) -> Item:
    return make_item(sale, title="Fleet tablets")


def faults(page: Page) -> list[str]:
    """Return where the page keeps somebody out, and why."""
    expect(page.locator("[aria-busy]")).to_have_count(0)
    # A drawer that still fades in has too little contrast.
    page.wait_for_function("document.getAnimations().length === 0")
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]


def add_robot(page: Page, stage: str, name: str, text: str) -> None:
    """Add one that writes a line into the journal, up to its form's button."""
    page.get_by_role("button", name=f"Add a robot to {stage}").click()
    page.get_by_label("Find a robot").fill("journal")
    page.get_by_role("button", name="Write into the journal").click()
    drawer = page.locator(".drawer")
    drawer.get_by_label("Name", exact=True).fill(name)
    drawer.get_by_label("Text").fill(text)
    drawer.get_by_label("Insert a field").select_option(label="Title")


def carry(page: Page, card: str, goal: str) -> None:
    """Take a card by its lower edge and carry it onto something."""
    start = page.locator(card).bounding_box()
    end = page.locator(goal).bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 60, start["y"] + start["height"] - 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 70, start["y"] + start["height"], steps=3)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + min(end["height"] / 2, 70), steps=8)
    page.mouse.up()


def save(page: Page) -> None:
    page.get_by_role("button", name="Add the robot").click()
    expect(page.locator(".drawer")).to_have_count(0)


def test_robot_is_placed_a_card_is_moved_and_the_record_tells_why(
    item: Item, cast: Cast, visit: Visit
) -> None:
    page = visit(cast.anna)
    page.goto("/sale/automation/")
    add_robot(page, "Call", "Greet the client", "Hello, ")
    assert faults(page) == []
    save(page)
    add_robot(page, "Call", "Assign to key accounts", "For ")
    page.get_by_label("Field", exact=True).select_option(label="Segment")
    page.get_by_label("Comparison").select_option(label="is")
    page.locator('[name="condition-value"]').first.fill("large")
    save(page)
    expect(page.locator(".rule-card")).to_have_count(2)
    assert faults(page) == []

    page.goto("/sale/board/")
    with page.expect_response(re.compile(r"/move/")):
        carry(page, f"#card-{item.pk}", "#cards-CALL")
    expect(page.locator(f"#cards-CALL #card-{item.pk}")).to_be_visible()
    run_due()

    page.goto(f"/sale/{item.pk}/?tab=automation")
    panel = page.locator("#record-panel")
    expect(panel).to_contain_text("Segment is Large")
    expect(panel).to_contain_text("was empty")
    assert faults(page) == []
    panel.get_by_role("link", name="Greet the client").click()
    page.wait_for_url(re.compile(r"/automation/runs/\d+/"))
    expect(page.locator("#step-details")).to_contain_text("Hello, Fleet tablets")
    expect(page.locator(".run-steps")).to_contain_text("1 done")
    assert faults(page) == []


def test_robots_are_moved_by_mouse_and_by_keyboard(
    sale: RecordType, cast: Cast, visit: Visit
) -> None:
    page = visit(cast.anna)
    page.goto("/sale/automation/")
    for name in ("First", "Second"):
        add_robot(page, "New", name, "x")
        save(page)
    expect(page.locator(".rule-card")).to_have_count(2)

    with page.expect_response(re.compile(r"/move/")):
        carry(
            page,
            '.rule-card[data-name="First"]',
            '.rule-list[data-kind="robots"][data-stage="CALL"]',
        )
    expect(
        page.locator('.rule-list[data-kind="robots"][data-stage="CALL"] .rule-card')
    ).to_have_count(1)
    expect(page.locator("#live-region")).to_contain_text("Moved to Call.")
    second = page.locator(".rule-card", has_text="Second")
    second.focus()
    with page.expect_response(re.compile(r"/move/")):
        for key in ("Space", "ArrowRight", "ArrowDown", "Space"):
            page.keyboard.press(key)
    expect(
        page.locator('.rule-list[data-kind="robots"][data-stage="NEW"] .rule-card')
    ).to_have_count(0)
    expect(second).to_be_focused()

    robots = Robot.objects.filter(stage__code="CALL").order_by("position")
    assert list(robots.values_list("name", flat=True)) == ["First", "Second"]


@pytest.mark.parametrize(
    "address", ["/sale/automation/", "/automation/health/", "/automation/runs/"]
)
def test_phone_has_room_for_fingers(item: Item, cast: Cast, visit: Visit, address: str) -> None:
    page = visit(cast.root, size=PHONE, dark=True)
    page.goto(address)

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert faults(page) == []
