"""What people change about themselves, and what follows from it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actions.profile import ProfileChanges, change_profile
from accounts.choices import Theme
from accounts.exceptions import PermissionRefused
from accounts.middleware import PersonalMiddleware
from accounts.models import User
from tests.factories.cast import Cast

WANTED = {
    "first_name": "Anna",
    "last_name": "Keller",
    "language": "ru",
    "time_zone": "Europe/Minsk",
    "theme": "dark",
}


def test_a_person_saves_their_profile(cast: Cast, client: Client) -> None:
    client.force_login(cast.anna)

    answer = client.post(reverse("accounts:profile"), WANTED)

    assert answer.status_code == 302
    cast.anna.refresh_from_db()
    saved = {name: getattr(cast.anna, name) for name in WANTED}
    assert saved == WANTED
    assert cast.anna.shortcuts_enabled is False


@pytest.mark.parametrize(
    "wrong", [{"language": "xx"}, {"time_zone": "Mars/Base"}, {"theme": "pink"}]
)
def test_a_choice_that_is_not_offered_is_refused(
    cast: Cast, client: Client, wrong: dict[str, str]
) -> None:
    client.force_login(cast.anna)

    answer = client.post(reverse("accounts:profile"), WANTED | wrong)

    assert answer.status_code == 422
    cast.anna.refresh_from_db()
    assert cast.anna.time_zone == ""


def test_nobody_changes_somebody_else_s_profile(cast: Cast) -> None:
    with pytest.raises(PermissionRefused):
        change_profile(cast.anna, ProfileChanges(first_name="X"), actor=cast.actor("boris"))

    cast.anna.refresh_from_db()
    assert cast.anna.first_name == "Anna"


def test_what_is_so_already_is_not_written(cast: Cast) -> None:
    changes = ProfileChanges(theme=Theme.SYSTEM)

    assert change_profile(cast.anna, changes, actor=cast.actor("anna")) is None


def test_the_theme_switch_keeps_the_choice_for_the_next_page(cast: Cast, client: Client) -> None:
    client.force_login(cast.anna)

    answer = client.post(reverse("accounts:theme"), {"theme": "dark"})

    assert answer.status_code == 204
    assert 'data-theme-choice="dark"' in client.get(reverse("accounts:profile")).content.decode()


def test_an_unknown_theme_is_a_bad_request(cast: Cast, client: Client) -> None:
    client.force_login(cast.anna)

    assert client.post(reverse("accounts:theme"), {"theme": "pink"}).status_code == 400


def test_the_language_switch_follows_the_person_to_another_browser(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.anna)
    client.post(reverse("accounts:language"), {"language": "ru", "next": "/accounts/profile/"})
    elsewhere = Client()
    elsewhere.force_login(cast.anna)

    page = elsewhere.get(reverse("accounts:profile"), headers={"accept-language": "en"})

    assert '<html lang="ru"' in page.content.decode()


def test_the_language_switch_works_before_signing_in(client: Client, db: None) -> None:
    client.post(reverse("accounts:language"), {"language": "ru", "next": "/accounts/login/"})

    assert '<html lang="ru"' in client.get(reverse("account_login")).content.decode()


@pytest.mark.parametrize(
    ("zone", "shown"), [("Europe/Minsk", "15:00"), ("", "12:00"), ("Gone/Away", "12:00")]
)
def test_moments_are_shown_in_the_person_s_time_zone(zone: str, shown: str) -> None:
    request = RequestFactory().get("/")
    request.user = User(username="anna", time_zone=zone)
    noon = datetime(2026, 11, 21, 12, 0, tzinfo=ZoneInfo("UTC"))

    PersonalMiddleware(lambda _request: HttpResponse()).process_request(request)

    with timezone.override(timezone.get_current_timezone()):
        assert Template("{{ noon|date:'H:i' }}").render(Context({"noon": noon})) == shown


def test_the_next_person_of_a_thread_does_not_get_the_last_one_s_zone(
    cast: Cast, client: Client
) -> None:
    User.objects.filter(pk=cast.anna.pk).update(time_zone="Europe/Minsk")
    for person in (cast.anna, cast.boris):
        client.force_login(person)
        client.get(reverse("accounts:profile"))

    assert timezone.get_current_timezone_name() == "UTC"


@pytest.fixture(autouse=True)
def _as_before():
    yield
    timezone.deactivate()
    translation.activate("en")
