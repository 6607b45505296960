"""Mappings that fit no file, and columns that are matched without a mapping."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from smart_processes.imports.plan import left_out
from smart_processes.imports.receivers import propose_mapping
from smart_processes.imports.refusals import MappingRefused
from smart_processes.imports.tables import open_table
from smart_processes.models import RecordType
from smart_processes.schema import schema_for
from tests.factories.smart_processes import (
    make_field,
    system,
)
from tests.smart_processes.imports.files import csv_file
from tests.smart_processes.imports.importing import Import, make_request_type, records, value

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_type() -> RecordType:
    """Return a type with a choice and a unique field."""
    return make_request_type()


# --- mappings that do not fit -------------------------------------------------------------


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"columns": {"b": "title"}}, "no column “b”. It has: “a”"),
        ({"columns": {"a": "colour"}}, "has no field “colour”. It has: “title”"),
        ({"columns": {"a": "created_at"}}, "“Created at” is kept by the system"),
        ({"columns": {"a": "title"}, "key": "external_id"}, "“external_id” is filled by no column"),
        ({"columns": {"a": "amount"}, "key": "amount"}, "cannot be found by “amount”"),
        ({"columns": {"a": "title"}, "type": "deal"}, "for “deal”, not for “request”"),
        ({"columns": {"a": {"to": "title", "date_order": "dayfirst"}}}, "“date_order”"),
        ({"columns": {"a": "title"}, "fields": {"title": {"constant": "x"}}}, "Two columns"),
        ({"columns": {"a": {"to": "parent", "link": {"type": "deal"}}}}, "not to “deal”"),
        ({"columns": {"a": {"to": "parent", "link": {"by": "nothing"}}}}, "by “nothing”"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_before_any_row(
    tmp_path: Path, request_type: RecordType, mapping: dict[str, Any], sentence: str
):
    make_field(request_type, "parent", "link", config={"target": "request"})
    run = Import(tmp_path, "a\nx\n", **mapping)

    with pytest.raises(MappingRefused, match=sentence):
        run.run()

    assert records() == []


# --- columns that are matched -------------------------------------------------------------


def test_columns_are_matched_by_code_label_and_usual_names(
    tmp_path: Path, request_type: RecordType
):
    text = "Opportunity,Closes on,serial,Ответственный,Deal stage,Colour\nx,25/04/2026,1,,won,red\n"
    table = open_table(csv_file(tmp_path, text))

    mapping = propose_mapping("request", table, actor=system())

    assert {rule.column: rule.to for rule in mapping.rules} == {
        "Opportunity": "title",
        "Closes on": "closes_on",
        "serial": "serial",
        "Ответственный": "responsible",
        "Deal stage": "stage",
    }
    assert left_out(mapping, table.headings) == ["Colour"]
    assert {r.to: r.settings for r in mapping.rules}["closes_on"] == {"date_order": "dayfirst"}


def test_a_contact_s_name_is_two(tmp_path: Path):
    run = Import(tmp_path, "Name,E-mail,Phone,Mobile\nElena van Marsh,e@x.example,,+375291112233\n")

    assert run.run("contact").created == 1

    (contact,) = records("contact")
    assert contact.title == "Elena van Marsh"
    typed = schema_for(system()).type("contact").model._base_manager.get(pk=contact.pk)
    assert (value(typed, "first_name"), value(typed, "last_name")) == ("Elena", "van Marsh")
    assert value(typed, "emails") == ["e@x.example"]
    assert value(typed, "phones") == ["+375291112233"]
