"""Pages by the values of the last row: nothing twice, nothing left out, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smart_processes.field_types.registry import field_type
from smart_processes.fields import Field, ValueStorage
from smart_processes.keyset import (
    CursorRefused,
    OrderTerm,
    keyset_page,
    with_primary_key,
)
from smart_processes.models import Item, RecordType
from tests.factories.smart_processes import make_type

pytestmark = pytest.mark.django_db
SIZE = Field("size", "Size", field_type("decimal"), ValueStorage("f1"))


def make_rows(sizes: Sequence[Any], amounts: Sequence[int | None] | None = None) -> QuerySet[Item]:
    record_type = make_type("row")
    now = timezone.now()
    Item.objects.bulk_create(
        [
            Item(
                type=record_type,
                pipeline=record_type.pipelines.get(),
                stage="NEW",
                number=place + 1,
                amount_minor=amounts[place] if amounts else None,
                created_at=now + timedelta(microseconds=place // 2),
                updated_at=now,
                moved_at=now,
                values={} if size is None else {"f1": SIZE.to_json(SIZE.parse(size))},
            )
            for place, size in enumerate(sizes)
        ]
    )
    return Item.objects.filter(type=record_type)


def walk(rows: QuerySet[Item], order: list[OrderTerm], size: int) -> list[int]:
    """Return the primary keys of all pages, forward; and check the way back."""
    pages: list[list[int]] = []
    cursor: str | None = None
    while True:
        page = keyset_page(rows, order, after=cursor, size=size)
        pages.append([row.pk for row in page.rows])
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    back = []
    for _number in range(len(pages) - 1):
        assert page.previous_cursor is not None
        page = keyset_page(rows, order, after=page.previous_cursor, size=size)
        back.append([row.pk for row in page.rows])
    assert page.previous_cursor is None
    assert back == pages[:-1][::-1]
    return [pk for each in pages for pk in each]


sizes = st.lists(st.none() | st.integers(-2, 2), max_size=14)


@example(
    sizes=[1, 1, 1, None, None],
    amounts=[1, None, 0, None, 1],
    page=1,
    size_down=False,
    amount_down=False,
)
@settings(max_examples=25)
@given(
    sizes=sizes,
    amounts=st.lists(st.none() | st.integers(-1, 1), min_size=14, max_size=14),
    page=st.integers(1, 6),
    size_down=st.booleans(),
    amount_down=st.booleans(),
)
def test_pages_hold_every_row_once_in_order(
    sizes: list[int | None],
    amounts: list[int | None],
    page: int,
    size_down: bool,
    amount_down: bool,
) -> None:
    # hypothesis runs the function many times inside one test's transaction
    Item.objects.all().delete()
    RecordType.objects.filter(code="row").delete()
    rows = make_rows(sizes, amounts)
    order = with_primary_key(
        [
            OrderTerm("size", SIZE.expression(), is_descending=size_down),
            OrderTerm("amount", F("amount_minor"), is_descending=amount_down),
        ]
    )

    walked = walk(rows, order, page)

    assert walked == [row.pk for row in rows.order_by(*(term.by for term in order))]


@pytest.mark.parametrize("is_descending", [False, True])
def test_moments_are_kept_to_the_microsecond(is_descending: bool) -> None:
    rows = make_rows([1] * 7)
    created = OrderTerm("created", F("created_at"), is_descending=is_descending, is_nullable=False)

    walked = walk(rows, with_primary_key([created]), 2)

    assert walked == sorted(walked, reverse=is_descending)
    assert len(walked) == 7


def test_page_costs_one_query_and_two_where_empty_values_begin() -> None:
    rows = make_rows([1, 2, 3, 4, None, None, None])
    order = with_primary_key([OrderTerm("size", SIZE.expression())])
    counts = []
    cursor = None

    for _page in range(4):
        with CaptureQueriesContext(connection) as queries:
            page = keyset_page(rows, order, after=cursor, size=2)
        counts.append(len(queries))
        cursor = page.next_cursor

    assert cursor is None
    assert counts == [1, 2, 2, 1]


def test_page_asks_for_a_range_that_an_index_can_enter() -> None:
    rows = make_rows([1, 2, 3])
    order = with_primary_key([OrderTerm("position", F("position"), is_nullable=False)])
    first = keyset_page(rows, order, after=None, size=1)

    with CaptureQueriesContext(connection) as queries:
        keyset_page(rows, order, after=first.next_cursor, size=1)

    assert '"position" >= ' in queries[0]["sql"]


def test_record_that_appears_above_does_not_shift_the_next_page() -> None:
    rows = make_rows([5, 4, 3, 2, 1])
    order = with_primary_key([OrderTerm("size", SIZE.expression(), is_descending=True)])
    page = keyset_page(rows, order, after=None, size=2)
    highest = rows.order_by("pk")[4]
    highest.values = {"f1": "9.00"}
    highest.save()

    following = keyset_page(rows, order, after=page.next_cursor, size=2)

    assert [SIZE.read(row) for row in following.rows] == [3, 2]


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "x:y",
        signing.dumps([["size", "id"], [1, 2], False], salt="another"),
        signing.dumps([["other", "id"], [1, 2], False], salt="smart_processes.keyset"),
        signing.dumps("text", salt="smart_processes.keyset"),
    ],
    # Signatures carry the time: as names of tests they would differ between processes.
    ids=["nonsense", "no signature", "another salt", "another order", "no list"],
)
def test_cursor_that_is_not_of_this_list_is_refused(cursor: str) -> None:
    order = with_primary_key([OrderTerm("size", SIZE.expression())])

    with pytest.raises(CursorRefused) as refusal:
        keyset_page(Item.objects.all(), order, after=cursor, size=2)

    assert refusal.value.message.endswith(".")


def test_cursor_of_the_other_direction_is_refused() -> None:
    rows = make_rows([1, 2, 3])
    up, down = (
        with_primary_key([OrderTerm("size", SIZE.expression(), is_descending=d)])
        for d in (False, True)
    )
    page = keyset_page(rows, up, after=None, size=1)

    with pytest.raises(CursorRefused):
        keyset_page(rows, down, after=page.next_cursor, size=1)
