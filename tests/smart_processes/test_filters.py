"""Filtering and sorting real records by any field, on both databases alike."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts import access
from accounts.actor import Actor
from accounts.models import User
from smart_processes.filters import RESERVED_CODES, filterset_for
from smart_processes.models import FieldOption, Item, RecordType
from smart_processes.schema import TypeSchema, schema_for
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.records import visible_records
from tests.factories.accounts import make_user
from tests.factories.filtered_requests import filtered, make_different_requests
from tests.factories.smart_processes import (
    make_field,
    make_item,
    make_pipeline,
    make_type,
    system,
)

pytestmark = pytest.mark.django_db


def schema_of(code: str) -> TypeSchema:
    return schema_for(system()).type(code)


def titles(parameters: dict[str, Any], **kwargs: Any) -> list[str]:
    filterset = filtered(parameters, **kwargs)
    assert filterset.sentences == []
    records = filterset.qs if "sort" in parameters else filterset.qs.order_by("title")
    return [record.title for record in records]


@pytest.fixture
def requests(db: None) -> None:
    make_different_requests()


@pytest.mark.usefixtures("requests")
@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({}, "abcd"),
        ({"amount_min": "4000.50"}, "bc"),
        ({"amount_max": "€4,000.50"}, "ab"),
        ({"amount_min": "500", "amount_max": "5000"}, "b"),
        ({"amount": ["400", "9000"]}, "ac"),
        ({"amount_empty": "true"}, "d"),
        ({"amount_empty": "false"}, "abc"),
        ({"colour": "red"}, "a"),
        ({"colour": ["Red", "green"]}, "ab"),
        ({"colour_empty": "true"}, "cd"),
        ({"tags": "hot"}, "ab"),
        ({"tags": "cold"}, "b"),
        ({"tags": ["hot", "cold"]}, "ab"),
        ({"tags_empty": "true"}, "cd"),
        ({"size_min": "-2"}, "abc"),
        ({"size_max": "1,5"}, "ab"),
        ({"size": "10.00"}, "c"),
        ({"note_contains": "ДОГОВОР"}, "a"),
        ({"note_contains": "100%"}, "b"),
        ({"note_contains": "0_"}, ""),
        ({"note": "Zebra"}, "c"),
        ({"note_empty": "true"}, "d"),
        ({"due_after": "2026-11-01"}, "ab"),
        ({"due_before": "2026-11-29"}, "a"),
        ({"due": "30.11.2026"}, "b"),
        ({"visit_before": "2026-11-01"}, "a"),
        ({"visit_after": "2026-11-02"}, "b"),
        ({"visit": "2026-11-01"}, "a"),
        ({"visit_after": "2026-11-01 23:30:01"}, "b"),
        ({"signed": "true"}, "a"),
        ({"signed": "нет"}, "b"),
        ({"signed_empty": "true"}, "cd"),
        ({"responsible": "anna.keller"}, "a"),
        ({"responsible": ["Anna Keller", "boris.bauer@example.com"]}, "ab"),
        ({"responsible_empty": "true"}, "cd"),
        ({"helper_empty": "false"}, "a"),
        ({"budget_min": "15"}, "b"),
        ({"budget_empty": "true"}, "cd"),
        ({"stage": "CALL"}, "b"),
        ({"stage": ["NEW", "LOST"]}, "acd"),
        ({"pipeline": "main"}, "abcd"),
        ({"search": "договор"}, "a"),
        ({"search": "CONTRACT b"}, "b"),
        ({"search": "contract nothing"}, ""),
        ({"number": "REQ-000001"}, "a"),
        ({"number": ["1", "#2"]}, "ab"),
        ({"number_min": "3"}, "cd"),
        ({"title_contains": "A"}, "a"),
        ({"created_at_after": "2020-01-01", "created_at_period": "today"}, "abcd"),
        ({"created_at_before": "2020-01-01"}, ""),
        ({"opened": "false"}, "abcd"),
        ({"amount_min": "", "search": "  ", "colour": []}, "abcd"),
    ],
)
def test_filter_finds(parameters: dict[str, Any], found: str) -> None:
    assert "".join(titles(parameters)) == found


@pytest.mark.usefixtures("requests")
@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("size", "bacd"),
        ("-size", "dcab"),
        ("amount", "dabc"),
        ("-amount", "cbad"),
        ("due", "abcd"),
        ("-due", "dcba"),
        ("colour", "abcd"),
        ("-colour", "dcba"),
        ("note", "cbad"),
        ("-title", "dcba"),
        ("created_at", "abcd"),
        ("number", "abcd"),
        ("budget", "abcd"),
        ("signed", "bacd"),
    ],
)
def test_records_without_a_value_stand_last_up_and_first_down(sort: str, found: str) -> None:
    assert "".join(titles({"sort": sort})) == found


@pytest.mark.usefixtures("requests")
def test_choices_sort_in_the_order_of_their_options() -> None:
    FieldOption.objects.filter(code="green").update(position=0)
    FieldOption.objects.filter(code="red").update(position=1)

    assert "".join(titles({"sort": "colour"})) == "bacd"


@pytest.mark.usefixtures("requests")
@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"nothing": "1"}, "These records cannot be filtered by “nothing”."),
        ({"amount__gte": "1"}, "These records cannot be filtered by “amount__gte”."),
        ({"amount_min": "much"}, "Amount: Enter an amount, for example 1200.50 or 1200.50 EUR."),
        ({"amount_min": "5 USD"}, "Amount: Enter the amount in EUR."),
        ({"amount_min": "9" * 30}, "Amount: This amount is too large."),
        ({"size_min": "1e99"}, "Size: Enter a number of at most 15 digits."),
        ({"due_after": "03/04/2026"}, "Due: 03/04/2026 can be read in two ways."),
        ({"due_period": "someday"}, "Due: There is no period “someday”."),
        ({"colour": "pink"}, "Colour: There is no option “pink”."),
        ({"stage": "NOWHERE"}, "Stage: There is no stage “NOWHERE”."),
        ({"pipeline": "other"}, "Pipeline: There is no pipeline “other”."),
        ({"responsible": "nobody"}, "Responsible: There is nobody called “nobody”."),
        ({"number": "x'); DROP"}, "No.: Enter a number like REQ-000123."),
        ({"number": "9" * 400}, "No.: Enter a number like REQ-000123."),
        ({"number_min": "9" * 30}, "No.: Enter a number of at most 15 digits."),
        ({"signed_empty": "maybe"}, "Signed: Enter “true” or “false”."),
        ({"sort": "nothing"}, "Sort: Records cannot be sorted by “nothing”."),
        ({"sort": "--size"}, "Sort: Records cannot be sorted by “-size”."),
        ({"sort": "tags"}, "Sort: Records cannot be sorted by “tags”."),
        ({"sort": "responsible"}, "Sort: Records cannot be sorted by “responsible”."),
        ({"search": "x " * 11}, "Search: Enter at most 10 words."),
        ({"note_contains": "\x00"}, "Note: Enter text that can be seen."),
        ({"responsible": [str(n) for n in range(1, 300)]}, "Responsible: Choose at most 200."),
    ],
)
def test_wrong_filter_is_told_and_shows_nothing(parameters: dict[str, Any], sentence: str) -> None:
    filterset = filtered(parameters)

    assert len(filterset.sentences) == 1
    assert filterset.sentences[0].startswith(sentence)
    assert list(filterset.qs) == []


@pytest.mark.usefixtures("requests")
def test_parameters_of_the_page_are_no_filters() -> None:
    address = QueryDict("view=3&after=xyz&columns=title&sort=-size&size_min=1&mine=1")

    filterset = filtered(address)

    assert filterset.sentences == ["These records cannot be filtered by “mine”."]


@pytest.mark.usefixtures("requests")
def test_me_is_who_asks() -> None:
    anna = User.objects.get(username="anna.keller")
    anna.is_superuser = True
    anna.save()

    mine = titles({"responsible": "me"}, actor=Actor.person(anna))

    assert mine == ["a"]
    assert filtered({"responsible": "me"}).sentences


@pytest.mark.usefixtures("requests")
def test_retired_option_and_person_who_left_can_be_looked_for() -> None:
    FieldOption.objects.filter(code="red").update(retired_at=timezone.now())
    User.objects.filter(username="anna.keller").update(is_active=False)

    assert titles({"colour": "red"}) == ["a"]
    assert titles({"responsible": "anna.keller"}) == ["a"]


@pytest.mark.parametrize(
    ("period", "offsets"),
    [
        ("today", [0]),
        ("yesterday", [-1]),
        ("tomorrow", [1]),
        ("last_7_days", [-1, 0]),
        ("next_7_days", [0, 1]),
        ("last_30_days", [-20, -1, 0]),
        ("next_30_days", [0, 1, 20]),
    ],
)
def test_periods_move_with_the_calendar(period: str, offsets: list[int]) -> None:
    today = timezone.localdate()
    record_type = make_type("request")
    make_field(record_type, "due", "date")
    for offset in (-20, -1, 0, 1, 20):
        make_item(record_type, title=str(offset), due=today + timedelta(days=offset))

    found = {int(title) for title in titles({"due_period": period})}

    assert found == set(offsets)


def test_day_of_a_moment_is_the_day_of_the_readers_clock() -> None:
    record_type = make_type("request")
    make_field(record_type, "visit", "datetime")
    make_item(record_type, title="late", visit="2026-11-01T22:30:00Z")

    with timezone.override("Europe/Minsk"):
        assert titles({"visit": "2026-11-02"}) == ["late"]
        assert titles({"visit_before": "2026-11-01"}) == []
    assert titles({"visit": "2026-11-01"}) == ["late"]


def test_stage_of_another_type_is_unknown() -> None:
    make_type("request", "NEW > DONE")
    make_type("order", "OPEN > PAID")

    assert filtered({"stage": "PAID"}).sentences == ["Stage: There is no stage “PAID”."]


def test_pipelines_are_told_apart() -> None:
    record_type = make_type("request", "NEW > DONE", has_pipelines=True)
    other = make_pipeline("NEW > SENT", record_type=record_type, code="export")
    make_item(record_type, title="here")
    make_item(other, title="there")

    assert titles({"pipeline": "export"}) == ["there"]
    assert titles({"pipeline": ["export", "main"], "stage": "NEW"}) == ["here", "there"]


def test_new_field_can_be_filtered_by_at_once() -> None:
    record_type = make_type("request")
    assert filtered({"late_min": "1"}).sentences
    make_field(record_type, "late", "integer")

    make_item(record_type, title="x", late="3")

    assert titles({"late_min": "1"}) == ["x"]


def test_filter_set_is_made_once_per_version_of_the_configuration() -> None:
    make_type("request")

    assert filterset_for(schema_of("request")) is filterset_for(schema_of("request"))


def test_field_called_like_a_filter_keeps_its_own_code() -> None:
    record_type = make_type("request")
    for code in ("amount_min", "schema", "unknown", "fields", "clean", "data"):
        make_field(record_type, code, "integer")
    make_item(record_type, title="x", amount="5", amount_min="7", clean="1", schema="2")

    assert titles({"amount_min": "7", "clean": "1", "schema": "2"}) == ["x"]
    assert titles({"unknown": "7"}) == []


def test_boards_filter_by_the_columns_of_a_shipped_types_own_table() -> None:
    make_item(deal_type(), title="likely", probability="80")
    make_item(deal_type(), title="unlikely", probability="8")
    schema = schema_of("deal")

    for model in (schema.model, Item):
        records = visible_records(system(), schema, model=model)
        filterset = filterset_for(schema)(
            {"probability_min": "50"}, records, lookups=lookups_for(system())
        )
        assert [record.title for record in filterset.qs] == ["likely"]


def deal_type() -> RecordType:
    return RecordType.objects.get(code="deal")


def test_title_of_a_hidden_record_finds_nothing() -> None:
    company = make_type("company2")
    record_type = make_type("request")
    make_field(record_type, "client", "link", config={"target": "company2"})
    hidden = make_item(company, title="Secret Co")
    make_item(record_type, client=hidden.pk)
    guest = Actor.person(make_user("guest"))

    told = filtered({"client": "Secret Co"}, actor=guest).sentences

    assert told == filtered({"client": "Secret Co"}, actor=guest).sentences
    assert (
        told[0].replace("Secret Co", "No Such Co")
        == (filtered({"client": "No Such Co"}, actor=guest).sentences[0])
    )


def test_reserved_codes_are_the_parameters_of_no_field() -> None:
    make_type("request")

    known = set(filterset_for(schema_of("request")).base_filters)

    assert {"search", "stage", "pipeline", "sort", "number"} <= known & RESERVED_CODES


@pytest.mark.usefixtures("requests")
def test_filtering_asks_one_query(django_assert_num_queries: Any) -> None:
    actor = system()
    schema = schema_for(actor).type("request")
    filterset = filterset_for(schema)
    records = visible_records(actor, schema)
    access.of(actor)

    with django_assert_num_queries(1):
        list(filterset({"size_min": "1", "sort": "-due"}, records, lookups=lookups_for(actor)).qs)
