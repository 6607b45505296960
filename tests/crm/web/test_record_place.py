"""The page of one record over HTTP: the way back, and on to the next record."""

from __future__ import annotations

import pytest
from django.test import Client

from smart_processes.models import Item, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_item,
    make_type,
)
from tests.support.pages import read, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def requests(cast: Cast) -> RecordType:
    """Requests that the department reads, and everybody changes and deletes their own."""
    record_type = make_type("request", "NEW > CALL > OFFER > WON | LOST", number_prefix="REQ")
    cells = {"view": "department", "add": "own", "change": "own", "delete": "own"}
    role = make_role("agents", {record_type: cells})
    for person in (cast.anna, cast.boris, cast.vera):
        person.groups.add(role)
    return record_type


@pytest.fixture
def item(requests: RecordType, cast: Cast) -> Item:
    return make_item(requests, title="Scanners", amount="120 EUR", responsible=cast.anna.pk)


@pytest.fixture
def anna(cast: Cast) -> Client:
    return signed_in(cast.anna)


def test_previous_and_next_are_those_of_the_list_one_came_from(
    requests: RecordType, cast: Cast, anna: Client
) -> None:
    items = [
        make_item(requests, title=t, responsible=cast.anna.pk) for t in ("Beta", "Alpha", "Gamma")
    ]
    make_item(requests, title="Other", responsible=cast.boris.pk)
    listed = f"http://testserver/request/list/?responsible={cast.anna.pk}&sort=title"

    page = read(anna, f"/request/{items[0].pk}/", HTTP_REFERER=listed)

    arrows = [a["href"].partition("?") for a in page.select(".record-crumbs a.icon-btn")]
    assert [path for path, _mark, _query in arrows] == [
        f"/request/{items[1].pk}/",
        f"/request/{items[2].pk}/",
    ]
    assert "2 of 3" in page.select_one(".record-crumbs").text
    further = read(anna, "?".join((arrows[1][0], arrows[1][2])))
    assert "3 of 3" in further.select_one(".record-crumbs").text
    assert "sort=title" in further.select_one(".record-crumbs a.crumb")["href"]
    assert len(further.select(".record-crumbs a.icon-btn")) == 1


def test_on_a_board_one_goes_down_the_lane(requests: RecordType, cast: Cast, anna: Client) -> None:
    below, above = (make_item(requests, responsible=cast.anna.pk) for _ in "ab")
    make_item(requests, stage="CALL", responsible=cast.anna.pk)

    page = read(anna, f"/request/{above.pk}/?in=board")

    (link,) = page.select(".record-crumbs a.icon-btn")
    assert link["href"].startswith(f"/request/{below.pk}/?")
    assert "1 of 2" in page.select_one(".record-crumbs").text


@pytest.mark.parametrize(
    "referer",
    ["http://elsewhere.example/request/list/", "http://testserver/deal/list/", "nonsense", "/x"],
)
def test_from_anywhere_else_there_is_no_list_to_go_on_in(
    item: Item, anna: Client, referer: str
) -> None:
    page = read(anna, f"/request/{item.pk}/", HTTP_REFERER=referer)

    assert not page.select(".record-crumbs .icon-btn")


def test_a_record_that_left_the_list_still_leads_back_there(item: Item, anna: Client) -> None:
    page = read(anna, f"/request/{item.pk}/?in=list&search=nothing")

    assert not page.select(".record-crumbs .icon-btn")
    assert "search=nothing" in page.select_one(".record-crumbs a.crumb")["href"]


def test_a_link_that_knows_no_type_leads_to_the_record(
    item: Item, cast: Cast, anna: Client
) -> None:
    assert anna.get(f"/search/{item.pk}/").headers["Location"] == f"/request/{item.pk}/"
    assert signed_in(cast.vera).get(f"/search/{item.pk}/").status_code == 404
