"""A user task is answered beside the list, on the record and on the phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from automation.models import UserTask, UserTaskAnswer
from automation.user_tasks.links import link_address
from smart_processes.models import Item
from tests.automation.activities.stepping import run_steps, step
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type
from tests.support.accessibility import serious_faults
from tests.support.browser import PHONE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def item(transactional_db: None) -> Item:
    purchase = make_type("purchase")
    make_role("reader", {purchase: {"view": "all"}}, everybody=True)
    return make_item(purchase, title="Pallet racks")


def ask(item: Item, activity: str = "approve", **params: Any) -> UserTask:
    params = {"title": "Buy it?", "people": ["anna"], **params}
    run_steps(step(activity, **params), item=item)
    return UserTask.objects.latest("pk")


def test_task_is_answered_beside_the_list_with_the_keyboard(
    item: Item, cast: Cast, visit: Visit
) -> None:
    ask(item, comment="on_no", limit="2d")
    page = visit(cast.anna)
    page.goto("/tasks/answer/")
    expect(page.locator('.rail [data-live-count="tasks"]')).to_have_text("1")

    page.get_by_role("link", name="Buy it?").focus()
    page.keyboard.press("Enter")
    side = page.locator("#user-task-side")
    expect(side.get_by_role("heading", name="Buy it?")).to_be_visible()
    assert serious_faults(page) == []
    side.get_by_role("button", name="Reject").press("Enter")
    expect(side.get_by_text("Say why: this answer needs a comment.")).to_be_visible()
    side.get_by_label("Comment").fill("Too dear")
    side.get_by_role("button", name="Reject").press("Enter")

    expect(side).to_contain_text("Too dear")
    expect(page.get_by_text("Nothing waits for your answer")).to_be_visible()
    expect(page.locator('.rail [data-live-count="tasks"]')).to_be_hidden()
    assert UserTaskAnswer.objects.get().answer == "no"


def test_several_are_answered_at_once(item: Item, cast: Cast, visit: Visit) -> None:
    for number in range(3):
        ask(item, title=f"Buy {number}")
    page = visit(cast.anna)
    page.goto("/tasks/answer/")

    page.get_by_label("Select all").check()
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_label("Select Buy 1").uncheck()
    assert serious_faults(page) == []
    page.get_by_role("button", name="Approve or confirm").click()

    expect(page.locator("#user-tasks tbody tr")).to_have_count(1)
    expect(page.locator("#user-tasks")).to_contain_text("Buy 1")
    assert UserTaskAnswer.objects.count() == 2


def test_record_takes_the_answer(item: Item, cast: Cast, visit: Visit) -> None:
    ask(item)
    page = visit(cast.anna)
    page.goto(f"/purchase/{item.pk}/")

    page.get_by_text("Your answer").first.click()
    page.get_by_role("button", name="Approve").click()

    expect(page.locator(".user-task-panel")).to_have_count(0)
    assert UserTaskAnswer.objects.get().answer == "yes"


def test_form_is_filled_in_on_the_phone(item: Item, cast: Cast, visit: Visit) -> None:
    questions = [{"code": "day", "label": "Day", "kind": "date", "required": True}]
    task = ask(item, "give_information", questions=questions)
    page = visit(cast.anna, size=PHONE)
    page.goto("/tasks/answer/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.get_by_role("link", name="Buy it?").click()
    page.wait_for_url(f"**/tasks/answer/{task.pk}/")
    assert serious_faults(page) == []
    page.get_by_label("Day").fill("2026-12-24")
    page.get_by_role("button", name="Answer").click()

    expect(page.get_by_text("24 Dec 2026")).to_be_visible()
    assert UserTaskAnswer.objects.get().values == {"day": "2026-12-24"}


def test_letter_is_answered_on_the_phone_without_signing_in(
    item: Item, cast: Cast, visit: Visit
) -> None:
    address = link_address(ask(item), cast.anna.pk)
    page = visit(None, size=PHONE)
    page.goto(f"/tasks/link/{address.partition('/tasks/link/')[2]}")
    expect(page.get_by_role("heading", name="Buy it?")).to_be_visible()
    assert serious_faults(page) == []

    page.get_by_role("button", name="Approve").click()

    expect(page.get_by_text("your answer is kept")).to_be_visible()
    assert UserTaskAnswer.objects.get().answer == "yes"
