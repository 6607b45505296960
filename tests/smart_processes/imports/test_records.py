"""Rows become records: made, refused one by one, as far as the right to import reaches."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from accounts.exceptions import PermissionRefused
from smart_processes.models import RecordType
from smart_processes.schema import schema_for
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_field,
    make_item,
    make_pipeline,
    make_type,
    system,
)
from tests.smart_processes.imports.files import xlsx_file
from tests.smart_processes.imports.importing import Import, make_request_type, records, value

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_type() -> RecordType:
    """Return a type with a choice and a unique field."""
    return make_request_type()


# --- values -------------------------------------------------------------------------------


def test_rows_become_records_of_their_kinds(tmp_path: Path, request_type: RecordType, cast: Cast):
    text = (
        "Name;Price;Owner;Day;Step;Kind\n"
        "Scanners;1.200,50;Anna;31.12.2026;call;PRO\n"
        "Terminals;;boris@example.com;;WON;\n"
    )
    columns = {
        "Name": "title",
        "Price": {"to": "amount", "decimal_mark": ","},
        "Owner": "responsible",
        "Day": {"to": "closes_on", "date_format": "%d.%m.%Y"},
        "Step": "stage",
        "Kind": "product",
    }

    counts = Import(tmp_path, text, columns=columns).run()

    first, second = records()
    assert (counts.read, counts.created, counts.refused) == (2, 2, 0)
    assert (first.title, first.amount_minor, first.responsible_id) == (
        "Scanners",
        120050,
        cast.anna.pk,
    )
    assert (first.closes_on, first.stage) == (date(2026, 12, 31), "CALL")
    assert (second.amount_minor, second.responsible_id, second.stage) == (
        None,
        cast.boris.pk,
        "WON",
    )


def test_refused_rows_do_not_stop_the_others(tmp_path: Path, request_type: RecordType):
    text = (
        "title,amount,product,stage,serial\n"
        "Good,1,basic,New,s1\n"
        "Wrong amount,lots,basic,New,s2\n"
        "Wrong product,1,mega,New,s3\n"
        "Wrong stage,1,basic,Sold,s4\n"
        "Taken,1,basic,New,S1\n"
        "Extra,1,basic,New,s5,x\n"
        "Good too,2,pro,Lost,s6\n"
    )
    run = Import(tmp_path, text)

    counts = run.run()

    assert (counts.read, counts.created, counts.refused) == (7, 2, 5)
    assert [record.title for record in records()] == ["Good", "Good too"]
    assert run.refused[3].startswith("Amount: Enter an amount")
    assert "There is no option “mega”. Choose one of: Basic, Pro." in run.refused[4]
    assert "has no stage “Sold”. Choose one of: New, Call, Won, Lost" in run.refused[5]
    assert "must be unique" in run.refused[6]
    assert "1 cell stands behind the last column" in run.refused[7]
    assert run.wrong_places == {3: (1,), 4: (2,), 5: (3,), 6: (4,), 7: ()}


def test_values_of_the_file_are_mapped_to_what_is_meant(tmp_path: Path, request_type: RecordType):
    run = Import(
        tmp_path,
        "a,b,c\nx,BasicX, begun \ny,none,lost\n",
        columns={
            "a": "title",
            "b": {"to": "product", "values": {"basicx": "Basic", "none": None}},
            "c": {"to": "stage", "values": {"begun": "CALL"}},
        },
    )

    assert run.run().created == 2
    first, second = records()
    assert (first.stage, second.stage) == ("CALL", "LOST")
    assert (
        value(first, "product")
        == schema_for(system()).type("request").fields["product"].options[0].id
    )
    assert value(second, "product") is None


def test_constants_templates_and_defaults_fill_what_no_column_has(
    tmp_path: Path, request_type: RecordType
):
    make_field(request_type, "channel", default="web")
    run = Import(
        tmp_path,
        "first,last,channel\nAnn,Lee,\nBo,n/a,mail\n",
        columns={"channel": "channel", "last": {"to": "external_id", "values": {"n/a": None}}},
        fields={
            "title": {"template": "{first} {last}"},
            "closes_on": {"constant": "2026-12-31"},
        },
    )

    run.run()

    assert [(r.title, value(r, "channel")) for r in records()] == [
        ("Ann Lee", "web"),
        ("Bo", "mail"),
    ]
    assert {r.closes_on for r in records()} == {date(2026, 12, 31)}


def test_a_workbook_s_typed_cells_are_taken_as_they_are(tmp_path: Path, request_type: RecordType):
    path = xlsx_file(tmp_path, [["title", "amount", "closes on"], [2026, 12.5, date(2026, 3, 4)]])
    run = Import(tmp_path, "")
    run.path = path

    run.run()

    (record,) = records()
    assert (record.title, record.amount_minor, record.closes_on) == (
        "2026",
        1250,
        date(2026, 3, 4),
    )


def test_a_pipeline_named_by_the_row_decides_what_its_stages_mean(
    tmp_path: Path, request_type: RecordType
):
    make_pipeline("START > END", record_type=request_type, code="second")
    run = Import(
        tmp_path, "title,pipeline,stage\na,Second,start\nb,,start\nc,third,new\nd,second,\n"
    )

    counts = run.run()

    assert [(r.title, r.pipeline.code, r.stage) for r in records()] == [
        ("a", "second", "START"),
        ("d", "second", "START"),
    ]
    assert counts.refused == 2
    assert "no stage “start”" in run.refused[3]
    assert "no pipeline “third”. Choose one of: Main, Second." in run.refused[4]


def test_stage_s_required_fields_are_asked_of_rows_as_well(tmp_path: Path):
    record_type = make_type("request")
    pipeline = record_type.pipelines.get()
    pipeline.stages.filter(code="WON").update(required_from_here=["closes_on"])
    run = Import(tmp_path, "title,stage,closes on\na,won,\nb,won,2026-01-02\n")

    assert run.run().created == 1
    assert "Fill in “Closes on” first" in run.refused[2]
    assert run.wrong_places == {2: (2,)}


# --- rights -------------------------------------------------------------------------------


def test_import_needs_its_own_right(tmp_path: Path, request_type: RecordType, cast: Cast):
    cast.anna.groups.add(make_role("clerk", {request_type: {"view": "all", "add": "all"}}))
    run = Import(tmp_path, "title\na\n")

    with pytest.raises(PermissionRefused):
        run.run(actor=cast.actor("anna"))


def test_import_reaches_as_far_as_the_right(tmp_path: Path, request_type: RecordType, cast: Cast):
    role = make_role("clerk", {request_type: {"view": "all", "import": "department"}})
    cast.anna.groups.add(role)
    run = Import(tmp_path, "title,responsible,stage\na,anna,won\nb,boris,\nc,vera,\nd,,\n")

    counts = run.run(actor=cast.actor("anna"))

    assert [(r.title, r.stage) for r in records()] == [("a", "WON"), ("b", "NEW"), ("d", "NEW")]
    assert counts.refused == 1
    assert "Import" in run.refused[4]


def test_a_key_finds_only_what_the_actor_may_see(
    tmp_path: Path, request_type: RecordType, cast: Cast
):
    hidden = make_item(request_type, title="Same", responsible=cast.vera.pk)
    cast.anna.groups.add(make_role("clerk", {request_type: {"view": "own", "import": "own"}}))
    run = Import(
        tmp_path,
        "title,amount\nSame,5\n",
        columns={"title": "title", "amount": "amount"},
        key="title",
    )

    counts = run.run(actor=cast.actor("anna"))

    hidden.refresh_from_db()
    assert (counts.created, counts.updated) == (1, 0)
    assert hidden.amount_minor is None
