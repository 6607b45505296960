"""The board over HTTP: what it shows to whom."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from smart_processes.actions.observers import add_observer
from smart_processes.models import Pipeline, RecordType, Stage
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_field,
    make_item,
    make_pipeline,
    make_type,
    system,
)
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db

Matrix = dict[RecordType | Pipeline | Stage, dict[str, str]]
EVERYTHING = dict.fromkeys(("view", "add", "change", "delete", "export"), "all")
# Uncompressed, for 8 lanes of 20 cards: a phone on a slow line loads it in a second.
LARGEST_PAGE = 250_000  # bytes


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


def lane(html: str, code: str) -> str:
    found = re.search(rf'<section[^>]*id="lane-{code}".*?</section>', html, re.DOTALL)
    assert found, f"no lane {code}"
    return found[0]


def count_and_sum(html: str) -> tuple[int, int]:
    head = re.search(r'data-count="(\d+)"\s+data-sum="(\d+)"', html)
    assert head
    return int(head[1]), int(head[2])


def seeing(cast: Cast, sale: RecordType, scope: str) -> Client:
    cast.anna.groups.add(make_role(f"{scope}-reader", {sale: {"view": scope}}))
    return signed_in(cast.anna, HTTP_HX_REQUEST="true")


def test_lanes_hold_their_cards_newest_first_with_count_and_sum(
    client: Client, sale: RecordType
) -> None:
    make_item(sale, title="First", amount="100 EUR")
    make_item(sale, title="Second", amount="250.50 EUR")
    make_item(sale, stage="CALL", title="Third")

    html = read(client)

    assert titles(lane(html, "NEW")) == ["Second", "First"]
    assert count_and_sum(lane(html, "NEW")) == (2, 35050)
    assert titles(lane(html, "CALL")) == ["Third"]
    assert "3 sales" in html


def test_text_of_a_record_is_shown_as_text(client: Client, sale: RecordType) -> None:
    make_item(sale, title='<script>alert(1)</script>"><img src=x>')

    html = read(client)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&gt;&lt;img src=x&gt;" in html
    assert "<img" not in html


def test_card_tells_client_values_and_responsible(
    client: Client, cast: Cast, sale: RecordType
) -> None:
    cast.anna.groups.add(
        make_role("reader", {RecordType.objects.get(code="company"): {"view": "all"}})
    )
    make_field(sale, "segment", "choice", options=["small", "large"], on_card=True)
    company = make_item(RecordType.objects.get(code="company"), title="Kestrel")
    make_item(sale, company=company.pk, segment="large", responsible=cast.boris.pk)

    card = lane(read(client), "NEW")

    assert "Kestrel" in card
    assert "Large" in card
    assert 'title="Boris"' in card


def test_client_that_may_not_be_read_is_not_named(client: Client, sale: RecordType) -> None:
    company = make_item(RecordType.objects.get(code="company"), title="Kestrel")
    make_item(sale, company=company.pk)

    assert "Kestrel" not in read(client)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("own", {"Hers", "Watched"}),
        ("department", {"Hers", "His", "Watched"}),
        ("all", {"Hers", "His", "Hidden", "Watched"}),
    ],
)
def test_person_sees_what_the_roles_and_observing_show_and_nothing_else_is_counted(
    cast: Cast, sale: RecordType, scope: str, expected: set[str]
) -> None:
    make_item(sale, title="Hers", responsible=cast.anna.pk)
    make_item(sale, title="His", responsible=cast.boris.pk)
    make_item(sale, title="Hidden", responsible=cast.vera.pk)
    watched = make_item(sale, title="Watched", responsible=cast.vera.pk)
    add_observer(watched, cast.anna, actor=system())

    html = read(seeing(cast, sale, scope))

    assert set(titles(html)) == expected
    assert count_and_sum(lane(html, "NEW"))[0] == len(expected)


def test_person_without_any_right_is_told_so(cast: Cast, sale: RecordType) -> None:
    answer = signed_in(cast.guest, HTTP_HX_REQUEST="true").get("/sale/board/")

    assert answer.status_code == 403


def test_stranger_is_asked_to_sign_in(sale: RecordType) -> None:
    answer = Client().get("/sale/board/")

    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_unknown_type_is_not_found(client: Client) -> None:
    assert client.get("/nothing/board/").status_code == 404


def test_type_without_stages_opens_its_list(client: Client, sale: RecordType) -> None:
    RecordType.objects.filter(pk=sale.pk).update(has_stages=False)

    answer = client.get("/sale/board/")

    assert answer["Location"] == "/sale/list/"


def test_filter_holds_for_cards_counts_and_sums(client: Client, sale: RecordType) -> None:
    make_item(sale, title="Blue boat", amount="10 EUR")
    make_item(sale, title="Red car", amount="5 EUR")

    html = read(client, "/sale/board/?search=boat")

    assert titles(html) == ["Blue boat"]
    assert count_and_sum(lane(html, "NEW")) == (1, 1000)


def test_board_without_records_offers_to_make_one(client: Client) -> None:
    html = read(client)

    assert "No sales yet" in html
    assert 'href="/sale/new/"' in html


def test_filter_that_finds_nothing_offers_to_remove_it(client: Client, sale: RecordType) -> None:
    make_item(sale)

    html = read(client, "/sale/board/?search=zebra")

    assert "No sales match" in html
    assert "Remove filters" in html


def test_moves_that_are_never_possible_are_told_to_the_browser(cast: Cast) -> None:
    pipeline = make_pipeline("NEW > CALL > WON | LOST", edges="NEW>CALL CALL>WON CALL>LOST")
    chiefs = make_role("chief")
    pipeline.edges.get(target__code="WON").roles.add(chiefs)
    lost = pipeline.stages.get(code="LOST")
    cells: Matrix = {pipeline.type: EVERYTHING, lost: {"move": "none"}}
    cast.anna.groups.add(make_role("seller", cells))

    html = read(signed_in(cast.anna, HTTP_HX_REQUEST="true"), f"/{pipeline.type.code}/board/")

    found = re.search(r'<script id="board-settings"[^>]*>(.*?)</script>', html)
    assert found
    assert json.loads(found[1])["barred"]["CALL"] == {
        "NEW": "No move leads from “Call” to “New” in this pipeline.",
        "WON": "Your roles do not allow the move from “Call” to “Won”.",
        "LOST": "Your roles do not let you bring records into “Lost”.",
    }


def test_number_of_queries_does_not_grow_with_records(
    client: Client, cast: Cast, sale: RecordType
) -> None:
    company = make_item(RecordType.objects.get(code="company"), title="Kestrel")
    make_field(sale, "segment", "choice", options=["small", "large"], on_card=True)

    def fill(count: int) -> int:
        for number in range(count):
            make_item(
                sale,
                stage=("NEW", "CALL")[number % 2],
                company=company.pk,
                segment="large",
                responsible=(cast.anna, cast.boris)[number % 2].pk,
            )
        read(client)  # caches are warm
        with CaptureQueriesContext(connection) as queries:
            read(client)
        return len(queries)

    few = fill(2)
    many = fill(50)

    # Session, person, stamps, watched records, saved views; counts, cards, next steps,
    # failed runs, people, clients.
    assert few == many == 11


def test_page_of_eight_full_lanes_stays_light(cast: Cast) -> None:
    stages = " > ".join(f"STAGE{number}" for number in range(8))
    pipeline = make_pipeline(f"{stages} > WON")
    make_field(pipeline.type, "segment", "choice", options=["hardware"], on_card=True)
    cast.anna.groups.add(make_role("seller", {pipeline.type: EVERYTHING}))
    for number in range(8):
        for _ in range(20):
            make_item(
                pipeline,
                stage=f"STAGE{number}",
                title="Fleet tablets with mounts, 120 units",
                amount="12345 EUR",
                segment="hardware",
                responsible=cast.anna.pk,
            )

    html = read(signed_in(cast.anna, HTTP_HX_REQUEST="true"), f"/{pipeline.type.code}/board/")

    assert len(titles(html)) == 160
    assert len(html.encode()) < LARGEST_PAGE
