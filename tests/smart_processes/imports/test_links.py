"""Rows link to records of other types, and to rows of their own file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from smart_processes.models import RecordType
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_field,
    make_item,
    make_type,
)
from tests.smart_processes.imports.importing import Import, make_request_type, records, value

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_type() -> RecordType:
    """Return a type with a choice and a unique field."""
    return make_request_type()


# --- links --------------------------------------------------------------------------------


@pytest.fixture
def clients(request_type: RecordType) -> RecordType:
    """Return the type with links to companies, of which one is there."""
    make_field(request_type, "client", "link", config={"target": "company"})
    company = RecordType.objects.get(code="company")
    make_item(company, title="Acme")
    make_item(company, title="Twin")
    make_item(company, title="Twin")
    return request_type


@pytest.mark.parametrize(
    ("missing", "created", "companies"),
    [("refuse", 2, 3), ("leave_empty", 4, 3), ("create", 4, 4)],
)
def test_a_link_that_is_not_there_is_refused_left_empty_or_made(
    tmp_path: Path, clients: RecordType, missing: str, created: int, companies: int
):
    text = "title,client\na,Acme\nb,Nobody\nc,\nd,Nobody\ne,Twin\n"
    link = {"type": "company", "by": "title", "missing": missing}
    run = Import(
        tmp_path, text, columns={"title": "title", "client": {"to": "client", "link": link}}
    )

    counts = run.run()

    assert counts.created == created
    assert len(records("company")) == companies
    assert "Several records are called “Twin”" in run.refused[6]
    assert dict(counts.beside) == ({"company": 1} if missing == "create" else {})
    if missing == "create":
        b, d = (value(r, "client") for r in records() if r.title in "bd")
        assert b == d == records("company")[-1].pk


def test_links_are_looked_up_by_any_field_of_the_other_type(tmp_path: Path, clients: RecordType):
    company = RecordType.objects.get(code="company")
    make_field(company, "tax_number", "string")
    wanted = make_item(company, title="Vela", tax_number="T-7", website="https://vela.example")

    for by, text in (("tax_number", "T-7"), ("website", "https://vela.example")):
        link = {"by": by, "missing": "refuse"}
        Import(
            tmp_path,
            f"title,client\n{by},{text}\n",
            columns={"title": "title", "client": {"to": "client", "link": link}},
        ).run()

    assert [value(record, "client") for record in records()] == [wanted.pk, wanted.pk]


def test_a_row_may_link_to_a_row_further_down(tmp_path: Path):
    record_type = make_type("request")
    make_field(record_type, "parent", "link", config={"target": "request"})
    text = "title,parent\nChild,Middle\nMiddle,Top\nTop,\nLost,Nowhere\n"
    run = Import(tmp_path, text, columns={"title": "title", "parent": "parent"})

    trial = run.run(is_trial=True)
    trial_refused = run.refused
    counts = run.run()

    by_title = {record.title: record for record in records()}
    assert (counts.created, counts.refused) == (trial.created, trial.refused) == (3, 1)
    assert trial_refused == run.refused
    assert value(by_title["Child"], "parent") == by_title["Middle"].pk
    assert value(by_title["Middle"], "parent") == by_title["Top"].pk


def test_links_and_people_of_a_chunk_cost_one_query_each(
    tmp_path: Path, clients: RecordType, cast: Cast, django_assert_max_num_queries: Any
):
    rows = "".join(f"r{n},Acme,Anna\n" for n in range(300))
    run = Import(
        tmp_path,
        f"title,client,owner\n{rows}",
        columns={"title": "title", "client": "client", "owner": "responsible"},
        key="title",
    )

    # Inserts go in batches; nothing is asked per row.
    with django_assert_max_num_queries(75):
        run.run()

    assert len(records()) == 300


# --- trial --------------------------------------------------------------------------------


def test_a_trial_makes_nothing_and_refuses_the_same(tmp_path: Path, clients: RecordType):
    link = {"missing": "create"}
    text = "id,title,serial,client,stage\n" + "".join(
        f"{n % 7},t{n},s{n % 9},{'New' if n % 2 else 'Acme'},{'new' if n % 5 else 'sold'}\n"
        for n in range(40)
    )
    run = Import(
        tmp_path,
        text,
        columns={
            "title": "title",
            "serial": "serial",
            "client": {"to": "client", "link": link},
            "stage": "stage",
        },
    )

    trial = run.run(is_trial=True, chunk_size=10)
    refused = run.refused
    assert records() == []
    assert len(records("company")) == 3

    real = run.run(chunk_size=10)

    assert refused == run.refused
    assert trial == real
    assert real.created == 9
