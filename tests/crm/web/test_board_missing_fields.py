"""Moving cards over HTTP into a stage that asks for more."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from smart_processes.models import Item, Pipeline
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_field,
    make_item,
    make_pipeline,
    make_type,
)
from tests.support.board_answers import Answer
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db

EVERYTHING = dict.fromkeys(("view", "add", "change", "delete"), "all")


def order(pipeline: Pipeline, stage: str) -> list[int]:
    column = Item.objects.filter(pipeline=pipeline, stage=stage).order_by("position", "pk")
    return list(column.values_list("pk", flat=True))


@pytest.fixture
def asking(cast: Cast) -> Pipeline:
    """A pipeline whose stage CALL needs two fields, for Anna."""
    sale = make_type("sale")
    make_field(sale, "signed_on", "date")
    make_field(sale, "terms", "integer", config={"min": 0, "max": 90})
    cast.anna.groups.add(make_role("seller", {sale: EVERYTHING}))
    return make_pipeline(record_type=sale, code="asking", require={"CALL": ["signed_on", "terms"]})


def fill(client: Client, item: Item, **values: str) -> Answer:
    sent = {f"value-{code}": value for code, value in values.items()}
    wish = {"move-stage": "CALL", "move-expected": "NEW"}
    return Answer(client.post(f"/sale/{item.pk}/move/?pipeline=asking", wish | sent))


def test_missing_fields_are_asked_for_in_a_dialog(cast: Cast, asking: Pipeline) -> None:
    item = make_item(asking, title="<b>Boat</b>", terms="30")

    answer = fill(signed_in(cast.anna, HTTP_HX_REQUEST="true"), item)

    assert (answer.status, answer.goes_to) == (422, "#dialog-host")
    assert 'name="value-signed_on"' in answer.html
    assert 'name="value-terms"' not in answer.html
    assert "1 field is missing" in answer.html
    assert "&lt;b&gt;Boat&lt;/b&gt;" in answer.html
    assert f'data-asks-for="{item.pk}"' in answer.html
    assert order(asking, "NEW") == [item.pk]


def test_filled_fields_are_saved_with_the_move(cast: Cast, asking: Pipeline) -> None:
    item = make_item(asking)

    answer = fill(
        signed_in(cast.anna, HTTP_HX_REQUEST="true"), item, signed_on="2026-11-01", terms="30"
    )

    item.refresh_from_db()
    assert answer.status == 200
    assert (item.stage, sorted(map(str, item.values.values()))) == ("CALL", ["2026-11-01", "30"])


def test_wrong_value_is_told_at_its_field_and_nothing_changes(cast: Cast, asking: Pipeline) -> None:
    item = make_item(asking)

    answer = fill(
        signed_in(cast.anna, HTTP_HX_REQUEST="true"), item, signed_on="2026-11-01", terms="120"
    )

    assert answer.status == 422
    assert "Enter 90 or less." in answer.html
    assert 'value="2026-11-01"' in answer.html
    item.refresh_from_db()
    assert (item.stage, item.values) == ("NEW", {})


def test_field_left_empty_is_asked_for_again(cast: Cast, asking: Pipeline) -> None:
    item = make_item(asking)

    answer = fill(signed_in(cast.anna, HTTP_HX_REQUEST="true"), item, signed_on="", terms="30")

    assert answer.status == 422
    assert "Fill this in." in answer.html
    assert 'value="30"' in answer.html


def test_unknown_field_is_refused(cast: Cast, asking: Pipeline) -> None:
    item = make_item(asking)

    answer = fill(signed_in(cast.anna, HTTP_HX_REQUEST="true"), item, nothing="1")

    assert answer.status == 422
    assert "There is no field “nothing”." in answer.html
    assert order(asking, "NEW") == [item.pk]


def test_dialog_repeats_where_the_card_was_dropped(cast: Cast, asking: Pipeline) -> None:
    item = make_item(asking)
    wish = {"move-stage": "CALL", "move-expected": "NEW", "move-below": "7"}

    answer = Answer(
        signed_in(cast.anna, HTTP_HX_REQUEST="true").post(
            f"/sale/{item.pk}/move/?pipeline=asking", wish
        )
    )

    hidden = dict(re.findall(r'type="hidden" name="(move-\w+)" value="([^"]*)"', answer.html))
    assert hidden == wish


def test_file_that_a_stage_needs_is_stored_with_the_move(cast: Cast) -> None:
    sale = make_type("sale")
    make_field(sale, "contract", "file")
    cast.anna.groups.add(make_role("seller", {sale: EVERYTHING}))
    pipeline = make_pipeline(record_type=sale, code="asking", require={"CALL": ["contract"]})
    item = make_item(pipeline)
    client = signed_in(cast.anna, HTTP_HX_REQUEST="true")
    asked = fill(client, item)

    scan = SimpleUploadedFile("contract.txt", b"signed")
    values = {"move-stage": "CALL", "move-expected": "NEW", "value-contract": scan}
    answer = Answer(client.post(f"/sale/{item.pk}/move/?pipeline=asking", values))

    assert 'hx-encoding="multipart/form-data"' in asked.html
    assert answer.status == 200
    assert item.files.get().name == "contract.txt"
