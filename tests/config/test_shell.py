"""The frame of every page: its landmarks, its errors, its languages."""

from __future__ import annotations

import pytest
from django import forms
from django.conf import settings as django_settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import include, path, reverse
from django.utils import translation
from django.views import defaults

from accounts.models import User
from accounts.templatetags.ui import tab_bar_items
from tests.factories.cast import Cast

NAVIGATION = [
    {"title": "", "items": [{"title": "Home", "url": "/", "icon": "home", "is_current": True}]},
    {
        "title": "Sales",
        "items": [
            {"title": "Leads", "url": "/lead/", "icon": "funnel", "count": 23},
            {"title": "Deals", "url": "/deal/", "icon": "currency-euro", "shortcut": "G D"},
            {"title": "<b>Bold</b>", "url": "/bold/", "icon": "no-such-icon"},
        ],
    },
]
CREATE_LINKS = [{"title": "Deal", "url": "/deal/new/", "icon": "plus", "shortcut": "C D"}]


def shell(user: User | AnonymousUser, **context: object) -> str:
    """Return the bare frame as this person sees it."""
    request = RequestFactory().get("/")
    request.user = user
    values = {"user": user, "request": request, "navigation": NAVIGATION} | context
    return render_to_string("base.html", values)


def test_the_menu_shows_what_the_context_offers_as_text(cast: Cast) -> None:
    page = shell(cast.anna)

    assert 'aria-current="page"' in page
    assert "&lt;b&gt;Bold&lt;/b&gt;" in page
    assert "<b>Bold</b>" not in page


def test_who_may_create_nothing_is_offered_nothing_to_create(cast: Cast) -> None:
    assert 'id="create-menu"' in shell(cast.anna, create_links=CREATE_LINKS)
    assert 'id="create-menu"' not in shell(cast.anna, create_links=[])


def test_keys_are_listed_for_what_works_and_not_for_who_switched_them_off(cast: Cast) -> None:
    with_letters = shell(cast.anna, create_links=CREATE_LINKS)
    cast.anna.shortcuts_enabled = False
    without = shell(cast.anna, create_links=CREATE_LINKS)

    assert "Go to Deals" in with_letters
    assert "Go to Leads" not in with_letters
    assert "Go to Deals" not in without
    assert 'data-shortcuts="off"' in without


def test_the_tab_bar_of_phones_has_five_entries(cast: Cast) -> None:
    bar = shell(cast.anna, create_links=CREATE_LINKS).split('<nav class="tabbar"')[1]

    assert bar.split("</nav>")[0].count('class="tabbar-link"') == 5


def test_marked_pages_come_first_in_the_tab_bar() -> None:
    items = [{"title": str(number), "in_tab_bar": number > 2} for number in range(5)]

    assert [item["title"] for item in tab_bar_items([{"items": items}])] == ["3", "4"]


def test_a_person_sees_the_link_to_the_configuration_only_as_staff(cast: Cast) -> None:
    assert reverse("admin:index") not in shell(cast.anna)
    assert reverse("admin:index") in shell(cast.root)


@pytest.mark.parametrize("language", [code for code, _name in django_settings.LANGUAGES])
def test_the_frame_is_shown_in_every_language(cast: Cast, client: Client, language: str) -> None:
    client.force_login(cast.anna)

    answer = client.get(reverse("accounts:profile"), headers={"accept-language": language})

    assert f'<html lang="{language}"' in answer.content.decode()


def test_htmx_is_sent_to_the_sign_in_page_as_a_whole(client: Client, db: None) -> None:
    headers = {
        "hx-request": "true",
        "hx-current-url": "http://testserver/accounts/profile/?tab=1",
    }

    answer = client.get(reverse("accounts:profile"), headers=headers)

    assert answer.status_code == 200
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Faccounts%2Fprofile%2F%3Ftab%3D1"


def test_a_message_of_the_server_is_shown_as_a_toast(cast: Cast, client: Client) -> None:
    client.force_login(cast.anna)

    answer = client.post(reverse("accounts:profile"), {"theme": "dark"}, follow=True)

    page = answer.content.decode()
    assert 'data-level="success"' in page
    assert "Your profile is saved" in page


# --- error pages ---------------------------------------------------------------------------


def forbidden(request):
    raise PermissionDenied


def unreadable(request):
    raise SuspiciousOperation


def broken(request):
    raise RuntimeError("a secret of the server")


urlpatterns = [
    path("forbidden/", forbidden),
    path("unreadable/", unreadable),
    path("broken/", broken),
    path("", include("config.urls")),
]


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(
    ("address", "status", "what"),
    [
        ("/unreadable/", 400, "This request could not be read"),
        ("/forbidden/", 403, "You may not do this"),
        ("/nowhere/", 404, "There is nothing here"),
        ("/broken/", 500, "The server could not finish this"),
    ],
)
def test_an_error_is_told_in_words_without_a_trace(
    settings, db: None, address: str, status: int, what: str, language: str
) -> None:
    settings.ROOT_URLCONF = __name__
    visitor = Client(raise_request_exception=False)

    answer = visitor.get(address, headers={"accept-language": language})

    page = answer.content.decode()
    with translation.override(language):
        assert translation.gettext(what) in page
    assert answer.status_code == status
    assert "Traceback" not in page
    assert "a secret of the server" not in page


def test_the_page_for_a_broken_server_needs_no_request_and_no_database() -> None:
    answer = defaults.server_error(RequestFactory().get("/"))

    assert b"The server could not finish this" in answer.content


def test_a_form_from_another_site_is_refused_in_words(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.anna)

    answer = strict.post(reverse("accounts:theme"), {"theme": "dark"})

    assert answer.status_code == 403
    assert "This page was open for too long" in answer.content.decode()


# --- components ----------------------------------------------------------------------------


class Example(forms.Form):
    """A field of each kind of control."""

    title = forms.CharField(label="Title", help_text="Two lines at most")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A")])
    tags = forms.MultipleChoiceField(
        label="Tags", choices=[("a", "A")], widget=forms.CheckboxSelectMultiple
    )
    agreed = forms.BooleanField(label="Agreed")


def rendered(template: str, **context: object) -> str:
    return Template("{% load ui %}" + template).render(Context(context))


def test_a_field_says_what_is_wrong_where_it_is_wrong() -> None:
    form = Example({"title": "", "kind": "a"})

    field = rendered('{% include "components/field.html" with field=form.title only %}', form=form)

    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_title_helptext id_title_error"' in field
    assert 'id="id_title_error"' in field
    assert 'id="id_title_helptext"' in field
    assert "is-invalid" in field


def test_every_control_has_a_label() -> None:
    page = rendered('{% include "components/form.html" %}', form=Example())

    assert '<label for="id_title">' in page
    assert '<label for="id_kind">' in page
    assert "<legend>Tags" in page
    assert "Agreed</label>" in page


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Anna Keller", "AK"), ("Anna Maria Keller", "AK"), ("Солмар", "С"), ("", "?")],
)
def test_an_avatar_shows_initials(name: str, letters: str) -> None:
    assert f">{letters}</span>" in rendered("{% avatar name %}", name=name)


def test_an_avatar_has_the_same_hue_everywhere() -> None:
    first = rendered('{% avatar "Anna Keller" %}')
    again = rendered('{% avatar "Anna Keller" "l" %}')

    assert first.split("data-hue=")[1][:8] == again.split("data-hue=")[1][:8]


def test_an_icon_that_is_gone_from_the_library_is_replaced() -> None:
    assert rendered('{% icon "no-such-icon" %}') == rendered('{% icon "square-3-stack-3d" %}')


def test_an_icon_name_cannot_smuggle_markup() -> None:
    hostile = '"><script>alert(1)</script>'

    assert "<script>" not in rendered("{% icon name hue=name %}", name=hostile)


def test_visitors_get_no_frame_of_somebody_signed_in(db: None) -> None:
    assert 'data-theme-choice=""' in shell(AnonymousUser())
