"""The database compares values of every kind as Python does, along an index."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone

from smart_processes.field_expressions import ContainsText, index_sql
from smart_processes.field_types.registry import all_field_types
from smart_processes.fields import Field
from smart_processes.keyset import OrderTerm
from smart_processes.models import Item, RecordType
from tests.factories.smart_processes import make_type
from tests.smart_processes.field_types.samples import (
    SAMPLES,
    World,
    make_sample_field,
    make_world,
)

pytestmark = pytest.mark.django_db
KINDS = all_field_types()
single_kinds = pytest.mark.parametrize("kind", sorted(KINDS))
multiple_kinds = pytest.mark.parametrize(
    "kind", sorted(kind for kind, each in KINDS.items() if each.can_be_multiple)
)


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def make_rows(record_type: RecordType, values: list[dict[str, Any]]) -> list[Item]:
    """Store records with these JSON values, without any action."""
    pipeline = record_type.pipelines.get()
    now = timezone.now()
    return Item.objects.bulk_create(
        [
            Item(
                type=record_type,
                pipeline=pipeline,
                stage="NEW",
                number=number,
                title=f"Row {number}",
                created_at=now,
                updated_at=now,
                moved_at=now,
                values=each,
            )
            for number, each in enumerate(values, start=1)
        ]
    )


def rows_of(kind: str, world: World) -> tuple[Field, QuerySet[Item], list[Any]]:
    """Return a field, its rows (shuffled, two of them empty) and the values in order."""
    sample = SAMPLES[kind](world)
    field = make_sample_field(kind, sample)
    values = [value for _raw, value in sample.good]
    stored = [{"f1": field.to_json(value)} for value in values]
    make_rows(make_type("row"), [{}, *stored[::-1], {"f2": 1}])
    return field, Item.objects.filter(type__code="row"), values


@single_kinds
@pytest.mark.parametrize("is_descending", [False, True])
def test_records_sort_as_python_sorts(kind: str, is_descending: bool, world: World) -> None:
    field, rows, values = rows_of(kind, world)
    term = OrderTerm("f", field.expression(), is_descending=is_descending)

    found = [field.read(item) for item in rows.order_by(term.by, "pk")]

    expected = sorted(values, key=lambda value: field.storage.comparable(value, field))
    assert expected == values
    assert found == ([None, None, *values[::-1]] if is_descending else [*values, None, None])


@single_kinds
def test_records_compare_as_python_compares(kind: str, world: World) -> None:
    field, rows, values = rows_of(kind, world)
    storage = field.storage

    for place, value in enumerate(values):
        wanted = storage.comparable(value, field)
        above = rows.filter(storage.where(field, "gte", wanted))
        below = rows.filter(storage.where(field, "lte", wanted))
        assert [field.read(item) for item in above.order_by("-pk")] == values[place:]
        assert [field.read(item) for item in below.order_by("-pk")] == values[: place + 1]
        assert rows.filter(storage.where(field, "exact", wanted)).count() == 1
        assert rows.filter(storage.where(field, "in", [wanted])).count() == 1


@single_kinds
def test_records_without_a_value_are_found(kind: str, world: World) -> None:
    field, rows, values = rows_of(kind, world)

    assert rows.filter(field.storage.is_empty(field)).count() == 2
    assert rows.filter(~field.storage.is_empty(field)).count() == len(values)


@multiple_kinds
def test_records_that_hold_any_of_several_are_found(kind: str, world: World) -> None:
    sample = SAMPLES[kind](world)
    field = make_sample_field(kind, sample, is_multiple=True)
    values = [value for _raw, value in sample.good]
    lists = [values, values[:1], None]
    make_rows(make_type("row"), [{"f1": field.to_json(v)} if v else {} for v in lists])
    rows = Item.objects.filter(type__code="row").order_by("pk")

    def found(wanted: list[Any]) -> list[Any]:
        stored = [field.type.to_json(value, field) for value in wanted]
        return [field.read(row) for row in rows.filter(field.storage.holds_any(field, stored))]

    assert found(values[:1]) == found(values) == [values, values[:1]]
    assert found(values[1:]) == [values][: len(values) - 1]
    assert found([]) == []
    assert rows.filter(field.storage.is_empty(field)).count() == 1


@pytest.mark.parametrize(
    ("text", "wanted", "holds"),
    [
        ("Договор №5", "ДОГОВОР", True),
        ("100% sure", "0% S", True),
        ("100 sure", "0% s", False),
        ("a_b", "A_B", True),
        ("axb", "a_b", False),
        (r"back\slash", r"k\s", True),
        ("(a|b)", "(a|", True),
        ("abc", ".", False),
    ],
)
def test_text_is_found_in_any_case_and_never_as_a_pattern(
    text: str, wanted: str, holds: bool
) -> None:
    make_rows(make_type("row"), [{}])
    Item.objects.filter(type__code="row").update(title=text)

    assert Item.objects.filter(ContainsText(F("title"), wanted)).exists() is holds


# --- indexes ------------------------------------------------------------------------------


def explain(rows: QuerySet[Item]) -> str:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Few rows: the planner would rather read them all.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    return rows.explain()


def make_index(field: Field, record_type: RecordType) -> None:
    connection.check_constraints()  # an index cannot be made while checks are waiting
    with connection.cursor() as cursor:
        for statement in index_sql(
            connection.vendor,
            1,
            field.type,
            record_type.pk,
            is_multiple=field.is_multiple,
        ):
            cursor.execute(statement)
        cursor.execute("ANALYZE smart_processes_item")


@pytest.mark.parametrize("kind", sorted(kind for kind, e in KINDS.items() if e.can_be_indexed))
def test_index_serves_filters_and_sorting(kind: str, world: World) -> None:
    sample = SAMPLES[kind](world)
    field = make_sample_field(kind, sample)
    record_type = make_type("row")
    values = [value for _raw, value in sample.good]
    make_rows(record_type, [{"f1": field.to_json(values[n % len(values)])} for n in range(200)])
    make_index(field, record_type)
    rows = Item.objects.filter(type_id=record_type.pk, deleted_at=None)
    wanted = field.storage.comparable(values[0], field)
    up, down = (OrderTerm("f", field.expression(), is_descending=d) for d in (False, True))

    plans = {
        "exact": explain(rows.filter(field.storage.where(field, "exact", wanted))),
        "range": explain(rows.filter(field.storage.where(field, "gte", wanted)).order_by(up.by)),
        "up": explain(rows.order_by(up.by, "pk")[:5]),
        "down": explain(rows.order_by(down.by, "-pk")[:5]),
    }

    assert {name: "item_f1" in plan for name, plan in plans.items()} == dict.fromkeys(plans, True)


@pytest.mark.postgres
@pytest.mark.parametrize(("kind", "form"), [("choice", int), ("user", int), ("string", str)])
def test_index_serves_several_values(kind: str, form: type, world: World) -> None:
    field = make_sample_field(kind, SAMPLES[kind](world), is_multiple=True)
    record_type = make_type("row")
    make_rows(record_type, [{"f1": [form(n), form(n + 1)]} for n in range(500)])
    make_index(field, record_type)
    rows = Item.objects.filter(type_id=record_type.pk, deleted_at=None)

    plan = explain(rows.filter(field.storage.holds_any(field, [form(7), form(70)])))

    assert "item_f1" in plan
