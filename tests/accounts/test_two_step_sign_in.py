"""The second step of signing in, from setting it up to switching it off."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal import auth
from django.test import Client
from django.urls import reverse

from tests.factories.cast import Cast


def code_for(secret: str) -> str:
    """Return what an authenticator app shows now."""
    *_earlier, now = auth.yield_hotp_counters_from_time()
    return str(auth.format_hotp_value(auth.hotp_value(secret, now)))


def sign_in(client: Client, username: str) -> str:
    """Give the password and return where it leads."""
    answer = client.post(
        reverse("account_login"), {"login": username, "password": f"{username}-password"}
    )
    return answer["Location"]


def confirm(client: Client, username: str) -> None:
    """Say once more who it is, which everything that protects the account asks for."""
    client.post(reverse("account_reauthenticate"), {"password": f"{username}-password"})


@pytest.fixture
def secret(cast: Cast, client: Client, settings) -> str:
    """Set up the app for anna, by the page, and return its secret."""
    settings.MFA_TOTP_TOLERANCE = 1  # the half-minute may end while the test runs
    sign_in(client, "anna")
    confirm(client, "anna")
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    found = re.search(r'class="secret">(\w+)<', page)
    assert found
    client.post(reverse("mfa_activate_totp"), {"code": code_for(found[1])})
    return found[1]


def test_setting_it_up_asks_for_the_password_once_more(cast: Cast, client: Client) -> None:
    sign_in(client, "anna")

    answer = client.get(reverse("mfa_activate_totp"))

    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert "Confirm that it is you" in client.get(answer["Location"]).content.decode()


def test_a_wrong_code_does_not_switch_it_on(cast: Cast, client: Client) -> None:
    sign_in(client, "anna")
    confirm(client, "anna")
    client.get(reverse("mfa_activate_totp"))

    answer = client.post(reverse("mfa_activate_totp"), {"code": "000000"})

    assert "This code is wrong" in answer.content.decode()
    assert sign_in(Client(), "anna") == "/"


def test_the_password_alone_is_not_enough_any_more(secret: str) -> None:
    other_device = Client()

    led_to = sign_in(other_device, "anna")

    assert led_to == reverse("mfa_authenticate")
    assert "Second step" in other_device.get(led_to).content.decode()
    assert other_device.get("/accounts/profile/").status_code == 302


def test_a_recovery_code_signs_in_once(secret: str, client: Client) -> None:
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    code = re.findall(r'class="secret">(\w+)<', page)[0]

    first, second = Client(), Client()
    for device in (first, second):
        sign_in(device, "anna")
        device.post(reverse("mfa_authenticate"), {"code": code})

    assert first.get("/accounts/profile/").status_code == 200
    assert second.get("/accounts/profile/").status_code == 302


def test_new_recovery_codes_replace_the_old_ones(secret: str, client: Client) -> None:
    def codes() -> set[str]:
        page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
        return set(re.findall(r'class="secret">(\w+)<', page))

    old = codes()
    client.get(reverse("mfa_generate_recovery_codes"))
    client.post(reverse("mfa_generate_recovery_codes"))

    assert codes().isdisjoint(old)


def test_switched_off_the_password_is_enough_again(secret: str, client: Client) -> None:
    shown = client.get(reverse("mfa_deactivate_totp"))

    client.post(reverse("mfa_deactivate_totp"))

    assert shown.status_code == 200
    assert sign_in(Client(), "anna") == "/"
