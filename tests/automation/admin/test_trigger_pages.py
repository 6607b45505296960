"""The pages of triggers, as a browser sends their forms."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from automation.models import Trigger
from smart_processes.models import Pipeline
from tests.automation.triggers.triggering import make_trigger
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_pipeline, make_type
from tests.support.admin_forms import add_url, change_url, delete_url, said, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline(db: None) -> Pipeline:
    record_type = make_type("sale", stages="")
    make_field(record_type, "city")
    return make_pipeline("NEW > CALL > WON", record_type=record_type)


def typed(pipeline: Pipeline, **values: Any) -> dict[str, Any]:
    usual = {
        "stage": pipeline.stages.get(code="CALL").pk,
        "kind": "field_changed",
        "params": '{"fields": ["city"]}',
    }
    return usual | values


def row(**parts: Any) -> str:
    return json.dumps([{"object": "Document", "field": "city", "operator": "eq", **parts}])


def test_trigger_is_made_and_changed(owner: Client, pipeline: Pipeline, cast: Cast) -> None:
    condition = row(value="Minsk")
    assert send(owner, add_url(Trigger), **typed(pipeline, condition=condition)) == ""
    trigger = Trigger.objects.get()
    assert (trigger.name, trigger.stage.code) == ("A field changed", "CALL")
    assert (trigger.params, trigger.condition) == ({"fields": ["city"]}, json.loads(condition))
    assert trigger.created_by == cast.anna

    won = pipeline.stages.get(code="WON").pk
    assert send(owner, change_url(trigger), stage=won, is_moving=None, condition="") == ""

    trigger.refresh_from_db()
    assert (trigger.stage.code, trigger.is_moving, trigger.condition) == ("WON", False, [])
    assert "/sale/automation/?pipeline=main" in owner.get(change_url(trigger)).content.decode()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"params": '{"fields": ["nowhere"]}'}, "There is nothing called “nowhere”."),
        ({"params": ""}, "Fill in “Fields”."),
        ({"params": "{fields}"}, "This is not JSON: look at line 1, column 2."),
        ({"condition": row(field="nowhere")}, "$.condition: There is nothing called"),
        ({"condition": row(operator="resembles")}, "There is no operator “resembles”."),
        ({"condition": '{"field": "city"}'}, "A condition is a list"),
        ({"stage": ""}, "This field is required"),
    ],
)
def test_wrong_trigger_is_refused_with_a_sentence(
    owner: Client, pipeline: Pipeline, values: dict[str, Any], sentence: str
) -> None:
    told = send(owner, add_url(Trigger), **typed(pipeline, **values))

    assert sentence in told
    assert not Trigger.objects.exists()


def test_webhook_shows_its_address_and_no_secret(owner: Client, pipeline: Pipeline) -> None:
    hook = make_trigger(pipeline, "CALL", "incoming_webhook", "Shop")

    page = said(owner.get(change_url(hook)))

    assert f"/hooks/{hook.public_id}/" in page
    assert "It lets nobody in" in page


def test_trigger_is_deleted(owner: Client, pipeline: Pipeline) -> None:
    trigger = make_trigger(pipeline, "CALL", "comment_added", "Said")

    owner.post(delete_url(trigger), {"post": "yes"})

    assert not Trigger.objects.exists()
