"""Links of a record over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from smart_processes.actions.links import link_records
from smart_processes.models import Item, RecordLink, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type, system
from tests.support.pages import read_part, signed_in

pytestmark = pytest.mark.django_db

HTMX: Any = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def requests(cast: Cast) -> RecordType:
    record_type = make_type("request")
    cells = {"view": "department", "change": "own", "add": "own"}
    role = make_role("agents", {record_type: cells})
    for person in (cast.anna, cast.boris, cast.vera):
        person.groups.add(role)
    return record_type


@pytest.fixture
def item(requests: RecordType, cast: Cast) -> Item:
    return make_item(requests, title="Scanners", amount="1 EUR", responsible=cast.anna.pk)


@pytest.fixture
def anna(cast: Cast) -> Client:
    return signed_in(cast.anna)


@pytest.fixture
def boris(cast: Cast) -> Client:
    return signed_in(cast.boris)


def test_a_record_is_found_linked_and_unlinked(item: Item, cast: Cast, anna: Client) -> None:
    other = make_item(item.type, title="Stands", responsible=cast.boris.pk)
    make_item(item.type, title="Stands of vera", responsible=cast.vera.pk)

    found = read_part(anna, f"/request/{item.pk}/links/find/?q=stands&of=request")
    (button,) = found.select("button[hx-post]")
    linked = anna.post(button["hx-post"], {"other": other.pk}, **HTMX).content.decode()
    again = anna.post(button["hx-post"], {"other": other.pk}, **HTMX)

    assert "Stands" in linked
    assert "linked already" in again.headers["HX-Trigger"]
    assert RecordLink.objects.count() == 1
    gone = anna.post(f"/request/{item.pk}/links/remove/", {"other": other.pk}, **HTMX)
    assert "Nothing is linked yet" in gone.content.decode()


@pytest.mark.parametrize("other", ["", "x", "999999", "9" * 30])
def test_what_cannot_be_linked_is_refused(item: Item, anna: Client, other: str) -> None:
    answer = anna.post(f"/request/{item.pk}/links/add/", {"other": other}, **HTMX)

    assert answer.status_code == 404


def test_links_need_the_right_to_change_the_record(
    item: Item, cast: Cast, boris: Client, anna: Client
) -> None:
    hidden = make_item(item.type, responsible=cast.vera.pk)
    mine = make_item(item.type, responsible=cast.boris.pk)
    address = f"/request/{item.pk}/links/add/"

    assert boris.post(address, {"other": mine.pk}, **HTMX).status_code == 403
    assert anna.post(address, {"other": hidden.pk}, **HTMX).status_code == 404
    assert not read_part(boris, f"/request/{item.pk}/links/").select("#link-q")


def test_links_are_read_with_the_same_queries(
    item: Item, cast: Cast, anna: Client, django_assert_max_num_queries: Any
) -> None:
    def link_one() -> None:
        other = make_item(item.type, responsible=cast.boris.pk)
        link_records(item, other, actor=system())

    link_one()
    read_part(anna, f"/request/{item.pk}/links/")
    with django_assert_max_num_queries(8) as few:
        read_part(anna, f"/request/{item.pk}/links/")
    for _ in range(10):
        link_one()
    with django_assert_max_num_queries(len(few)):
        page = read_part(anna, f"/request/{item.pk}/links/")

    assert len(page.select(".link-line")) == 11


def test_offers_for_a_link_field_are_of_its_type_and_visible(
    item: Item, cast: Cast, anna: Client
) -> None:
    make_item(item.type, title="Scanners of vera", responsible=cast.vera.pk)

    page = read_part(anna, "/request/suggest/?value-main=scann")

    assert [o["data-chosen"] for o in page.select("[role=option]")] == [f"#{item.pk} Scanners"]
    assert anna.get("/nonsense/suggest/?q=a", **HTMX).status_code == 404
