"""Chromium for browser tests: the machine's own, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect
from playwright.sync_api import Error as PlaywrightError

from accounts.models import User
from config import env

FLAGS = [
    "--no-sandbox",  # as root, which CI is, there is no other way
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # The pages under test are all it may talk to.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# Milliseconds that Playwright waits for a page and for what is expected on it: a busy machine
# must not fail a test.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE / 2)
SETTLING = 3_000  # milliseconds that a page is given to end its requests

SignIn = Callable[[Page, User], Page]
Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Point Playwright at the installed browser, or say why there is none."""
    # Playwright's loop runs in this thread from here on, and Django would refuse queries.
    # Browser tests come last (tests/conftest.py), so no other test runs with this.
    env.default_variable("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    return browser_type_launch_args | {
        "executable_path": str(_chromium()),
        "args": [*browser_type_launch_args.get("args", []), *FLAGS],
    }


@pytest.fixture
def sign_in(live_url: str) -> SignIn:
    """Return `sign_in(page, user)`: gives the page's browser that person's session."""

    def sign_in(page: Page, user: User) -> Page:
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": live_url}]
        )
        return page

    return sign_in


@pytest.fixture
def visit(browser: Browser, live_url: str, sign_in: SignIn) -> Iterator[Visit]:
    """Return `visit(user, size=WIDE, dark=False)`: a page in a browser of that person's own.

    Addresses are relative: `visit(anna).goto("/")`. A script error or something that the
    content security policy refused fails the test at its end.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def visit(user: User | None, *, size: dict[str, int] = WIDE, dark: bool = False) -> Page:
        context = browser.new_context(
            base_url=live_url,
            viewport={"width": size["width"], "height": size["height"]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            has_touch=size == PHONE,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.extend(_refused_by_policy(message)))
        return sign_in(page, user) if user else page

    yield visit

    for context in contexts:
        for page in context.pages:
            _settle(page)
        context.close()
    assert not faults, "the page reported errors:\n" + "\n".join(faults)


def hold_request(page: Page, address: str) -> Callable[[], None]:
    """Keep the next request to this address (a glob) from the server; return what lets it go."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(address, hold, times=1)

    def let_go() -> None:
        (route,) = held
        route.continue_()

    return let_go


def _settle(page: Page) -> None:
    """Wait until the page has loaded and nothing it asked for is under way.

    A request that is cut off leaves open what its answer reads from: a file, a connection.
    """
    page.unroute_all(behavior="ignoreErrors")
    asking = page.locator(".htmx-request, [aria-busy=true]")
    with suppress(PlaywrightError, AssertionError):  # a page that its test left half-way
        page.wait_for_load_state(timeout=SETTLING)
        expect(asking).to_have_count(0, timeout=SETTLING)


def _refused_by_policy(message: ConsoleMessage) -> list[str]:
    return [message.text] if "Content Security Policy" in message.text else []


def _chromium() -> Path:
    found = env.text("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return Path(found)
    reason = "no chromium here: install Debian's package `chromium` or set CHROMIUM to its path"
    if env.flag("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
