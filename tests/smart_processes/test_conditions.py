"""Conditions on a record: compared by kind, false when they cannot be understood."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from smart_processes import conditions
from smart_processes.conditions import Operator, operators_for
from smart_processes.filters import filterset_for
from smart_processes.models import Item
from smart_processes.schema import TypeSchema, schema_for
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.records import visible_records
from tests.factories.accounts import make_user
from tests.factories.smart_processes import make_field, make_item, make_type, system

pytestmark = pytest.mark.django_db


def schema_of(code: str) -> TypeSchema:
    return schema_for(system()).type(code)


@pytest.fixture
def schema(db: None) -> TypeSchema:
    """Return a type with a field of most kinds."""
    record_type = make_type("request")
    make_field(record_type, "colour", "choice", options=["red", "green", "blue"])
    make_field(record_type, "tags", "choice", options=["hot", "cold", "wet"], is_multiple=True)
    make_field(record_type, "size", "decimal")
    make_field(record_type, "due", "date")
    make_field(record_type, "visit", "datetime")
    make_field(record_type, "signed", "flag")
    make_field(record_type, "scan", "file")
    make_field(record_type, "mail", "email")
    make_user("anna.keller")
    return schema_of("request")


@pytest.fixture
def record(schema: TypeSchema) -> Item:
    """Return a record with a value in each field but the file."""
    return make_item(
        schema.type,
        title="Договор №5",
        amount="1000",
        responsible="anna.keller",
        colour="red",
        tags=["hot", "cold"],
        size="9",
        due="2026-11-30",
        visit="2026-11-30 15:00",
        signed="no",
        mail="Anna@example.com",
    )


def holds(row: dict[str, Any], record: Item, schema: TypeSchema) -> bool:
    (result,) = conditions.evaluate([row], record, schema.fields)
    return result.holds


@pytest.mark.parametrize(
    ("field", "operator", "true", "false"),
    [
        ("title", "eq", "договор №5", "договор"),
        ("title", "contains", "ГОВОР", "говорр"),
        ("title", "not_contains", "акт", "ГОВОР"),
        ("title", "starts_with", "дог", "оговор"),
        ("title", "matches", "дог*№?", "дог?"),
        ("title", "in", ["x", "Договор №5"], ["x"]),
        ("title", "not_in", ["x"], ["ДОГОВОР №5"]),
        ("mail", "eq", "ANNA@EXAMPLE.COM", "x@example.com"),
        ("amount", "eq", "1000.00", "1001"),
        ("amount", "ne", "1", "1000 EUR"),
        ("amount", "gte", "1000", "1000.01"),
        ("amount", "gt", "999.99", "1000"),
        ("amount", "lte", "1000", "999"),
        ("amount", "lt", "1000.01", "1000"),
        # As text, 9 would be more than 10.
        ("size", "lt", "10", "9"),
        ("size", "between", ["8,5", "9"], ["9.01", "20"]),
        ("size", "in", ["1", "9.00"], ["90"]),
        ("due", "eq", "30.11.2026", "2026-12-01"),
        ("due", "before", "2026-12-01", "2026-11-30"),
        ("due", "after", "2026-11-29", "2026-11-30"),
        ("due", "gte", "2026-11-30", "2026-12-01"),
        ("due", "between", ["2026-11-01", "2026-11-30"], ["2026-12-01", "2026-12-02"]),
        ("visit", "eq", "2026-11-30", "2026-11-29"),
        ("visit", "after", "2026-11-29", "2026-11-30"),
        ("visit", "lte", "2026-11-30", "2026-11-30 14:59"),
        ("signed", "eq", "нет", "yes"),
        ("colour", "eq", "red", "green"),
        ("colour", "ne", "green", "red"),
        ("colour", "in", ["green", "red"], ["green"]),
        ("tags", "eq", ["cold", "hot"], ["hot"]),
        ("tags", "contains_any", ["wet", "hot"], ["wet"]),
        ("tags", "contains_all", ["hot", "cold"], ["hot", "wet"]),
        ("responsible", "eq", "anna.keller", 999_999),
        ("created_at", "within", "today", "yesterday"),
        ("created_at", "gte", "today", "today+1"),
        ("created_at", "before", "today+1", "today-1"),
    ],
)
def test_values_are_compared_by_their_kind(
    field: str, operator: str, true: Any, false: Any, record: Item, schema: TypeSchema
) -> None:
    assert holds({"field": field, "operator": operator, "value": true}, record, schema)
    assert not holds({"field": field, "operator": operator, "value": false}, record, schema)
    assert (
        conditions.check(
            [{"field": field, "operator": operator, "value": v} for v in (true, false)],
            schema.fields,
        )
        == []
    )


def test_empty_field_is_less_than_nothing(schema: TypeSchema) -> None:
    record = make_item(schema.type, title="x")

    for code in ("size", "due", "colour", "tags", "amount", "responsible", "scan", "signed"):
        assert holds({"field": code, "operator": "empty"}, record, schema)
        assert not holds({"field": code, "operator": "not_empty"}, record, schema)
    assert not holds({"field": "size", "operator": "lt", "value": "100"}, record, schema)
    assert not holds({"field": "amount", "operator": "lte", "value": "100"}, record, schema)
    assert holds({"field": "size", "operator": "ne", "value": "100"}, record, schema)
    assert holds({"field": "colour", "operator": "not_in", "value": ["red"]}, record, schema)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("amount > 5", "Conditions are a list of rows."),
        ([5], "Condition 1: A condition has a field, an operator and a value."),
        ([{"field": "x", "or": 1}], "Condition 1: A condition has no part “or”."),
        (
            [{"field": "gone", "operator": "eq", "value": 1}],
            "Condition 1: There is no field “gone”.",
        ),
        (
            [{"field": "colour", "operator": "gt", "value": "red"}],
            "Condition 1: “Colour” cannot be compared by “gt”.",
        ),
        (
            [{"field": "scan", "operator": "eq", "value": 1}],
            "Condition 1: “Scan” cannot be compared by “eq”.",
        ),
        (
            [{"field": "amount", "operator": "gte"}],
            "Condition 1: “Amount” is compared with nothing.",
        ),
        (
            [{"field": "size", "operator": "between", "value": ["1"]}],
            "Condition 1: “Between” needs two values.",
        ),
        (
            [{"field": "due", "operator": "within", "value": "someday"}],
            "Condition 1: There is no period “someday”.",
        ),
        (
            [{"field": "size", "operator": "gt", "value": "many"}],
            "Condition 1: Enter a number, for example 12.50.",
        ),
    ],
)
def test_wrong_row_is_told_and_is_false(
    rows: Any, sentence: str, record: Item, schema: TypeSchema
) -> None:
    assert conditions.check(rows, schema.fields) == [sentence]
    if isinstance(rows, list) and isinstance(rows[0], dict):
        assert not holds(rows[0], record, schema)


def test_result_says_what_is_asked_for_and_what_is_there(record: Item, schema: TypeSchema) -> None:
    rows: list[dict[str, Any]] = [
        {"field": "amount", "operator": "gte", "value": "5000"},
        {"field": "colour", "operator": "in", "value": ["green", "blue"]},
        {"field": "due", "operator": "between", "value": ["2026-01-01", "2026-02-01"]},
        {"field": "due", "operator": "within", "value": "last_month"},
        {"field": "title", "operator": "contains", "value": "<b>"},
        {"field": "scan", "operator": "not_empty"},
        {"field": "responsible", "operator": "eq", "value": "boris"},
    ]

    results = conditions.evaluate(rows, record, schema.fields)

    assert [result.sentence.replace("\xa0", " ") for result in results] == [
        "“Amount” must be at least €5,000",
        "“Colour” must be one of: Green, Blue",
        "“Due” must be between 1 Jan 2026 – 1 Feb 2026",
        "“Due” must fall into: last month",
        "“Title” must contain “<b>”",
        "“Scan” must be filled in",
        "There is nobody called “boris”. Enter a user name, an e-mail address or a full name",
    ]
    assert [result.holds for result in results] == [False] * 7
    assert results[0].actual == {"minor": 100_000, "currency": "EUR"}
    assert results[0].row == rows[0]


def test_hostile_pattern_is_only_stars_and_question_marks(record: Item, schema: TypeSchema) -> None:
    for pattern in ("(a+)+$", "*" * 150 + "x", "[", "\\"):
        row = {"field": "title", "operator": "matches", "value": pattern}
        assert not holds(row, record, schema)


def test_every_field_has_operators_and_every_operator_a_sentence(schema: TypeSchema) -> None:
    used = {operator for field in schema.fields.values() for operator in operators_for(field)}

    assert used == set(Operator)
    assert set(conditions._SENTENCES) == set(Operator)


@pytest.mark.parametrize(
    ("parameter", "row"),
    [
        ({"size_min": "5"}, {"field": "size", "operator": "gte", "value": "5"}),
        ({"size_max": "5"}, {"field": "size", "operator": "lte", "value": "5"}),
        ({"size": ["3", "7"]}, {"field": "size", "operator": "in", "value": ["3", "7"]}),
        ({"amount_max": "500"}, {"field": "amount", "operator": "lte", "value": "500"}),
        ({"due_after": "2026-11-05"}, {"field": "due", "operator": "gte", "value": "2026-11-05"}),
        ({"colour_empty": "true"}, {"field": "colour", "operator": "empty"}),
        ({"visit": "2026-11-06"}, {"field": "visit", "operator": "eq", "value": "2026-11-06"}),
        (
            {"visit_before": "2026-11-05"},
            {"field": "visit", "operator": "lte", "value": "2026-11-05"},
        ),
        ({"colour": "red"}, {"field": "colour", "operator": "eq", "value": "red"}),
        (
            {"tags": ["hot", "wet"]},
            {"field": "tags", "operator": "contains_any", "value": ["hot", "wet"]},
        ),
        (
            {"title_contains": "ДОГОВОР 1"},
            {"field": "title", "operator": "contains", "value": "Договор 1"},
        ),
        (
            {"created_at_period": "today"},
            {"field": "created_at", "operator": "within", "value": "today"},
        ),
        ({"due_period": "today"}, {"field": "due", "operator": "within", "value": "today"}),
    ],
)
def test_a_condition_and_the_filter_that_says_the_same_agree(
    parameter: dict[str, Any], row: dict[str, Any], schema: TypeSchema
) -> None:
    today = timezone.localdate()
    for number in range(12):
        make_item(
            schema.type,
            title=f"договор {number}",
            amount=number * 100 if number % 3 else None,
            size=number if number % 4 else None,
            due=f"2026-11-{number:02}" if number % 5 else today,
            visit=f"2026-11-{number:02} 23:59:59" if number % 5 else None,
            colour=("red", "green", None)[number % 3],
            tags=(["hot"], ["wet", "cold"], ["cold"], None)[number % 4],
        )
    make_item(schema.type, title="late", due=today + timedelta(days=1))
    records = visible_records(system(), schema)

    found = filterset_for(schema)(parameter, records, lookups=lookups_for(system()))

    assert found.sentences == []
    expected = {record.pk for record in records if holds(row, record, schema)}
    assert {record.pk for record in found.qs} == expected
    assert expected
    assert len(expected) < records.count() or "created_at_period" in parameter
