"""What parameters name is looked for before a program is published."""

from __future__ import annotations

from typing import Any

import pytest

from automation.exceptions import ProgramInvalid
from tests.factories.accounts import make_user
from tests.factories.automation import make_program
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_pipeline, make_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def publish(cast: Cast) -> Any:
    """Return what publishes one step for records of the type `order`."""
    orders = make_type("order")
    make_pipeline("FIRST > LAST", record_type=orders, code="second")
    make_field(make_type("invoice", "DRAFT > PAID"), "colour")
    make_user("gone", is_active=False)

    def publish_step(activity: str, **params: Any) -> list[str]:
        step = {"id": "step", "type": activity, "params": params}
        variables = [{"code": "sum", "kind": "string"}]
        try:
            make_program(step, record_type=orders, variables=variables)
        except ProgramInvalid as refusal:
            return [f"{each.path} {each.params.get('name')}" for each in refusal.problems]
        return []

    return publish_step


@pytest.mark.parametrize(
    ("activity", "params"),
    [
        ("set_fields", {"values": {"title": "a", "AMOUNT": 5}}),
        ("set_variables", {"values": {"sum": 5}}),
        ("change_stage", {"stage": "WON"}),
        ("change_stage", {"stage": "LAST", "pipeline": "second"}),
        ("change_stage", {"stage": "{=Variable:sum}", "pipeline": "=lower('X')"}),
        ("create_record", {"type": "invoice", "values": {"colour": "red"}, "stage": "PAID"}),
        ("create_record", {"type": "{=Variable:sum}", "values": {"anything": "red"}}),
        ("change_responsible", {"people": "anna; {=Variable:sum}, boris@example.com"}),
        ("change_responsible", {"people": ["anna", "{=Document:responsible}", "gone"]}),
        ("read_parent", {"field": "title"}),
        ("update_record", {"record": 5, "values": {"anything": 1}}),
        ("find_records", {"type": "invoice", "filters": {"colour_contains": 1, "stage": "PAID"}}),
        ("log", {"text": "{=Document:url} {=Document:id}"}),
    ],
)
def test_what_is_there_is_published(publish: Any, activity: str, params: dict[str, Any]) -> None:
    assert publish(activity, **params) == []


@pytest.mark.parametrize(
    ("activity", "params", "problem"),
    [
        ("set_fields", {"values": {"colour": 1}}, "values.colour colour"),
        ("set_variables", {"values": {"total": 5}}, "values.total total"),
        ("change_stage", {"stage": "PAID"}, "stage PAID"),
        ("change_pipeline", {"pipeline": "third"}, "pipeline third"),
        ("create_record", {"type": "bill"}, "type bill"),
        ("create_record", {"type": "invoice", "stage": "WON"}, "stage WON"),
        ("create_record", {"type": "invoice", "values": {"size": 1}}, "values.size size"),
        ("change_responsible", {"people": ["anna", "nobody"]}, "people nobody"),
        ("change_observers", {"people": 10**12}, f"people {10**12}"),
        ("read_parent", {"field": "parent"}, "field parent"),
        (
            "find_records",
            {"type": "invoice", "filters": {"size_min": 1}},
            "filters.size_min size_min",
        ),
    ],
)
def test_what_is_not_there_is_found_with_its_place(
    publish: Any, activity: str, params: dict[str, Any], problem: str
) -> None:
    (found,) = publish(activity, **params)

    assert found.endswith(f".params.{problem}")
