"""A company makes a process of its own in the wizard and works with it a minute later."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from smart_processes.models import Item, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast, make_cast
from tests.support.accessibility import serious_faults
from tests.support.browser import PHONE, Visit

pytestmark = pytest.mark.browser

WIZARD = "/settings/new-process/"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    cast = make_cast()
    cast.anna.groups.add(make_role("owner", may_configure=True))
    return cast


def go(page: Page, button: str, heading: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.locator(".steps-x .is-now")).to_contain_text(heading)


def add_field(page: Page, name: str, kind: str) -> None:
    rows = page.locator(".wizard-row")
    before = rows.count()
    page.get_by_role("button", name="Add a field").click()
    expect(rows).to_have_count(before + 1)
    # The new row has the focus: typing goes on at once.
    expect(rows.last.get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.type(name)
    rows.last.get_by_role("combobox", name="Kind").select_option(label=kind)


def start(page: Page) -> None:
    page.goto(WIZARD)
    page.get_by_role("radio", name="Only the essentials").check()
    page.get_by_role("textbox", name="Many").fill("Trips")
    page.get_by_role("textbox", name="One").fill("Trip")
    expect(page.locator("#wizard-preview")).to_contain_text("Trips")
    go(page, "Next: fields", "Fields")


def lane(page: Page, stage: str) -> Locator:
    return page.locator(f"#lane-{stage}")


def drag(page: Page, card: Locator, goal: Locator) -> None:
    """Take a card by its upper edge and carry it to the top of a lane."""
    begin = card.bounding_box()
    assert begin
    page.mouse.move(begin["x"] + 60, begin["y"] + 8)
    page.mouse.down()
    page.mouse.move(begin["x"] + 70, begin["y"] + 16, steps=3)
    end = goal.bounding_box()
    assert end
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 70, steps=8)
    page.mouse.up()


def quick_add(page: Page, stage: str, title: str) -> Locator:
    lane(page, stage).locator("[data-adds]").click()
    form = lane(page, stage).locator(".quick-add")
    form.get_by_label("Title").fill(title)
    page.keyboard.press("Enter")
    card = lane(page, stage).locator(".item-card", has_text=title)
    expect(card).to_be_visible()
    form.get_by_label("Title").press("Escape")
    expect(form).to_have_count(0)
    return card


def test_new_process_is_made_in_the_wizard_and_moves_are_seen_by_others(
    visit: Visit, cast: Cast
) -> None:
    page = visit(cast.anna)
    start(page)
    add_field(page, "Ticket number", "Text line")
    add_field(page, "Leaves on", "Date")
    expect(page.locator("#wizard-preview")).to_contain_text("Leaves on")
    go(page, "Next: stages", "Stages")

    # A stage, the moves between all, and what one of them requires.
    page.get_by_role("button", name="Add a stage").click()
    page.locator(".wizard-row input:focus").fill("Booked")
    expect(page.locator("#wizard-matrix")).to_contain_text("Booked")
    for source, target in (
        ("New", "In work"),
        ("In work", "Booked"),
        ("Booked", "In work"),
        ("Booked", "Done"),
        ("In work", "Cancelled"),
    ):
        page.get_by_role("checkbox", name=f"From {source} to {target}").check()
        expect(page.locator(".wizard-moves li", has_text=source).first).to_be_visible()
    move = page.locator(".wizard-moves li").filter(has_text=re.compile(r"In work\s+Booked"))
    move.locator("summary").click()
    move.get_by_label("Ticket number").check()
    expect(move.locator("[data-chosen]")).to_have_text("Ticket number")
    go(page, "Next: access", "Access")
    page.get_by_role("button", name="Create now").click()

    # The board is there, for others as well.
    page.wait_for_url("**/trip/board/**")
    expect(page.locator("#toasts")).to_contain_text("“Trips” is ready")
    expect(page.locator("#board[data-live]")).to_be_attached()
    other = visit(cast.boris)
    other.goto("/trip/board/")
    expect(other.locator("#board[data-live]")).to_be_attached()
    card = quick_add(page, "NEW", "Lisbon")
    expect(lane(other, "NEW").locator(".item-card", has_text="Lisbon")).to_be_visible()

    # By mouse.
    drag(page, card, lane(page, "IN_WORK"))
    expect(lane(page, "IN_WORK").locator(".item-card", has_text="Lisbon")).to_be_visible()
    expect(lane(other, "IN_WORK").locator(".item-card", has_text="Lisbon")).to_be_visible()

    # By keyboard: the move asks for the ticket, is refused without it, and goes with it.
    card = lane(page, "IN_WORK").locator(".item-card", has_text="Lisbon")
    card.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    dialog = page.get_by_role("dialog").filter(has_text="Lisbon")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Save and move").click()
    expect(dialog.locator(".err").first).to_be_visible()
    assert Item.objects.get(title="Lisbon").stage == "IN_WORK"
    dialog.get_by_label("Ticket number").fill("TP-1234")
    dialog.get_by_role("button", name="Save and move").click()

    expect(lane(page, "BOOKED").locator(".item-card", has_text="Lisbon")).to_be_visible()
    expect(lane(other, "BOOKED").locator(".item-card", has_text="Lisbon")).to_be_visible()
    expect(other.locator("#live-region")).to_have_text("Anna moved Lisbon to Booked.")
    assert Item.objects.get(title="Lisbon").stage == "BOOKED"


def test_rows_are_dragged_and_moved_by_keyboard(visit: Visit, cast: Cast) -> None:
    page = visit(cast.anna)
    start(page)
    for name in ("One", "Two", "Three"):
        add_field(page, name, "Text line")
    rows = page.locator(".wizard-row")
    handle, first = rows.nth(2).locator(".wizard-handle").bounding_box(), rows.nth(0).bounding_box()
    assert handle
    assert first

    page.mouse.move(handle["x"] + 8, handle["y"] + 16)
    page.mouse.down()
    page.mouse.move(handle["x"] + 8, handle["y"] - 10, steps=4)
    page.mouse.move(handle["x"] + 8, first["y"] + 6, steps=12)
    page.mouse.up()
    expect(rows.nth(0).get_by_role("textbox", name="Name")).to_have_value("Three")
    page.get_by_role("button", name="Move Two up").focus()
    page.keyboard.press("Enter")
    expect(rows.nth(1).get_by_role("textbox", name="Name")).to_have_value("Two")
    expect(page.get_by_role("button", name="Move Two up")).to_be_focused()
    page.get_by_role("button", name="Create now").click()

    page.wait_for_url("**/trip/board/**")
    made = RecordType.objects.get(code="trip").definitions.order_by("position")
    assert [field.label for field in made] == ["Three", "Two", "One"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_every_step_is_accessible(visit: Visit, cast: Cast, dark: bool, phone: bool) -> None:
    make_role("sellers")
    page = visit(cast.anna, dark=dark, **({"size": PHONE} if phone else {}))
    page.goto(WIZARD)
    page.get_by_role("radio", name="Only the essentials").check()
    faults = serious_faults(page)
    page.get_by_role("textbox", name="Many").fill("Trips")
    page.get_by_role("textbox", name="One").fill("Trip")
    for button, heading in (("fields", "Fields"), ("stages", "Stages"), ("access", "Access")):
        page.get_by_role("button", name=f"Next: {button}").click()
        expect(page.locator(f"#wizard-step[data-step={heading.lower()}]")).to_be_visible()
        if button == "stages":
            page.get_by_role("checkbox", name="From New to In work").check()
            expect(page.locator(".wizard-moves li")).to_have_count(1)
            faults += serious_faults(page)
            page.get_by_role("checkbox", name="From New to In work").uncheck()
        if button == "access":
            page.get_by_role("radio", name="Chosen roles").check()
            page.get_by_role("button", name="Create now").click()
            expect(page.locator(".note.bad")).to_be_visible()
        faults += serious_faults(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]

    assert faults == []
