"""Saved views over HTTP: own and shared, saved, renamed, deleted, opened first."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from smart_processes.models import RecordType, SavedView
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_pipeline, make_type

pytestmark = pytest.mark.django_db

HTMX: Any = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def deals(cast: Cast) -> RecordType:
    deals = make_type("sale", "NEW > CALL > WON | LOST")
    make_role("everybody", {deals: {"view": "all"}}, everybody=True)
    cast.vera.groups.add(make_role("configurator", may_configure=True))
    make_item(deals, title="Small", amount="10 EUR")
    make_item(deals, title="Large", amount="1000 EUR")
    return deals


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _new(client: Client, query: str, **form: str) -> SavedView:
    answer = client.post(f"/sale/views/new/?{query}", form, **HTMX)
    assert answer.status_code == 200, answer.content
    return SavedView.objects.latest("pk")


def _titles(client: Client, query: str = "") -> list[str]:
    html = client.get(f"/sale/list/{query}").content.decode()
    return re.findall(r'<a class="cut" href="[^"]*" title="([^"]*)"', html)


def test_view_keeps_filter_sort_and_columns(cast: Cast, deals: RecordType) -> None:
    anna = _client(cast.anna)
    anna.post("/sale/list/columns/", {"columns": ["title", "amount"]})

    answer = anna.post(
        "/sale/views/new/?amount_min=5&sort=amount&_face=list", {"name": "  My  view "}, **HTMX
    )

    view = SavedView.objects.get(name="My view")
    assert (view.filters, view.sort) == ({"amount_min": ["5"]}, "amount")
    assert view.columns == ["title", "amount"]
    assert (view.owner, view.is_shared) == (cast.anna, False)
    target = json.loads(answer["HX-Location"])
    assert target["path"] == f"/sale/list/?view={view.pk}"
    assert _titles(anna, f"?view={view.pk}") == ["Small", "Large"]


def test_own_view_is_seen_by_nobody_else(cast: Cast, deals: RecordType) -> None:
    view = _new(_client(cast.anna), "amount_min=500", name="Secret plan")

    page = _client(cast.boris).get(f"/sale/list/?view={view.pk}").content.decode()

    assert "Secret plan" not in page
    assert "saved view is gone" in page
    assert _client(cast.boris).post(f"/sale/views/{view.pk}/delete/", **HTMX).status_code == 404
    assert _client(cast.boris).post(f"/sale/views/{view.pk}/save/", **HTMX).status_code == 404
    assert SavedView.objects.get(pk=view.pk).filters == {"amount_min": ["500"]}


def test_shared_view_is_seen_by_everybody_with_their_own_records(
    cast: Cast, deals: RecordType
) -> None:
    view = _new(_client(cast.vera), "amount_min=500", name="Big", is_shared="on")

    assert (view.is_shared, view.owner) == (True, None)
    assert "Big" in _client(cast.boris).get("/sale/list/").content.decode()
    assert _titles(_client(cast.boris), f"?view={view.pk}") == ["Large"]


def test_only_who_may_configure_shares_and_changes_shared_views(
    cast: Cast, deals: RecordType
) -> None:
    own = _new(_client(cast.boris), "amount_min=500", name="Mine", is_shared="on")
    assert own.is_shared is False, "the box is not offered, and what is sent in it is ignored"
    shared = _new(_client(cast.vera), "amount_min=500", name="Big", is_shared="on")

    for path in (f"{shared.pk}/save/", f"{shared.pk}/delete/"):
        assert _client(cast.boris).post(f"/sale/views/{path}", **HTMX).status_code == 403

    assert SavedView.objects.filter(pk=shared.pk).exists()


def test_changed_view_is_saved_or_left(cast: Cast, deals: RecordType) -> None:
    anna = _client(cast.anna)
    view = _new(anna, "amount_min=500", name="Mine")
    changed = f"view={view.pk}&amount_min=5"
    assert sorted(_titles(anna, f"?{changed}")) == ["Large", "Small"]
    assert _titles(anna, f"?view={view.pk}") == ["Large"]

    anna.post(f"/sale/views/{view.pk}/save/?{changed}", **HTMX)

    assert sorted(_titles(anna, f"?view={view.pk}")) == ["Large", "Small"]


def test_last_condition_of_a_view_can_be_removed(cast: Cast, deals: RecordType) -> None:
    anna = _client(cast.anna)
    view = _new(anna, "amount_min=500", name="Mine")
    html = anna.get(f"/sale/list/?view={view.pk}").content.decode()

    without = f"/sale/list/?view={view.pk}&amp;search="
    assert f'href="{without}"' in html

    assert sorted(_titles(anna, f"?view={view.pk}&search=")) == ["Large", "Small"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "mine"])
def test_name_that_is_empty_too_long_or_taken_is_refused(
    name: str, cast: Cast, deals: RecordType
) -> None:
    anna = _client(cast.anna)
    _new(anna, "amount_min=500", name="Mine")

    answer = anna.post("/sale/views/new/", {"name": name}, **HTMX)

    assert answer.status_code == 422
    assert SavedView.objects.count() == 1


def test_view_is_renamed_and_deleted(cast: Cast, deals: RecordType) -> None:
    anna = _client(cast.anna)
    view = _new(anna, "amount_min=500", name="Mine")

    anna.post(f"/sale/views/{view.pk}/edit/", {"name": "Ours"}, **HTMX)
    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("Ours", False)
    anna.post(f"/sale/views/{view.pk}/delete/", **HTMX)

    assert not SavedView.objects.filter(pk=view.pk).exists()


def test_person_begins_with_the_view_of_their_choice(cast: Cast, deals: RecordType) -> None:
    anna = _client(cast.anna)
    view = _new(anna, "amount_min=500", name="Mine")

    anna.post(f"/sale/views/first/?view={view.pk}", **HTMX)

    assert _titles(_client(cast.anna)) == ["Large"]
    assert sorted(_titles(anna, "?view=all")) == ["Large", "Small"]
    assert sorted(_titles(_client(cast.boris))) == ["Large", "Small"]
    assert "/sale/list/?view=all" in anna.get("/sale/list/").content.decode()

    anna.post("/sale/views/first/?view=all", **HTMX)

    assert sorted(_titles(_client(cast.anna))) == ["Large", "Small"]


def test_deleted_first_view_shows_everything(cast: Cast, deals: RecordType) -> None:
    anna = _client(cast.anna)
    view = _new(anna, "amount_min=500", name="Mine")
    anna.post(f"/sale/views/first/?view={view.pk}", **HTMX)

    anna.post(f"/sale/views/{view.pk}/delete/", **HTMX)

    assert sorted(_titles(anna)) == ["Large", "Small"]


def test_view_of_a_field_that_is_gone_says_so_and_can_be_mended(
    cast: Cast, deals: RecordType
) -> None:
    field = make_field(deals, "weight", "integer")
    anna = _client(cast.anna)
    view = _new(anna, "weight_min=1&sort=weight", name="Heavy")
    field.delete()

    html = anna.get(f"/sale/list/?view={view.pk}").content.decode()

    assert "cannot be filtered by “weight_min”" in html
    assert f'href="/sale/list/?view={view.pk}&amp;search="' in html
    assert sorted(_titles(anna, f"?view={view.pk}&search=")) == ["Large", "Small"]


def test_view_of_one_pipeline_opens_it(cast: Cast, deals: RecordType) -> None:
    make_item(make_pipeline("START > DONE", record_type=deals, code="second"), title="Second")
    anna = _client(cast.anna)

    view = _new(anna, "pipeline=second", name="Second ones")

    assert _titles(anna, f"?view={view.pk}") == ["Second"]
    assert len(_titles(anna, "?view=all")) == 3


def test_board_shows_the_same_view(cast: Cast, deals: RecordType) -> None:
    anna = _client(cast.anna)
    view = _new(anna, "amount_min=500&_face=board", name="Mine")

    html = anna.get(f"/sale/board/?view={view.pk}").content.decode()

    assert "Large" in html
    assert "Small" not in html
    assert "1 sale" in html
