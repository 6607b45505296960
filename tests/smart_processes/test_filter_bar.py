"""What the filter bar shows: chips, forms, the parameters that a view keeps."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from accounts.models import User
from smart_processes.filter_bar import (
    describe_filters,
    filter_form,
    filter_references,
    filterable_fields,
)
from smart_processes.filters import filterset_for
from smart_processes.schema import TypeSchema, schema_for
from smart_processes.selectors.names import load_names
from tests.factories.filtered_requests import filtered, make_different_requests
from tests.factories.smart_processes import (
    system,
)

pytestmark = pytest.mark.django_db


def schema_of(code: str) -> TypeSchema:
    return schema_for(system()).type(code)


@pytest.fixture
def requests(db: None) -> None:
    make_different_requests()


@pytest.mark.usefixtures("requests")
def test_chips_say_what_is_filtered_and_how_to_be_rid_of_it() -> None:
    anna = User.objects.get(username="anna.keller")
    parameters = {
        "search": "scan <b>",
        "stage": ["NEW", "CALL"],
        "responsible": [str(anna.pk)],
        "amount_min": "4000",
        "amount_max": "9000.50",
        "colour": ["red", "green"],
        "due_period": "this_week",
        "due_before": "2026-11-30",
        "note_contains": "x",
        "signed_empty": "true",
        "size_empty": "false",
        "number": "1",
        "sort": "-size",
    }
    filterset = filtered(parameters)
    names = load_names(filter_references(filterset), actor=system())

    chips = describe_filters(filterset, names)

    assert [chip.text for chip in chips] == [
        "“scan <b>”",
        "Stage: New, Call",
        "Responsible: Anna Keller",
        "Amount from €4,000",
        "Amount up to €9,000.50",
        "Colour: Red, Green",
        "Due: this week",
        "Due up to 30 Nov 2026",
        "Note contains “x”",
        "Signed is empty",
        "Size is filled in",
        "No.: REQ-000001",
    ]
    assert [chip.remove_param for chip in chips] == [p for p in parameters if p != "sort"]
    assert {chip.code for chip in chips} >= {"amount", "due", "stage", "search"}


@pytest.mark.usefixtures("requests")
def test_parameters_are_kept_as_a_saved_view_holds_them() -> None:
    filterset = filtered(QueryDict("responsible=1&responsible=2&amount_min=&search=x&sort=-size"))

    kept = filterset.parameters()

    assert kept == {"responsible": ["1", "2"], "search": ["x"]}
    assert filterset.sort == "-size"
    assert filterset.is_filtering
    assert not filtered({"sort": "size"}).is_filtering


@pytest.mark.usefixtures("requests")
def test_menu_offers_every_field_and_its_form_shows_what_is_chosen() -> None:
    schema = schema_of("request")
    offered = filterable_fields(schema)

    assert {each.code for each in offered} >= {"stage", "title", "amount", "colour", "helper"}
    for each in offered:
        form = filter_form(schema, each.code, {f"{each.code}_empty": "true"})
        assert form is not None
        html = str(form)
        for name in form.fields:
            assert name in {entry.param for entry in each.inputs}
            assert f'name="{name}"' in html
    assert filter_form(schema, "nothing") is None


@pytest.mark.usefixtures("requests")
def test_every_parameter_that_is_offered_is_known() -> None:
    schema = schema_of("request")
    known = filterset_for(schema).base_filters

    for each in filterable_fields(schema):
        for entry in each.inputs:
            assert entry.param in known
