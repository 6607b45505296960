"""`manage.py board` prints what the page shows."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from smart_processes.actions.currencies import add_currency
from smart_processes.actions.observers import add_observer
from smart_processes.models import RecordType
from smart_processes.schema import schema_for
from smart_processes.selectors.board import board_columns
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, make_type, system

pytestmark = pytest.mark.django_db


def board(*arguments: str) -> str:
    """Return what the command printed."""
    out = StringIO()
    call_command("board", *arguments, stdout=out)
    return out.getvalue()


def columns(*arguments: str) -> list[dict[str, Any]]:
    """Return the columns of the command's JSON."""
    found: list[dict[str, Any]] = json.loads(board(*arguments, "--json"))["columns"]
    return found


@pytest.fixture
def request_type(cast: Cast) -> RecordType:
    """Return a type with records of anna, boris and vera."""
    record_type = make_type("request", has_pipelines=True)
    for person, stage, amount in (
        (cast.anna, "NEW", "10.50 EUR"),
        (cast.boris, "NEW", "1000 EUR"),
        (cast.vera, "WON", "3 EUR"),
    ):
        make_item(record_type, stage=stage, amount=amount, responsible=person.pk)
    return record_type


def test_counts_and_sums_of_everything(request_type: RecordType):
    assert columns("request") == [
        {"code": "NEW", "name": "New", "count": 2, "sum": "1010.50"},
        {"code": "CALL", "name": "Call", "count": 0, "sum": "0.00"},
        {"code": "WON", "name": "Won", "count": 1, "sum": "3.00"},
        {"code": "LOST", "name": "Lost", "count": 0, "sum": "0.00"},
    ]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [("own", (1, "10.50")), ("department", (2, "1010.50")), ("none", None)],
)
def test_each_person_s_board_is_the_page_s(request_type: RecordType, cast: Cast, scope, expected):
    cast.anna.groups.add(make_role("clerk", {request_type: {"view": scope}}))

    shown = columns("request", "--as", "anna")

    actor = cast.actor("anna")
    type_schema = schema_for(actor).type("request")
    page = board_columns(
        actor=actor, type_schema=type_schema, pipeline=type_schema.default_pipeline
    )
    assert [(c["code"], c["count"]) for c in shown] == [
        (c.stage.code, c.record_count) for c in page
    ]
    found = {c["code"]: (c["count"], c["sum"]) for c in shown}
    assert found.get("NEW") == expected


def test_a_watched_record_counts_as_well(request_type: RecordType, cast: Cast):
    watched = make_item(request_type, amount="7 EUR", responsible=cast.vera.pk)
    add_observer(watched, cast.guest, actor=system())

    assert {c["code"]: c["sum"] for c in columns("request", "--as", "guest")}["NEW"] == "7.00"


def test_another_pipeline_is_chosen_by_its_code(request_type: RecordType):
    make_pipeline("START > END", record_type=request_type, code="second")

    assert [c["code"] for c in columns("request", "--pipeline", "second")] == ["START", "END"]


def test_sums_are_in_major_units_of_the_base_currency(request_type: RecordType):
    add_currency("JPY", "0.01", actor=system())
    make_item(request_type, stage="LOST", amount="1000 JPY")

    assert columns("request")[3]["sum"] == "10.00"


def test_the_table_is_for_people(request_type: RecordType):
    assert board("request").splitlines()[:2] == [
        "Stage  Code  Records  Sum, EUR",
        "New    NEW         2  1,010.50",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ghost"], "no record type “ghost”.*company"),
        (["deal", "--pipeline", "ghost"], "no pipeline “ghost”.*main"),
        (["deal", "--as", "ghost"], "nobody with the user name “ghost”"),
    ],
)
def test_wrong_names_are_told(arguments, sentence):
    with pytest.raises(CommandError, match=sentence) as refused:
        board(*arguments)

    assert refused.value.returncode == 1
