"""The web process as a browser meets it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser import Visit


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_stranger_is_asked_to_sign_in_on_a_page_that_breaks_no_rule(
    visit: Visit, dark: bool
) -> None:
    page = visit(None, dark=dark)

    page.goto("/accounts/login/")

    expect(page.locator("input[name=login]")).to_be_visible()
    expect(page.locator("input[name=password]")).to_be_visible()


@pytest.mark.browser
def test_the_admin_s_scripts_run_under_its_own_policy(visit: Visit) -> None:
    page = visit(None)

    page.goto("/admin/login/")

    assert page.evaluate("typeof window.Alpine") == "object"
