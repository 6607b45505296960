"""A to-do is done on the record and in "My tasks"; the bell tells and is answered."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actor import Actor
from automation.actions.notifications import notify
from automation.actions.todos import TodoContent, add_todo
from automation.choices import NotificationKind
from automation.models import Notification, Todo
from smart_processes.models import Item
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type, system
from tests.support.browser import PHONE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def item(transactional_db: None) -> Item:
    sale = make_type("sale")
    make_role("seller", {sale: {"view": "all", "change": "all"}}, everybody=True)
    return make_item(sale, title="Fleet tablets")


def plan(item: Item, cast: Cast, title: str, days: float) -> Todo:
    until = timezone.now() + timedelta(days=days)
    return add_todo(item, TodoContent(title, cast.anna, until), actor=system())


def test_to_do_is_planned_and_done_on_the_record(item: Item, cast: Cast, visit: Visit) -> None:
    plan(item, cast, "Legal review reply", -5)
    page = visit(cast.anna)
    page.goto(f"/sale/{item.pk}/?tab=todos")
    expect(page.locator("#record-head")).to_contain_text("To-do 5 d late")
    expect(page.locator('.rail [data-live-count="tasks"]')).to_have_text("1")

    page.get_by_placeholder("What is to be done?").fill("Call back")
    page.get_by_role("button", name="Add to-do").click()
    expect(page.locator(".todo-box")).to_have_count(2)
    page.get_by_role("checkbox", name="Legal review reply").check()

    expect(page.locator("#record-head")).not_to_contain_text("late")
    expect(page.locator('.rail [data-live-count="tasks"]')).to_be_hidden()
    assert set(Todo.objects.filter(done_at=None).values_list("title", flat=True)) == {"Call back"}
    assert not Axe().run(page).response["violations"]


def test_tasks_are_done_by_keyboard(item: Item, cast: Cast, visit: Visit) -> None:
    for number in range(3):
        plan(item, cast, f"Step {number}", number - 1)
    page = visit(cast.anna)
    page.goto("/tasks/")

    page.get_by_role("checkbox", name="Step 0").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("checkbox", name="Step 1")).to_be_focused()
    page.keyboard.press("Space")

    expect(page.get_by_role("checkbox", name="Step 1")).to_have_count(0)
    expect(page.get_by_role("checkbox", name="Step 2")).to_be_focused()
    assert Todo.objects.exclude(done_at=None).get().title == "Step 1"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/sale/{item.pk}/\?tab=todos"))


def test_bell_tells_and_leads_to_the_record(item: Item, cast: Cast, visit: Visit) -> None:
    robot = Actor.robot("Welcome")
    notify([cast.anna.pk], NotificationKind.ROBOT, "Look at it", actor=robot, item=item)
    page = visit(cast.anna)
    page.goto("/")

    page.get_by_role("button", name="Notifications, 1 unread").click()
    panel = page.get_by_role("dialog", name="Notifications")
    expect(panel).to_contain_text("Look at it")
    assert not Axe().run(page).response["violations"]
    panel.get_by_role("button", name="Look at it").click()

    page.wait_for_url(re.compile(rf"/sale/{item.pk}/"))
    expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
    assert Notification.objects.get().read_at is not None


@pytest.mark.parametrize("address", ["/tasks/", "/sale/board/"])
def test_bell_tells_at_once(item: Item, cast: Cast, visit: Visit, address: str) -> None:
    page = visit(cast.anna)
    with page.expect_response("**/live/**") as stream:
        page.goto(address)
    assert ("/live/sale/" in stream.value.url) == ("board" in address)
    expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()

    robot = Actor.robot("Welcome")
    notify([cast.anna.pk], NotificationKind.ROBOT, "Look at it", actor=robot, item=item)

    expect(page.get_by_role("button", name="Notifications, 1 unread")).to_be_visible()


def test_board_opens_no_second_stream(item: Item, cast: Cast, visit: Visit) -> None:
    page = visit(cast.anna)
    streams: list[str] = []
    page.on(
        "request", lambda request: streams.append(request.url) if "/live/" in request.url else None
    )
    with page.expect_response("**/notifications/counts/"):
        page.goto("/sale/board/")
    expect(page.locator("#board[data-live]")).to_be_attached()

    assert len(streams) == 1


@pytest.mark.parametrize("address", ["/tasks/", "/notifications/", "/notifications/settings/"])
def test_phone_has_room_for_fingers(item: Item, cast: Cast, visit: Visit, address: str) -> None:
    plan(item, cast, "Legal review reply", -5)
    page = visit(cast.anna, size=PHONE)
    page.goto(address)

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = page.evaluate(
        """() => [...document.querySelectorAll('#main a, #main button, #main label:has(.check)')]
          .filter((one) => one.offsetParent && !one.closest('.visually-hidden'))
          .map((one) => [one.textContent.trim(), one.getBoundingClientRect()])
          .filter(([, box]) => box.height < 24 || box.width < 24)
          .map(([text]) => text)"""
    )
    assert small == []
    assert not Axe().run(page).response["violations"]
