"""What another system answers goes into fields and variables, once and as the record takes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from automation.actions.runs import retry_run
from automation.models import TriggerEvent
from automation.runtime import outbox
from automation.runtime.replaying import differences
from smart_processes.models import Item
from tests.automation.activities.stepping import Story, run_steps
from tests.factories.automation import make_robot, run_due
from tests.factories.smart_processes import make_field, make_item, make_type, system
from tests.support.http_server import HttpServer, http_server

pytestmark = pytest.mark.django_db
JSON = {"Content-Type": "application/json"}
ANSWER = b'{"order": {"id": 7, "lines": [{"sum": "12.50"}]}}'


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with (
        http_server() as running,
        override_settings(AUTOMATION_HTTP_ALLOWED=["127.0.0.0/8"]),
    ):
        yield running


@pytest.fixture
def item() -> Item:
    kind = make_type("request")
    make_field(kind, "order_number", "integer")
    make_field(kind, "told")
    return make_item(kind)


def call(server: HttpServer, item: Item | None, **params: Any) -> Story:
    step = {"id": "call", "type": "http_request", "params": {"url": server.url, **params}}
    after = {"id": "after", "type": "log", "params": {"text": "Sum {=Variable:sum}"}}
    return run_steps(step, after, item=item, variables=("sum",))


def work() -> None:
    run_due()
    outbox.send_due()
    run_due()


def number_of(item: Item) -> str:
    item.refresh_from_db()
    return " ".join(str(value) for value in item.values.values())


def test_parts_of_the_answer_go_into_fields_and_variables(server: HttpServer, item: Item) -> None:
    server.answers = [(200, JSON, ANSWER)]

    story = call(
        server,
        item,
        answer_fields={"order_number": "order.id", "told": "order.nothing"},
        answer_variables={"sum": "order.lines.0.sum"},
    )

    assert number_of(item) == "7"
    assert story.effects("call") == [(item.pk, "order_number", None, 7)]
    assert "nothing at: order.nothing" in story.line("call").operation_status_message
    assert story.line("after").operation_status_message == "Sum 12.50"
    assert differences(story.run) == []


def test_a_value_that_the_record_does_not_take_fails_the_step(
    server: HttpServer, item: Item
) -> None:
    server.answers = [(200, JSON, b'{"id": "many"}'), (200, JSON, b'{"id": 8}')]

    story = call(server, item, answer_fields={"order_number": "id"})

    assert story.error("call")[0] == "application"
    story.run.refresh_from_db()
    assert story.run.status == "failed"
    assert number_of(item) == ""
    assert differences(story.run) == []

    retry_run(story.run, actor=system())
    work()
    story.run.refresh_from_db()
    assert (story.run.status, number_of(item)) == ("completed", "8")
    assert differences(story.run) == []


def test_without_a_record_nothing_leaves(server: HttpServer) -> None:
    story = call(server, None, answer_fields={"order_number": "id"})

    assert story.error("call") == (
        "application",
        "This step needs a record, but the run has none.",
    )
    assert server.received == []


def test_a_robot_fills_fields_from_an_answer_and_triggers_hear_of_it(
    server: HttpServer, item: Item
) -> None:
    server.answers = [(200, JSON, ANSWER)]
    stage = item.pipeline.stages.get(code="NEW")
    params = {"url": server.url, "answer_fields": {"order_number": "order.id"}}
    make_robot(stage, "http_request", params=params)
    made = make_item(item.type)

    work()

    assert number_of(made) == "7"
    assert not TriggerEvent.objects.filter(due_at__isnull=False).exists()
