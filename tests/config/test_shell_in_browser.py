"""The frame as it behaves: theme, menus, search, toasts, keys; and what axe says of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.factories.cast import make_cast
from tests.support.accessibility import serious_faults
from tests.support.browser import PHONE, Visit, hold_request

pytestmark = pytest.mark.browser

PROFILE = "/accounts/profile/"


@pytest.fixture
def anna(live_url: str):
    return make_cast().anna


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/"])
def test_pages_for_visitors_keep_nobody_out(visit: Visit, address: str, dark: bool) -> None:
    page = visit(None, dark=dark)

    page.goto(address)

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark" if dark else "light")
    assert serious_faults(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_frame_keeps_nobody_out(visit: Visit, anna, dark: bool) -> None:
    page = visit(anna, dark=dark)
    page.goto(PROFILE)
    closed = serious_faults(page)
    page.get_by_role("button", name="account menu").click()
    expect(page.get_by_role("menu", name="Account")).to_be_visible()

    assert closed + serious_faults(page) == []


def test_the_frame_keeps_nobody_out_on_a_phone(visit: Visit, anna) -> None:
    page = visit(anna, size=PHONE)
    page.goto(PROFILE)
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("navigation", name="Main, all pages")).to_be_visible()

    assert serious_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_visitor_signs_in_and_sees_a_wrong_password_named(visit: Visit, anna) -> None:
    page = visit(None)
    page.goto(PROFILE)

    page.get_by_label("User name or e-mail").fill("anna")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("password is wrong")
    page.get_by_label("Password", exact=True).fill("anna-password")
    page.get_by_role("button", name="Show the password").click()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="Profile")).to_be_visible()


def test_a_theme_stays_for_the_next_page_and_after_signing_out(visit: Visit, anna) -> None:
    page = visit(anna)
    page.goto(PROFILE)
    page.get_by_role("button", name="Theme").click()

    with page.expect_response("**/accounts/theme/"):
        page.get_by_role("menuitemradio", name="Dark").click()
    at_once = page.locator("html").get_attribute("data-bs-theme")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="account menu").click()
    page.get_by_role("menuitem", name="Sign out").click()

    assert at_once == "dark"
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_rail_stays_as_narrow_as_it_was_left(visit: Visit, anna) -> None:
    page = visit(anna)
    page.goto(PROFILE)
    button = page.get_by_role("button", name="Collapse menu")

    button.click()
    page.reload()

    expect(button).to_have_attribute("aria-expanded", "false")
    rail = page.get_by_role("navigation", name="Main", exact=True).bounding_box()
    assert rail
    assert rail["width"] < 60


def test_a_menu_is_walked_by_keys_and_gives_the_focus_back(visit: Visit, anna) -> None:
    page = visit(anna)
    page.goto(PROFILE)
    button = page.get_by_role("button", name="account menu")

    button.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Profile")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("menuitem", name="Sign out")).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("menuitem", name="Keyboard")).to_be_focused()
    page.keyboard.press("Escape")

    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_the_question_mark_lists_the_keys_but_not_while_typing(visit: Visit, anna) -> None:
    page = visit(anna)
    page.goto(PROFILE)
    keys = page.get_by_role("dialog", name="Keyboard")

    page.get_by_label("First name").press("?")
    expect(keys).to_be_hidden()
    page.get_by_role("heading", name="Profile").click()
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")

    expect(keys).to_be_hidden()


def test_single_letters_are_silent_for_who_switched_them_off(visit: Visit, anna) -> None:
    type(anna).objects.filter(pk=anna.pk).update(shortcuts_enabled=False)
    page = visit(anna)
    page.goto(PROFILE)

    page.keyboard.press("?")
    page.get_by_role("button", name="account menu").click()
    page.get_by_role("menuitem", name="Keyboard").click()

    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys).to_contain_text("switched off in the profile")
    expect(keys).not_to_contain_text("This list")


def test_search_opens_by_keyboard_and_finds_pages(visit: Visit, anna) -> None:
    page = visit(anna)
    page.goto(PROFILE)
    palette = page.get_by_role("dialog", name="Search")

    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search")).to_be_focused()
    page.keyboard.type("home")
    expect(page.get_by_role("option", name="Home")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    page.keyboard.press("/")
    expect(palette).to_be_visible()
    page.get_by_role("combobox", name="Search").fill("home")
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{page.url.split('/accounts')[0]}/")


def test_enter_before_the_results_opens_what_they_bring(visit: Visit, anna) -> None:
    page = visit(anna)
    page.goto(PROFILE)
    let_go = hold_request(page, "**/search/")
    page.keyboard.press("Control+k")

    page.keyboard.type("boris")
    with page.expect_request("**/search/"):
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(PROFILE))
    let_go()

    expect(page).to_have_url(re.compile(r"/search/\?q=boris$"))


def test_toasts_are_counted_when_equal_and_errors_stay(visit: Visit, anna) -> None:
    page = visit(anna)
    page.goto(PROFILE)
    send = "detail => document.body.dispatchEvent(new CustomEvent('toast', { detail }))"

    for title in ("One", "One", "Two", "Three"):
        page.evaluate(send, {"level": "error", "title": title})
    page.evaluate(send, {"level": "success", "title": "Done"})

    toasts = page.get_by_role("region", name="Messages").locator("[data-level]")
    expect(toasts).to_have_count(3)
    expect(page.locator("#live-region")).to_have_text("Done")
    expect(toasts.filter(has_text="Two")).to_have_attribute("role", "alert")
    toasts.filter(has_text="Two").get_by_role("button", name="Close").click()
    expect(toasts.filter(has_text="Two")).to_have_count(0)


def test_an_error_page_never_lands_inside_another_page(visit: Visit, anna) -> None:
    page = visit(anna)
    page.goto(PROFILE)

    page.evaluate("htmx.ajax('GET', '/nowhere/', { target: 'main' })")

    expect(page.get_by_role("alert")).to_contain_text("There is nothing here")
    expect(page.get_by_role("heading", name="Profile")).to_be_visible()


def test_the_language_is_switched_in_place(visit: Visit, anna) -> None:
    page = visit(anna)
    page.goto(PROFILE)

    page.get_by_role("button", name="Language: English").click()
    page.get_by_role("menuitemradio", name="Русский").click()

    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page).to_have_url(f"{page.url.split('/accounts')[0]}{PROFILE}")


def test_toast_that_asks_stays_until_it_is_answered(visit: Visit, anna) -> None:
    page = visit(anna)
    page.clock.install()
    page.goto("/")
    send = "detail => document.body.dispatchEvent(new CustomEvent('toast', { detail }))"
    action = {"label": "Run it for 12 records", "post": "/nowhere/"}
    toasts = page.get_by_role("region", name="Messages").locator("[data-level]")

    page.evaluate(send, {"title": "Saved", "level": "success"})
    page.evaluate(
        send,
        {
            "title": "Added",
            "level": "success",
            "action": action,
            "decline": "Leave them as they are",
        },
    )
    expect(toasts).to_have_count(2)
    page.clock.fast_forward(60_000)

    expect(toasts).to_have_count(1)
    expect(toasts.get_by_role("button", name="Run it for 12 records")).to_be_visible()
    toasts.get_by_role("button", name="Leave them as they are").click()
    expect(toasts).to_have_count(0)
