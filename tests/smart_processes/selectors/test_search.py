"""Searching: words, numbers, order, and nothing that the reader may not see."""

from __future__ import annotations

import pytest
from django.db import connection

from smart_processes import search as search_index
from smart_processes.models import RecordType
from smart_processes.schema import schema_for
from smart_processes.selectors.duplicates import records_like
from smart_processes.selectors.search import find_records, search, words_of
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def requests() -> RecordType:
    return make_type("request", number_prefix="REQ")


def titles(text: str, cast: Cast | None = None, name: str = "") -> list[str]:
    found = search(cast.actor(name) if cast else system(), text)
    return [record.title for each in found.types for record in each.records]


def test_every_word_has_to_be_there_in_any_order_and_case(requests: RecordType) -> None:
    make_item(requests, title="Склад: Сканеры для Эльбы")
    make_item(requests, title="Сканеры")

    assert titles("сканеры склад") == ["Склад: Сканеры для Эльбы"]
    assert set(titles("СКАНЕРЫ")) == {"Склад: Сканеры для Эльбы", "Сканеры"}


def test_wildcards_are_letters_like_others(requests: RecordType) -> None:
    make_item(requests, title="100% cotton")
    make_item(requests, title="100 shirts")

    assert titles("100%") == ["100% cotton"]
    assert titles("1_0") == []


def test_a_number_comes_before_words_that_hold_it(requests: RecordType) -> None:
    first = make_item(requests, title="Alpha")
    make_item(requests, title=f"Repeat of {first.number}00 and REQ-{first.number:06d}")

    assert titles(f"REQ-{first.number:06d}")[0] == "Alpha"
    assert titles(f"req-{first.number}") == ["Alpha"]
    assert titles(str(first.number)) == ["Alpha"]
    assert titles(f"#{first.pk}") == ["Alpha"]


def test_the_beginning_of_a_word_comes_before_its_middle(requests: RecordType) -> None:
    make_item(requests, title="Port of Rotterdam")
    make_item(requests, title="Airport shuttle")

    assert titles("port") == ["Port of Rotterdam", "Airport shuttle"]


def test_each_type_shows_eight_and_says_that_there_are_more(requests: RecordType) -> None:
    for number in range(10):
        make_item(requests, title=f"Scanner {number}")
    make_item(make_type("asset"), title="Scanner stand")

    found = search(system(), "scanner")

    assert [(each.type_schema.code, len(each.records), each.has_more) for each in found.types] == [
        ("request", 8, True),
        ("asset", 1, False),
    ]


def test_only_what_may_be_read_is_found(requests: RecordType, cast: Cast) -> None:
    cast.anna.groups.add(make_role("agents", {requests: {"view": "own"}}))
    make_item(requests, title="Mine scanner", responsible=cast.anna.pk)
    other = make_item(requests, title="Other scanner", responsible=cast.vera.pk)

    assert titles("scanner", cast, "anna") == ["Mine scanner"]
    assert titles(f"#{other.pk}", cast, "anna") == []
    assert titles("scanner", cast, "guest") == []


def test_colleagues_are_found_by_name(cast: Cast) -> None:
    cast.boris.first_name, cast.boris.last_name = "Борис", "Львов"
    cast.boris.save()
    cast.vera.is_active = False
    cast.vera.save()

    assert search(cast.actor("anna"), "львов").people == [cast.boris]
    assert search(cast.actor("anna"), "vera").people == []


@pytest.mark.parametrize("text", ["", " ", "a", "#", "#0", "\x00"])
def test_nothing_to_look_for_finds_nothing(requests: RecordType, text: str) -> None:
    make_item(requests, title="a")

    assert titles(text) == []


def test_a_hostile_text_is_cut() -> None:
    assert len(words_of("ab " * 1000)) <= 10
    assert len("".join(words_of("x" * 100_000))) <= 200


def test_queries_do_not_grow_with_what_is_found(
    requests: RecordType, cast: Cast, django_assert_num_queries
) -> None:
    for number in range(20):
        make_item(requests, title=f"Scanner {number}")
    actor = cast.actor("root")
    schema_for(actor)

    with django_assert_num_queries(2):  # words, colleagues
        search(actor, "scanner")
    with django_assert_num_queries(3):  # and the number
        search(actor, "12")


def test_choosing_begins_with_what_changed_last(requests: RecordType) -> None:
    make_item(requests, title="Older")
    make_item(requests, title="Newer")
    make_item(make_type("asset"), title="Newest of another type")

    found = find_records(system(), "", type_code="request")

    assert [record.title for record in found] == ["Newer", "Older"]


def test_records_like_another_have_an_equal_phone_email_or_title(cast: Cast) -> None:
    contacts = schema_for(cast.actor("root")).type("contact")
    make_item(
        contacts.type,
        title="",
        first_name="Elena",
        last_name="Marsh",
        phones=["+351 22 123 4568"],
        emails=["elena@solmar.example"],
    )
    cast.anna.groups.add(make_role("agents", {contacts.type: {"view": "own"}}))

    def like(name: str, **texts: list[str]) -> list[str]:
        return [item.title for item in records_like(cast.actor(name), contacts, texts)]

    assert like("root", phone=["+351221234568"]) == ["Elena Marsh"]
    assert like("root", email=["ELENA@solmar.example"]) == ["Elena Marsh"]
    assert like("root", title=["elena marsh"]) == ["Elena Marsh"]
    assert like("root", phone=["+35122123456"], title=["elena"]) == []
    assert like("root") == []
    assert like("anna", phone=["+351221234568"]) == []


def test_the_index_is_made_where_the_database_has_trigrams() -> None:
    if connection.vendor != "postgresql":
        assert search_index.make_index(connection) is False
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [search_index.INDEX])
        ((definition,),) = cursor.fetchall()

    assert "gin_trgm_ops" in definition
