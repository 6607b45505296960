"""Getting in, getting out, and a new password: through the pages people use."""

from __future__ import annotations

import re

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories.accounts import make_user
from tests.factories.cast import Cast

PROFILE = "/accounts/profile/"
DAY = 24 * 3600  # seconds


def sign_in(client: Client, login: str, password: str, **extra: str):
    return client.post(reverse("account_login"), {"login": login, "password": password, **extra})


@pytest.mark.parametrize("login", ["anna", "anna@example.com", "ANNA@example.com"])
def test_a_person_signs_in_by_user_name_or_e_mail(cast: Cast, client: Client, login: str) -> None:
    answer = sign_in(client, login, "anna-password")

    assert answer.status_code == 302
    assert client.get(PROFILE).context["user"] == cast.anna


@pytest.mark.parametrize(
    ("login", "password"),
    [("anna", "wrong"), ("anna@example.com", "wrong"), ("nobody", "anna-password")],
)
def test_a_wrong_password_is_named_and_tells_nothing_about_accounts(
    cast: Cast, client: Client, login: str, password: str
) -> None:
    answer = sign_in(client, login, password)

    page = answer.content.decode()
    assert "The user name, the e-mail or the password is wrong." in page
    assert 'role="alert"' in page
    assert client.get(PROFILE).status_code == 302


def test_somebody_who_was_switched_off_does_not_get_in(client: Client, db: None) -> None:
    make_user("anna", is_active=False)

    sign_in(client, "anna", "anna-password")

    assert client.get(PROFILE).status_code == 302


def test_after_five_wrong_passwords_the_right_one_has_to_wait(
    cast: Cast, client: Client, settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}  # allauth's own limits, which tests switch off
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "sign-in-limits",
        }
    }
    for _attempt in range(5):
        sign_in(client, "anna", "wrong")

    answer = sign_in(client, "anna", "anna-password")

    assert "Wait five minutes" in answer.content.decode()
    assert client.get(PROFILE).status_code == 302


def test_a_session_lasts_as_long_as_the_sign_in_page_promises(cast: Cast, client: Client) -> None:
    page = client.get(reverse("account_login")).content.decode()
    sign_in(client, "anna", "anna-password", remember="on")

    (days,) = re.findall(r"for (\d+) days", page)
    assert client.session.get_expiry_age() == int(days) * DAY


def test_without_being_asked_to_stay_the_session_ends_with_the_browser(
    cast: Cast, client: Client
) -> None:
    sign_in(client, "anna", "anna-password")

    assert client.session.get_expire_at_browser_close()


def test_signing_in_leads_back_to_the_page_that_asked_for_it(cast: Cast, client: Client) -> None:
    answer = sign_in(client, "anna", "anna-password", next="/accounts/password/change/")

    assert answer["Location"] == "/accounts/password/change/"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "https:evil.example", "javascript:alert(1)"],
)
def test_signing_in_never_leads_to_another_site(cast: Cast, client: Client, elsewhere: str) -> None:
    answer = sign_in(client, "anna", "anna-password", next=elsewhere)

    assert answer["Location"] == django_settings.LOGIN_REDIRECT_URL


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/"])
def test_switching_the_language_never_leads_to_another_site(
    client: Client, db: None, elsewhere: str
) -> None:
    answer = client.post(reverse("accounts:language"), {"language": "ru", "next": elsewhere})

    assert answer["Location"] == "/"


def test_signing_out_takes_a_post(cast: Cast, client: Client) -> None:
    client.force_login(cast.anna)

    asked = client.get(reverse("account_logout"))
    still_in = client.get(PROFILE).status_code
    client.post(reverse("account_logout"))

    assert (asked.status_code, still_in) == (200, 200)
    assert client.get(PROFILE).status_code == 302


def test_a_letter_brings_a_new_password(cast: Cast, client: Client) -> None:
    client.post(reverse("account_reset_password"), {"email": "anna@example.com"})

    (letter,) = mail.outbox
    assert letter.to == ["anna@example.com"]
    assert letter.subject == "Choose a new password for Smart Process CRM"
    link = re.search(r"http://testserver(/\S+)", str(letter.body))
    assert link
    form = client.get(link[1], follow=True)
    new = {"password1": "rivers-7-run-deep", "password2": "rivers-7-run-deep"}
    done = client.post(form.context["action_url"], new, follow=True)
    assert "The password is changed" in done.content.decode()
    assert sign_in(Client(), "anna", "rivers-7-run-deep").status_code == 302
    assert sign_in(Client(), "anna", "anna-password").status_code == 200


def test_a_link_for_a_new_password_works_once(cast: Cast, client: Client) -> None:
    client.post(reverse("account_reset_password"), {"email": "anna@example.com"})
    link = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))
    assert link
    form = client.get(link[1], follow=True)
    new = {"password1": "rivers-7-run-deep", "password2": "rivers-7-run-deep"}
    client.post(form.context["action_url"], new)

    again = Client().get(link[1], follow=True)

    assert "This link is no longer valid" in again.content.decode()


def test_an_unknown_address_gets_the_same_answer_and_no_letter(cast: Cast, client: Client) -> None:
    known = client.post(reverse("account_reset_password"), {"email": "anna@example.com"})
    unknown = client.post(reverse("account_reset_password"), {"email": "who@example.com"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [letter.to for letter in mail.outbox] == [["anna@example.com"]]


def test_strangers_cannot_register(client: Client, db: None) -> None:
    wanted = {
        "username": "stranger",
        "email": "stranger@example.com",
        "password1": "rivers-7-run-deep",
        "password2": "rivers-7-run-deep",
    }

    answer = client.post(reverse("account_signup"), wanted)

    assert "Accounts are made by an administrator" in answer.content.decode()
    assert not User.objects.filter(username="stranger").exists()


def test_people_do_not_change_their_e_mail_addresses_themselves(cast: Cast, client: Client) -> None:
    client.force_login(cast.anna)

    answer = client.post(reverse("account_email"), {"email": "new@example.com", "action_add": ""})

    assert answer["Location"] == PROFILE


def test_a_password_is_changed_by_who_knows_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.anna)
    new = {"password1": "rivers-7-run-deep", "password2": "rivers-7-run-deep"}

    refused = client.post(reverse("account_change_password"), {"oldpassword": "guess", **new})
    client.post(reverse("account_change_password"), {"oldpassword": "anna-password", **new})

    assert "This is not your current password." in refused.content.decode()
    cast.anna.refresh_from_db()
    assert cast.anna.check_password("rivers-7-run-deep")


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(
    "page",
    [
        "account_login",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_signup",
        "account_inactive",
    ],
)
def test_every_page_for_visitors_is_shown_in_both_languages(
    client: Client, db: None, page: str, language: str
) -> None:
    answer = client.get(reverse(page), headers={"accept-language": language})

    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.content.decode()


@pytest.mark.parametrize(
    "page",
    ["account_change_password", "account_reauthenticate", "account_logout", "mfa_index"],
)
def test_every_page_about_the_own_account_is_shown(cast: Cast, client: Client, page: str) -> None:
    client.force_login(cast.anna)

    assert client.get(reverse(page)).status_code == 200
