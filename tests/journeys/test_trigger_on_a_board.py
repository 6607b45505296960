"""A chief adds a trigger on the automation board, and it moves a record; all by keyboard too."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from automation.actions.triggers import hash_secret
from automation.models import Robot, Trigger
from smart_processes.actions.records import update_record
from smart_processes.models import RecordType
from tests.automation.triggers.triggering import make_trigger, stage_of
from tests.factories.accounts import make_role
from tests.factories.automation import make_robot, run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type, system
from tests.support.browser import PHONE, WIDE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sale(transactional_db: None) -> RecordType:
    sale = make_type("sale")
    make_field(sale, "segment", "choice", options=["small", "large"])
    rights = {"view": "all", "change": "all", "add": "all", "automate": "all"}
    make_role("chief", {sale: rights}, everybody=True)
    return sale


def faults(page: Page) -> list[str]:
    """Return where the page keeps somebody out, and why."""
    expect(page.locator("[aria-busy]")).to_have_count(0)
    # A drawer that still fades in has too little contrast.
    page.wait_for_function("document.getAnimations().length === 0")
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]


def open_form(page: Page, stage: str, kind: str) -> None:
    """Open the form of a new trigger."""
    page.get_by_role("button", name=f"Add a trigger to {stage}").click()
    page.get_by_label("Find a trigger").fill(kind)
    page.locator(".cat-item").get_by_text(kind, exact=True).click()


def test_trigger_is_added_with_a_condition_and_moves_a_record(
    sale: RecordType, cast: Cast, visit: Visit
) -> None:
    small, large = make_item(sale, title="Small"), make_item(sale, title="Large")
    page = visit(cast.anna)
    page.goto("/sale/board/")
    page.get_by_role("link", name="Robots").click()

    open_form(page, "Call", "A field changed")
    page.locator(".drawer").get_by_label("Name", exact=True).fill("Grown")
    page.get_by_label("Fields", exact=True).select_option(label="Segment")
    page.get_by_label("Field", exact=True).select_option(label="Segment")
    page.locator('[name="condition-value"]').first.fill("huge")
    page.get_by_role("button", name="Add the trigger").click()
    expect(page.locator(".drawer")).to_contain_text("Choose one of: small, large.")
    page.locator('[name="condition-value"]').first.fill("Large")
    page.get_by_role("button", name="Add the trigger").click()
    expect(page.locator(".rule-card.is-trigger")).to_contain_text("If Segment is Large")
    expect(page.locator("#auto-facts")).to_contain_text("1 trigger")

    for item, segment in ((small, "small"), (large, "large")):
        update_record(item, {"segment": segment}, actor=system())
    run_due()
    assert (stage_of(small), stage_of(large)) == ("NEW", "CALL")
    page.reload()
    expect(page.locator(".rule-card.is-trigger")).to_contain_text("1 time, 1 skipped")
    page.goto(f"/sale/{large.pk}/?tab=automation")
    expect(page.locator("#record-panel")).to_contain_text("Grown")


def test_robot_is_edited_moved_and_deleted_with_the_keyboard_alone(
    sale: RecordType, cast: Cast, visit: Visit
) -> None:
    robot = make_robot(sale.pipelines.get().stages.get(code="NEW"), name="Greet")
    page = visit(cast.anna)
    page.goto("/sale/automation/")
    keys = page.keyboard
    card = page.locator(f"#robot-{robot.pk}")
    page.locator("#rule-find").focus()
    while not card.evaluate("card => card === document.activeElement"):
        keys.press("Tab")

    keys.press("Enter")
    name = page.locator("#rule-name")
    expect(name).to_be_focused()
    keys.press("Control+A")
    keys.type("Welcome")
    keys.press("Enter")
    expect(page.locator(".drawer")).to_have_count(0)
    expect(card).to_contain_text("Welcome")
    expect(card).to_be_focused()

    with page.expect_response(re.compile(r"/move/")):
        for key in ("Space", "ArrowRight", "Space"):
            keys.press(key)
    expect(page.locator('[data-kind="robots"][data-stage="CALL"] .rule-card')).to_have_count(1)
    expect(card).to_be_focused()

    keys.press("Enter")
    expect(name).to_be_focused()
    delete = page.locator(".drawer").get_by_role("button", name="Delete")
    while not delete.evaluate("button => button === document.activeElement"):
        keys.press("Tab")
    keys.press("Enter")
    dialog = page.get_by_role("dialog", name="Delete the robot “Welcome”?")
    expect(dialog).to_be_visible()
    keys.press("Escape")
    expect(dialog).to_have_count(0)
    assert Robot.objects.count() == 1
    keys.press("Enter")
    expect(dialog.get_by_role("button", name="Delete the robot")).to_be_visible()
    confirm = dialog.get_by_role("button", name="Delete the robot")
    while not confirm.evaluate("button => button === document.activeElement"):
        keys.press("Tab")
    keys.press("Enter")
    expect(page.locator(".rule-card")).to_have_count(0)
    assert not Robot.objects.exists()


def test_trigger_is_moved_among_triggers_alone(sale: RecordType, cast: Cast, visit: Visit) -> None:
    trigger = make_trigger(sale.pipelines.get(), "NEW", "comment_added", "Said")
    page = visit(cast.anna)
    page.goto("/sale/automation/")
    card = page.locator(f"#trigger-{trigger.pk}")

    card.focus()
    with page.expect_response(re.compile(r"/triggers/\d+/move/")):
        for key in ("Space", "ArrowDown", "ArrowRight", "Space"):
            page.keyboard.press(key)

    expect(page.locator('[data-kind="triggers"][data-stage="CALL"] .rule-card')).to_have_count(1)
    expect(card).to_be_focused()
    trigger.refresh_from_db()
    assert trigger.stage.code == "CALL"


def test_rules_are_found_by_words(sale: RecordType, cast: Cast, visit: Visit) -> None:
    new = sale.pipelines.get().stages.get(code="NEW")
    for name in ("Greet the client", "Call back"):
        make_robot(new, name=name)
    page = visit(cast.anna)
    page.goto("/sale/automation/")

    page.get_by_label("Find a rule").fill("CLIENT greet")
    expect(page.locator(".rule-card:visible")).to_have_count(1)
    expect(page.locator("#live-region")).to_contain_text("Rules found: 1.")
    page.get_by_label("Find a rule").fill("journal")  # what they do
    expect(page.locator(".rule-card:visible")).to_have_count(2)


@pytest.mark.parametrize(("size", "dark"), [(WIDE, False), (PHONE, True)])
def test_forms_of_triggers_keep_nobody_out(
    sale: RecordType, cast: Cast, visit: Visit, size: dict[str, int], dark: bool
) -> None:
    page = visit(cast.anna, size=size, dark=dark)
    page.goto("/sale/automation/")
    page.get_by_role("button", name="Add a trigger to Call").click()
    expect(page.locator(".cat-item").first).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")

    open_form(page, "Call", "A linked record reached a stage")
    page.get_by_label("Record type").select_option(label="Sale")
    expect(page.get_by_label("Stage", exact=True).locator("option")).to_have_count(5)
    expect(page.get_by_label("Record type")).to_be_focused()
    page.get_by_role("button", name="Add the trigger").click()
    expect(page.locator('[aria-invalid="true"]')).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")

    open_form(page, "Call", "An incoming webhook")
    page.get_by_role("button", name="Add the trigger").click()
    secret = page.get_by_label("Secret", exact=True)
    expect(secret).to_be_focused()
    assert hash_secret(secret.input_value()) == Trigger.objects.get().secret_hash
    assert faults(page) == []
    page.get_by_role("button", name="I have copied it").click()
    page.get_by_role("button", name="An incoming webhook", exact=True).click()
    expect(page.get_by_label("Address to call")).to_have_value(re.compile(r"/hooks/"))
    assert faults(page) == []
    page.locator(".drawer").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Delete the trigger").click()
    expect(page.locator(".rule-card")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
