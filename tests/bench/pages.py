"""Board and list against bare SQL and orjson of the same answer."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import connection
from django.http import QueryDict

from accounts import access
from accounts.actor import Actor
from smart_processes.filters import filterset_for
from smart_processes.models import Item
from smart_processes.schema import schema_for
from smart_processes.selectors.board import board_columns
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.records import visible_records
from tests.bench.data import CODES, Population
from tests.bench.measure import Result, interleaved

COLUMNS = (
    "id, stage, number, title, responsible_id, opened, amount_minor, currency, "
    "amount_base_minor, company_id, contact_id, moved_at, version, values"
)
NAMES = COLUMNS.split(", ")


def board(small: Population, large: Population) -> list[Result]:
    """Measure the board of a person with department scope, 8 columns × 20 cards."""
    for population in (small, large):
        ours, bare = orjson.loads(_our_board(population)), orjson.loads(_bare_board(population))
        assert [c["count"] for c in ours] == [c["count"] for c in bare]
        assert [c["cards"] for c in ours] == [c["cards"] for c in bare]
    at_small, at_large, bare = interleaved(
        [
            lambda: _our_board(small),
            lambda: _our_board(large),
            lambda: _bare_board(large),
        ]
    )
    return [
        Result.of("board, bare SQL + orjson", at_large, "ms", baseline=bare, goal=3),
        Result.of("board, its own time at 10,000", at_large, "ms", baseline=at_small, goal=1.5),
    ]


def listing(population: Population) -> list[Result]:
    """Measure 50 rows filtered by two custom fields and sorted by a third."""
    ours, bare = orjson.loads(_our_list(population)), orjson.loads(_bare_list(population))
    assert ours == bare
    assert len(ours) == 50
    ours_ms, bare_ms = interleaved([lambda: _our_list(population), lambda: _bare_list(population)])
    return [
        Result.of("list of 50, two filters and a sort", ours_ms, "ms", baseline=bare_ms, goal=3)
    ]


def _plain(record: Item) -> dict[str, Any]:
    return {name: getattr(record, name) for name in NAMES}


def _our_board(population: Population) -> bytes:
    actor = Actor.person(population.reader)
    type_schema = schema_for(actor).type(population.record_type.code)
    columns = board_columns(
        actor=actor, type_schema=type_schema, pipeline=type_schema.default_pipeline
    )
    return orjson.dumps(
        [
            {
                "count": column.record_count,
                "sum": column.amount_minor,
                "cards": [_plain(card) for card in column.cards],
            }
            for column in columns
        ]
    )


def _bare_board(population: Population) -> bytes:
    pipeline = population.record_type.pipelines.get()
    people = _department_people(population)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join('card.' + n for n in NAMES)} "  # constants
            "FROM unnest(%s::text[]) WITH ORDINALITY board(value, number) CROSS JOIN LATERAL ("
            f"SELECT {COLUMNS} FROM smart_processes_item WHERE pipeline_id = %s "
            "AND stage = board.value AND responsible_id = ANY(%s) AND deleted_at IS NULL "
            "ORDER BY position, id LIMIT 20) card ORDER BY board.number",
            [CODES, pipeline.pk, people],
        )
        cards: dict[str, list[dict[str, Any]]] = {code: [] for code in CODES}
        for row in cursor.fetchall():
            card = dict(zip(NAMES, row, strict=True))
            card["values"] = orjson.loads(card["values"])
            cards[card["stage"]].append(card)
        cursor.execute(
            "SELECT stage, sum(record_count)::bigint, sum(amount_minor)::bigint "
            "FROM smart_processes_stagecounter WHERE pipeline_id = %s "
            "AND responsible_id = ANY(%s) GROUP BY stage",
            [pipeline.pk, people],
        )
        totals = {stage: (records, amount) for stage, records, amount in cursor.fetchall()}
    return orjson.dumps(
        [
            {
                "count": totals.get(code, (0, 0))[0],
                "sum": totals.get(code, (0, 0))[1],
                "cards": cards[code],
            }
            for code in CODES
        ]
    )


def _our_list(population: Population) -> bytes:
    actor = Actor.person(population.reader)
    type_schema = schema_for(actor).type(population.record_type.code)
    kind = population.fields[1]
    chosen = QueryDict(f"price_min=2000&price_max=8000&segment={_third_option(kind)}&sort=due")
    records = visible_records(actor, type_schema, model=Item)
    form = filterset_for(type_schema)(chosen, queryset=records, lookups=lookups_for(actor))
    assert form.is_valid(), form.errors
    return orjson.dumps([_plain(record) for record in form.qs[:50]])


def _bare_list(population: Population) -> bytes:
    price, kind, due = population.fields
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM smart_processes_item "  # ids of our own rows
            f"WHERE type_id = {population.record_type.pk} AND deleted_at IS NULL "
            f"AND responsible_id = ANY(%s) "
            f"AND ((values ->> 'f{price.pk}')::numeric) BETWEEN 2000 AND 8000 "
            f"AND ((values ->> 'f{kind.pk}')::bigint) = {_third_option(kind)} "
            f"ORDER BY (values ->> 'f{due.pk}') ASC NULLS LAST, id LIMIT 50",
            [_department_people(population)],
        )
        rows = []
        for row in cursor.fetchall():
            record = dict(zip(NAMES, row, strict=True))
            record["values"] = orjson.loads(record["values"])
            rows.append(record)
    return orjson.dumps(rows)


def _third_option(kind: Any) -> int:
    return int(kind.options.values_list("pk", flat=True)[2])


def _department_people(population: Population) -> list[int]:
    return list(access.of(Actor.person(population.reader)).grants.department_people)
