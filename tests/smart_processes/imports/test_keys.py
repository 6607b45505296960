"""Records are found again by key: changed, filled in or left; a trial does the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from smart_processes.models import Item, RecordType
from tests.factories.smart_processes import (
    make_edge,
    make_field,
    make_item,
    make_type,
)
from tests.smart_processes.imports.importing import Import, make_request_type, records

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_type() -> RecordType:
    """Return a type with a choice and a unique field."""
    return make_request_type()


# --- keys ---------------------------------------------------------------------------------

KEYED: dict[str, Any] = {
    "columns": {"id": "external_id", "title": "title", "price": "amount", "step": "stage"},
    "key": "external_id",
}
THREE = "id,title,price,step\n1,One,10,new\n2,Two,20,call\n3,Three,,won\n"


def test_second_import_changes_nothing(tmp_path: Path, request_type: RecordType):
    run = Import(tmp_path, THREE, **KEYED)
    run.run()
    before = list(Item.objects.order_by("pk").values())

    counts = run.run()

    assert (counts.read, counts.created, counts.unchanged) == (3, 0, 3)
    assert list(Item.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("existing", "expected", "updated"),
    [
        ("update", [("Uno", None, "CALL"), ("Two", 2000, "CALL"), ("Three", 3000, "WON")], 2),
        ("fill", [("One", 1000, "NEW"), ("Two", 2000, "CALL"), ("Three", 3000, "WON")], 1),
        ("skip", [("One", 1000, "NEW"), ("Two", 2000, "CALL"), ("Three", None, "WON")], 0),
    ],
)
def test_what_is_there_is_replaced_filled_in_or_left(
    tmp_path: Path, request_type: RecordType, existing: str, expected: list[Any], updated: int
):
    Import(tmp_path, THREE, **KEYED).run()
    changed = "id,title,price,step\n1,Uno,,call\n2,Two,20,call\n3,Three,30,won\n4,Four,,\n"

    counts = Import(tmp_path, changed, **KEYED, existing=existing).run()

    assert [(r.title, r.amount_minor, r.stage) for r in records()][:3] == expected
    assert (counts.created, counts.updated, counts.unchanged) == (1, updated, 3 - updated)


def test_a_move_that_the_pipeline_forbids_refuses_the_whole_row(tmp_path: Path):
    record_type = make_type("request")
    pipeline = record_type.pipelines.get()
    Import(tmp_path, "id,title,price,step\n1,One,10,new\n", **KEYED).run()
    make_edge(pipeline, "NEW", "CALL")
    run = Import(tmp_path, "id,title,price,step\n1,Uno,10,won\n", **KEYED)

    counts = run.run()

    assert counts.refused == 1
    assert records()[0].title == "One"


def test_the_same_key_twice_is_one_record(tmp_path: Path, request_type: RecordType):
    text = "id,title,price,step\n1,First,,\n1,Second,5,\n,Without,,\n,Without,,\n"

    counts = Import(tmp_path, text, **KEYED).run()

    assert (counts.created, counts.updated) == (3, 1)
    assert [r.title for r in records()] == ["Second", "Without", "Without"]


def test_a_key_of_two_fields_and_one_with_several_values_find_records(tmp_path: Path):
    record_type = make_type("request")
    make_field(record_type, "mails", "email", is_multiple=True)
    make_field(record_type, "year", "integer")
    first = make_item(record_type, title="A", year=2025, mails=["a@x.example", "b@x.example"])
    make_item(record_type, title="A", year=2026)
    two = {"columns": {"t": "title", "y": "year", "s": "external_id"}, "key": ["title", "year"]}
    mails = {"columns": {"m": "mails", "s": "external_id"}, "key": "mails", "existing": "fill"}

    by_two = Import(tmp_path, "t,y,s\nA,2025,found\n", **two).run()
    by_mail = Import(tmp_path, "m,s\nb@x.example,again\nnew@x.example,new\n", **mails).run()

    first.refresh_from_db()
    assert (by_two.updated, first.external_id) == (1, "found")
    assert (by_mail.created, by_mail.unchanged) == (1, 1)


def test_several_records_with_one_key_are_told(tmp_path: Path, request_type: RecordType):
    make_item(request_type, title="Twin")
    make_item(request_type, title="Twin")
    run = Import(tmp_path, "title\nTwin\n", columns={"title": "title"}, key="title")

    assert run.run().refused == 1
    assert run.refused[2] == "Several records have the key “Twin”."


def test_a_trial_knows_the_keys_of_its_earlier_chunks(tmp_path: Path, request_type: RecordType):
    run = Import(tmp_path, "id,title,price,step\n1,One,,\n2,Two,,\n1,Uno,,\n", **KEYED)

    trial = run.run(is_trial=True, chunk_size=1)

    assert (trial.created, trial.updated) == (2, 1)
    assert run.run(chunk_size=1) == trial
