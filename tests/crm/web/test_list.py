"""The list over HTTP: what it shows, in which order, page after page, and its cells."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from smart_processes.actions.observers import add_observer
from smart_processes.actions.records import delete_record
from smart_processes.models import RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_field,
    make_item,
    make_pipeline,
    make_type,
    system,
)

pytestmark = pytest.mark.django_db

HTMX: Any = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def deals() -> RecordType:
    return make_type("sale", "NEW > CALL > WON | LOST")


@pytest.fixture
def client(cast: Cast, deals: RecordType) -> Client:
    """Anna, who may do everything with sales."""
    cells = dict.fromkeys(("view", "add", "change", "delete", "export"), "all")
    cast.anna.groups.add(make_role("seller", {deals: cells}))
    return _signed_in(cast.anna)


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _titles(html: str) -> list[str]:
    return re.findall(r'<a class="cut" href="[^"]*" title="([^"]*)"', html)


def _read(client: Client, query: str = "", type_code: str = "sale") -> str:
    answer = client.get(f"/{type_code}/list/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def _walk(client: Client, query: str = "") -> list[str]:
    """Return the titles of all pages, one after the other."""
    html = _read(client, query)
    titles = _titles(html)
    while more := re.search(r'class="list-more"\s+hx-get="([^"]+)"', html):
        html = client.get(more[1].replace("&amp;", "&"), **HTMX).content.decode()
        titles += _titles(html)
    return titles


# --- what is shown ------------------------------------------------------------------------


def test_person_sees_what_the_roles_show_and_the_totals_of_that(
    cast: Cast, deals: RecordType
) -> None:
    cast.anna.groups.add(make_role("own", {deals: {"view": "own"}}))
    make_item(deals, title="Hers", responsible=cast.anna.pk, amount="100 EUR")
    make_item(deals, title="His", responsible=cast.boris.pk, amount="10000 EUR")
    watched = make_item(deals, title="Watched", responsible=cast.vera.pk, amount="30 EUR")
    add_observer(watched, cast.anna, actor=system())

    html = _read(_signed_in(cast.anna))

    assert sorted(_titles(html)) == ["Hers", "Watched"]
    assert "2 sales" in html
    assert "€130" in html


def test_who_sees_nothing_of_a_type_is_refused(cast: Cast, deals: RecordType) -> None:
    answer = _signed_in(cast.guest).get("/sale/list/")

    assert answer.status_code == 403


def test_unknown_type_is_not_found(client: Client) -> None:
    assert client.get("/nothing/list/").status_code == 404


def test_stranger_is_sent_to_the_sign_in_page(deals: RecordType) -> None:
    assert Client().get("/sale/list/").status_code == 302


def test_html_in_a_text_is_shown_as_text(client: Client, deals: RecordType) -> None:
    make_item(deals, title="<script>alert(1)</script>")

    html = _read(client)

    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_empty_list_says_what_to_do(client: Client, deals: RecordType) -> None:
    assert "No sales yet" in _read(client)
    assert "Nothing matches the filter" in _read(client, "?search=nothing")


def test_late_close_date_of_an_open_record_stands_out(client: Client, deals: RecordType) -> None:
    late = make_item(deals, title="Open", closes_on="2020-01-01")
    assert "is-text bad-ink" in _read(client)

    delete_record(late, actor=system())
    make_item(deals, title="Done", closes_on="2020-01-01", stage="WON")

    assert "is-text bad-ink" not in _read(client)


# --- filter -------------------------------------------------------------------------------


@pytest.fixture
def orders(deals: RecordType) -> RecordType:
    """Sales with fields of the people's own."""
    make_field(deals, "segment", "choice", options=["small", "large"])
    make_field(deals, "tags", "choice", options=["red", "blue"], is_multiple=True)
    make_field(deals, "weight", "decimal", config={"decimal_places": 2})
    make_item(deals, title="A", segment="small", weight="1.50", tags=["red"], amount="10 EUR")
    make_item(deals, title="B", segment="large", weight="2.50", tags=["red", "blue"])
    make_item(deals, title="C", segment="large", weight="3.50", amount="20 EUR")
    make_item(deals, title="D", amount="40 EUR", closes_on="2026-05-05")
    return deals


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("segment=large", "BC"),
        ("segment=large&weight_max=3", "B"),
        ("segment=small&segment=large", "ABC"),
        ("tags=blue", "B"),
        ("weight_min=2", "BC"),
        ("segment_empty=true", "D"),
        ("closes_on_after=2026-05-05&closes_on_before=2026-05-05", "D"),
        ("amount_min=15", "CD"),
        ("stage=NEW", "ABCD"),
        ("stage=CALL", ""),
        ("search=c", "C"),
        ("", "ABCD"),
    ],
)
def test_filter_finds_the_records_and_counts_them(
    query: str, found: str, client: Client, orders: RecordType
) -> None:
    html = _read(client, f"?{query}")

    assert sorted(_titles(html)) == list(found)
    assert f"{len(found)} sale" in html


def test_filter_s_chips_say_what_it_does_and_how_to_be_rid_of_it(
    client: Client, orders: RecordType
) -> None:
    html = _read(client, "?segment=large&weight_min=2")

    assert "Segment: Large" in html
    assert "Weight from 2" in html
    assert 'href="/sale/list/?weight_min=2"' in html
    assert 'href="/sale/list/?segment=large"' in html


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?nonsense=1", "cannot be filtered by “nonsense”"),
        ("?amount_min=lots", "Enter an amount"),
        ("?segment=huge", "no option “huge”"),
        ("?pipeline=gone", "no pipeline “gone”"),
        ("?view=4711", "saved view is gone"),
        ("?view=nonsense", "saved view is gone"),
    ],
)
def test_wrong_address_is_told_in_the_bar(
    query: str, sentence: str, client: Client, orders: RecordType
) -> None:
    html = _read(client, query)

    assert sentence in html


def test_wrong_condition_can_be_removed_like_any_other(client: Client, orders: RecordType) -> None:
    html = _read(client, "?nonsense=1&segment=large")

    assert _titles(html) == []
    assert 'href="/sale/list/?segment=large"' in html


def test_wrong_sort_is_told_and_the_records_are_shown(client: Client, orders: RecordType) -> None:
    html = _read(client, "?sort=nonsense")

    assert "cannot be sorted by “nonsense”" in html
    assert len(_titles(html)) == 4


def test_popover_offers_the_fields_and_their_inputs(client: Client, orders: RecordType) -> None:
    fields = client.get("/sale/filter/?segment=large").content.decode()
    inputs = client.get("/sale/filter/weight/?segment=large&weight_min=2").content.decode()

    assert "Weight" in fields
    assert 'name="weight_min" value="2"' in inputs
    assert 'type="hidden" name="segment" value="large"' in inputs
    assert client.get("/sale/filter/nonsense/").status_code == 404


def test_person_may_be_asked_for_as_me(cast: Cast, client: Client, orders: RecordType) -> None:
    make_item(orders, title="Hers", responsible=cast.anna.pk)

    inputs = client.get("/sale/filter/responsible/?responsible=me").content.decode()

    assert _titles(_read(client, "?responsible=me")) == ["Hers"]
    assert re.search(r'value="me"[^>]*checked', inputs)


# --- pipelines ----------------------------------------------------------------------------


def test_list_shows_all_pipelines_or_one(client: Client, deals: RecordType) -> None:
    second = make_pipeline("START > DONE", record_type=deals, code="second")
    make_item(deals, title="First")
    make_item(second, title="Second")

    assert sorted(_titles(_read(client))) == ["First", "Second"]
    html = _read(client, "?pipeline=second")

    assert _titles(html) == ["Second"]
    assert "1 sale" in html


def test_pipelines_that_the_roles_do_not_show_are_not_offered(
    cast: Cast, deals: RecordType
) -> None:
    secret = make_pipeline("START > DONE", record_type=deals, code="secret")
    role = make_role("first", {deals: {"view": "all"}, secret: {"view": "none"}})
    cast.boris.groups.add(role)
    make_item(secret, title="Secret")

    html = _read(_signed_in(cast.boris), "?pipeline=secret")

    assert _titles(html) == []
    assert "no pipeline “secret”" in html


# --- order and pages ----------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["weight", "-weight", "closes_on", "-amount", "title", ""])
def test_no_row_is_lost_or_doubled_over_pages(
    sort: str, client: Client, deals: RecordType, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_field(deals, "weight", "decimal", config={"decimal_places": 2})
    for number in range(23):
        # Equal values and none at all, across the borders of pages.
        weight: Any = {"weight": str(number % 3)} if number % 4 else {}
        closes: Any = {"closes_on": f"2026-01-0{1 + number % 2}"} if number % 5 else {}
        make_item(deals, title=f"{number:02}", amount=f"{number % 2} EUR", **weight, **closes)
    monkeypatch.setattr("crm.web.list.ROWS_PER_PAGE", 5)

    titles = _walk(client, f"?sort={sort}" if sort else "")

    assert sorted(titles) == [f"{number:02}" for number in range(23)]


def test_rows_without_a_value_stand_last_ascending_and_first_descending(
    client: Client, deals: RecordType
) -> None:
    make_field(deals, "weight", "decimal")
    for title, weight in (("A", "2"), ("B", ""), ("C", "1")):
        make_item(deals, title=title, weight=weight)

    assert _titles(_read(client, "?sort=weight")) == ["C", "A", "B"]
    assert _titles(_read(client, "?sort=-weight")) == ["B", "A", "C"]


def test_heads_sort_and_then_turn_round(client: Client, deals: RecordType) -> None:
    make_item(deals, title="A", amount="1 EUR")

    html = _read(client, "?sort=-amount")

    assert 'aria-sort="descending"' in html
    assert 'href="/sale/list/?sort=amount"' in html
    assert 'href="/sale/list/?sort=title"' in html
    # The shortest stay is the latest arrival.
    assert 'href="/sale/list/?sort=moved_at"' in html


@pytest.mark.parametrize("cursor", ["forged", "a:b:c", "%00"])
def test_forged_cursor_shows_the_first_page_and_says_so(
    cursor: str, client: Client, deals: RecordType
) -> None:
    make_item(deals, title="A")

    html = _read(client, f"?after={cursor}")

    assert "This page of the list is gone" in html
    assert _titles(html) == ["A"]


def test_queries_do_not_grow_with_records_people_or_links(
    cast: Cast, client: Client, deals: RecordType
) -> None:
    companies = make_type("firm", has_stages=False)
    make_field(deals, "firm", "link", config={"target": "firm"}, on_card=True)
    make_role("firms", {companies: {"view": "all"}}, everybody=True)
    people = [cast.anna, cast.boris, cast.vera]

    def fill(count: int) -> None:
        for number in range(count):
            firm = make_item(companies, title=f"Firm {number}")
            make_item(
                deals, firm=firm.pk, responsible=people[number % 3].pk, amount=f"{number} EUR"
            )

    fill(3)
    _read(client)
    with CaptureQueriesContext(
        connection,
    ) as few:
        _read(client, "?amount_min=0")
    fill(40)
    with CaptureQueriesContext(connection) as many:
        _read(client, "?amount_min=0")

    assert len(many) == len(few)
    # The session and the person, stamps, observed records, views, totals, rows, and the
    # names of people and of linked records.
    assert len(many) <= 10, [query["sql"][:90] for query in many]


def test_totals_without_a_filter_come_from_the_counters(client: Client, deals: RecordType) -> None:
    make_item(deals, amount="5 EUR")

    with CaptureQueriesContext(connection) as queries:
        _read(client)

    counting = [q["sql"] for q in queries if "COUNT(" in q["sql"].upper()]
    assert counting == []
    assert any("stagecounter" in q["sql"] for q in queries)
    assert not any("OFFSET" in q["sql"] for q in queries)
