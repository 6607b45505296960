"""Trial runs over HTTP: trying a rule on a record, with answers, and keeping cases."""

from __future__ import annotations

import pytest
from django.test import Client

from automation.models import Run, Todo, Trial
from smart_processes.models import Item, Pipeline, RecordType
from tests.factories.accounts import make_role
from tests.factories.automation import log, make_program, make_robot
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type

pytestmark = pytest.mark.django_db

ASK = {
    "id": "ask",
    "type": "create_todo",
    "title": "Ask the boss",
    "params": {"title": "Call back", "is_awaited": True},
}
RENAME = {
    "id": "rename",
    "type": "set_fields",
    "params": {"values": {"title": "By {=ask:done_by}"}},
}


@pytest.fixture
def sale(cast: Cast) -> RecordType:
    """Anna may automate sales, Boris may see them."""
    sale = make_type("sale")
    cast.anna.groups.add(make_role("chief", {sale: {"view": "all", "automate": "all"}}))
    cast.boris.groups.add(make_role("seller", {sale: {"view": "all"}}))
    return sale


@pytest.fixture
def pipeline(sale: RecordType) -> Pipeline:
    return sale.pipelines.get(code="main")


@pytest.fixture
def item(pipeline: Pipeline) -> Item:
    return make_item(pipeline, title="Coffee machine")


@pytest.fixture
def anna(cast: Cast) -> Client:
    client = Client(HTTP_HX_REQUEST="true")
    client.force_login(cast.anna)
    return client


def chosen(item: Item) -> str:
    """Return a record as the control sends it."""
    return f"#{item.pk} {item.title}"


def test_a_robot_is_tried_on_a_record_and_nothing_changes(
    anna: Client, pipeline: Pipeline, item: Item
) -> None:
    robot = make_robot(
        pipeline.stages.get(code="CALL"),
        "set_fields",
        name="Rename",
        params={"values": {"title": "Espresso"}},
    )
    address = f"/sale/automation/robots/{robot.pk}/try/"
    asked = anna.get(f"{address}?record={item.pk}").content.decode()

    answer = anna.post(address, {"value-record": chosen(item), "at": ""})

    assert "Coffee machine" in asked
    text = answer.content.decode()
    assert "It would act" in text
    assert "Espresso" in text
    item.refresh_from_db()
    assert item.title == "Coffee machine"
    assert not Run.objects.exists()


def test_the_answers_of_people_can_be_chosen(anna: Client, sale: RecordType, item: Item) -> None:
    program = make_program(ASK, RENAME, code="ask_first", record_type=sale)
    address = f"/automation/programs/{program.code}/try/"
    waiting = anna.post(address, {"value-record": chosen(item), "at": ""}).content.decode()

    answer = anna.post(
        address,
        {
            "value-record": chosen(item),
            "at": "",
            "asked": "ask",
            "answer-ask-how": "well",
            "answer-ask-result-done_by": "7",
        },
    )

    assert "Ask the boss" in waiting
    assert "It would wait until" in waiting
    assert "By 7" in answer.content.decode()
    assert not Todo.objects.exists()


def test_a_case_is_kept_tried_again_and_deleted(anna: Client, sale: RecordType, item: Item) -> None:
    program = make_program(RENAME | {"params": {"values": {"title": "Tea"}}}, record_type=sale)
    anna.post(f"/automation/programs/{program.code}/try/", {"value-record": chosen(item)})
    trial = Trial.objects.get()

    kept = anna.post(f"/automation/trials/{trial.pk}/keep/", {"name": "Usual"})
    same = anna.post(f"/automation/trials/{trial.pk}/again/")
    gone = anna.post(f"/automation/trials/{trial.pk}/forget/")

    assert "Usual" in kept.content.decode()
    assert "As before" in same.content.decode()
    assert "Usual" not in gone.content.decode()
    assert not Trial.objects.exists()


def test_a_record_that_does_not_exist_is_a_sentence(
    anna: Client, sale: RecordType, item: Item
) -> None:
    program = make_program(log("a"), record_type=sale)

    answer = anna.post(f"/automation/programs/{program.code}/try/", {"value-record": "Nothing"})

    assert answer.status_code == 422
    assert "There is no such record" in answer.content.decode()


def test_who_may_not_automate_may_not_try(cast: Cast, pipeline: Pipeline, item: Item) -> None:
    robot = make_robot(pipeline.stages.get(code="CALL"))
    client = Client()
    client.force_login(cast.boris)

    answer = client.get(f"/sale/automation/robots/{robot.pk}/try/")

    assert answer.status_code == 403
