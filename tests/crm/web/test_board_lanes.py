"""The board over HTTP: further cards of a lane, single cards after a change, quick add."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from smart_processes.actions.records import delete_record
from smart_processes.models import Item, Pipeline, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_item,
    make_pipeline,
    make_type,
    system,
)
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db

EVERYTHING = dict.fromkeys(("view", "add", "change", "delete", "export"), "all")


@pytest.fixture
def sale() -> RecordType:
    return make_type("sale", "NEW > CALL > WON | LOST", has_client=True)


@pytest.fixture
def client(cast: Cast, sale: RecordType) -> Client:
    """Anna, who may do everything with sales."""
    cast.anna.groups.add(make_role("seller", {sale: EVERYTHING}))
    return signed_in(cast.anna, HTTP_HX_REQUEST="true")


def read(client: Client, address: str = "/sale/board/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def titles(html: str) -> list[str]:
    return re.findall(r'<a class="item-title"[^>]*>([^<]*)</a>', html)


def seeing(cast: Cast, sale: RecordType, scope: str) -> Client:
    cast.anna.groups.add(make_role(f"{scope}-reader", {sale: {"view": scope}}))
    return signed_in(cast.anna, HTTP_HX_REQUEST="true")


# --- further cards ------------------------------------------------------------------------


def test_scrolling_loads_every_card_once(client: Client, sale: RecordType) -> None:
    for number in range(45):
        make_item(sale, title=f"Sale {number}")
    html = read(client)
    shown = titles(html)

    while cards := re.findall(r'id="card-(\d+)"', html):
        address = f"/sale/board/column/?lane=NEW&after={cards[-1]}"
        html = client.get(address).content.decode()
        shown += titles(html)

    assert shown == [f"Sale {number}" for number in reversed(range(45))]


def test_folded_lane_loads_its_first_cards_when_it_is_unfolded(
    client: Client, sale: RecordType
) -> None:
    make_item(sale, stage="WON", title="Sold")

    assert titles(read(client)) == []
    assert titles(read(client, "/sale/board/column/?lane=WON")) == ["Sold"]


@pytest.mark.parametrize("query", ["", "lane=NOWHERE", "lane=NEW&after=first", "after=1"])
def test_lane_or_place_that_is_none_is_a_wrong_request(client: Client, query: str) -> None:
    assert client.get(f"/sale/board/column/?{query}").status_code == 400


# --- single cards after a change ----------------------------------------------------------


def test_changed_cards_come_with_their_place_and_all_counts(
    client: Client, sale: RecordType
) -> None:
    below = make_item(sale, title="Below")
    above = make_item(sale, title="Above")

    html = read(client, f"/sale/board/cards/?ids={below.pk},{above.pk}")

    parts = re.findall(r'data-stage="NEW"\s+data-below="(\d*)".*?id="card-(\d+)"', html, re.DOTALL)
    assert parts == [("", str(above.pk)), (str(above.pk), str(below.pk))]
    assert set(re.findall(r'data-patch="head" data-stage="(\w+)"', html)) == {
        *("NEW", "CALL", "WON", "LOST")
    }


def test_cards_that_are_hidden_deleted_or_elsewhere_are_told_as_gone(
    cast: Cast, sale: RecordType
) -> None:
    hidden = make_item(sale, responsible=cast.vera.pk)
    deleted = make_item(sale, responsible=cast.anna.pk)
    delete_record(deleted, actor=system())
    elsewhere = make_item(make_pipeline(record_type=sale, code="other"), responsible=cast.anna.pk)

    html = read(
        seeing(cast, sale, "own"),
        f"/sale/board/cards/?pipeline=main&ids={hidden.pk},{deleted.pk},{elsewhere.pk}",
    )

    gone = {int(found) for found in re.findall(r'data-patch="gone" data-id="(\d+)"', html)}
    assert gone == {hidden.pk, deleted.pk, elsewhere.pk}
    assert titles(html) == []


@pytest.mark.parametrize("ids", ["", "1,two", ",".join(map(str, range(1, 52)))])
def test_ids_that_are_none_or_too_many_are_a_wrong_request(client: Client, ids: str) -> None:
    assert client.get(f"/sale/board/cards/?ids={ids}").status_code == 400


def test_number_of_queries_for_changed_cards_does_not_grow(
    client: Client, sale: RecordType
) -> None:
    items = [make_item(sale) for _ in range(20)]

    def queries_for(some: list[Item]) -> int:
        ids = ",".join(str(item.pk) for item in some)
        read(client, f"/sale/board/cards/?ids={ids}")  # caches are warm
        with CaptureQueriesContext(connection) as queries:
            read(client, f"/sale/board/cards/?ids={ids}")
        return len(queries)

    assert queries_for(items[:1]) == queries_for(items)


def quick_add(client: Client, values: dict[str, str], stage: str = "CALL") -> tuple[int, str]:
    answer = client.post(f"/sale/board/add/?lane={stage}", values)
    return answer.status_code, answer.content.decode()


# --- quick add ----------------------------------------------------------------------------


def test_quick_add_makes_a_record_in_its_stage_and_opens_the_next(
    client: Client, cast: Cast, sale: RecordType
) -> None:
    cast.anna.groups.add(
        make_role("reader", {RecordType.objects.get(code="company"): {"view": "all"}})
    )
    company = make_item(RecordType.objects.get(code="company"), title="Kestrel")

    status, html = quick_add(client, {"title": "Boat", "amount": "1 200", "client": "Kestrel"})

    made = Item.objects.get(type=sale)
    assert (made.title, made.stage, made.amount_minor, made.company_id) == (
        *("Boat", "CALL", 120000),
        company.pk,
    )
    assert made.responsible_id == cast.anna.pk
    assert status == 200
    assert 'name="title"\n         value=""' in html
    assert titles(html) == ["Boat"]


@pytest.mark.parametrize(
    ("values", "status", "sentence"),
    [
        ({"title": " "}, 422, "Enter a title."),
        ({"title": "Boat", "amount": "much"}, 422, "Enter an amount"),
        ({"title": "Boat", "client": "Nobody"}, 422, "There is no record “Nobody”"),
    ],
)
def test_quick_add_says_what_is_wrong_and_keeps_what_was_typed(
    client: Client, sale: RecordType, values: dict[str, str], status: int, sentence: str
) -> None:
    answered, html = quick_add(client, values)

    assert answered == status
    assert sentence in html
    assert f'value="{values["title"].strip()}"' in html
    assert not Item.objects.filter(type=sale).exists()


def test_quick_add_into_a_stage_that_needs_more_says_so(cast: Cast) -> None:
    pipeline = make_pipeline("NEW > CALL > WON", require={"CALL": ["begins_on"]})
    cast.anna.groups.add(make_role("seller", {pipeline.type: EVERYTHING}))
    address = f"/{pipeline.type.code}/board/add/?lane=CALL"

    answer = signed_in(cast.anna, HTTP_HX_REQUEST="true").post(address, {"title": "Boat"})

    assert answer.status_code == 422
    assert "Fill in “Begins on” first" in answer.content.decode()


def test_who_may_not_add_gets_no_form_filled(cast: Cast, sale: RecordType) -> None:
    reader = seeing(cast, sale, "all")

    status, html = quick_add(reader, {"title": "Boat"})

    assert status == 403
    assert "Your roles do not let you" in html
    assert "data-adds" not in read(reader)


def test_clients_are_offered_as_far_as_they_may_be_read(client: Client, cast: Cast) -> None:
    company = RecordType.objects.get(code="company")
    make_item(company, title="Kestrel")
    hidden = read(client, "/sale/board/clients/?client=kest")

    cast.anna.groups.add(make_role("reader", {company: {"view": "all"}}))
    offered = read(client, "/sale/board/clients/?client=kest")

    assert "Kestrel" not in hidden
    assert "Kestrel" in offered


def test_quick_add_into_no_stage_is_a_wrong_request(client: Client) -> None:
    assert client.get("/sale/board/add/?lane=NOWHERE").status_code == 400


def test_pipeline_of_the_address_is_the_one_that_is_filled(
    client: Client, sale: RecordType
) -> None:
    other: Pipeline = make_pipeline("FIRST > WON", record_type=sale, code="other")

    answer = client.post("/sale/board/add/?pipeline=other&lane=FIRST", {"title": "Boat"})

    assert answer.status_code == 200
    assert Item.objects.get(title="Boat").pipeline_id == other.pk
