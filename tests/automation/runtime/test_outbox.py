"""What leaves our database: sent at least once, by key, in order, given up with a report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from automation.actions.runs import cancel_run, retry_run
from automation.choices import MessageState, RunStatus
from automation.models import GlobalValue, JournalEntry, OutboxMessage, Run
from automation.runtime import clock, outbox
from automation.runtime.replaying import differences
from automation.tasks import sweep
from tests.factories.automation import log, make_program, make_run, run_due, story
from tests.factories.smart_processes import system
from tests.support.http_server import HttpServer, http_server

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with (
        http_server() as running,
        override_settings(AUTOMATION_HTTP_ALLOWED=["127.0.0.0/8"]),
        clock.moved(MONDAY),
    ):
        yield running


def call(url: str, **parts: Any) -> dict[str, Any]:
    params = {"url": url, "body": {"order": 5}, **parts.pop("params", {})}
    return {"id": "call", "type": "http_request", "params": params, **parts}


def calling(server: HttpServer, **parts: Any) -> Run:
    after = log("after", "{=call:status} {=call:body.id}")
    run = make_run(make_program(call(f"{server.url}/orders?x=1", **parts), after))
    run_due()
    return run


def work() -> None:
    outbox.send_due()
    run_due()


def test_a_request_leaves_after_the_turn_and_its_answer_comes_back(server: HttpServer) -> None:
    server.answers = [(201, JSON, b'{"id": 7}')]
    run = calling(server)
    run.refresh_from_db()
    assert (run.status, server.received) == (RunStatus.WAITING, [])

    sweep.apply()
    sweep.apply()

    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    (request,) = server.received
    assert (request.method, request.path, request.body) == ("POST", "/orders?x=1", b'{"order":5}')
    assert request.headers["idempotency-key"] == f"{run.pk}:call:1"
    assert JournalEntry.objects.get(run=run, step="after").operation_status_message == "201 7"
    assert OutboxMessage.objects.get().state == MessageState.DELIVERED


def test_a_server_that_is_down_is_asked_again_with_the_same_key(server: HttpServer) -> None:
    server.answers = [(503, {}, b""), (429, {}, b"")]
    run = calling(server)

    for minutes in (0, 1, 5):
        with clock.moved(MONDAY + timedelta(minutes=minutes)):
            work()

    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    assert len(server.received) == 3
    assert len({each.headers["idempotency-key"] for each in server.received}) == 1


def test_before_its_time_a_message_is_not_sent_again(server: HttpServer) -> None:
    server.answers = [(503, {}, b"")]
    calling(server)
    work()

    with clock.moved(MONDAY + timedelta(seconds=59)):
        work()

    assert len(server.received) == 1


def test_a_message_nobody_takes_is_given_up_and_the_step_fails(server: HttpServer) -> None:
    server.answers = [(500, {}, b"")] * outbox.MOST_ATTEMPTS
    run = calling(server)

    for hours in range(0, 40, 5):
        with clock.moved(MONDAY + timedelta(hours=hours)):
            work()

    run.refresh_from_db()
    message = OutboxMessage.objects.get()
    assert (message.state, message.due_at) == (MessageState.DEAD, None)
    assert (run.status, run.error) == (RunStatus.FAILED, "HTTP status 500")
    failed = JournalEntry.objects.get(run=run, operation_status_code="error")
    assert failed.operation_status_kind == "transport"


def test_what_was_given_up_is_sent_again_with_the_same_key(server: HttpServer) -> None:
    server.answers = [(500, {}, b"")] * outbox.MOST_ATTEMPTS
    run = calling(server)
    for hours in range(0, 40, 5):
        with clock.moved(MONDAY + timedelta(hours=hours)):
            work()
    server.answers = [(503, {}, b""), (201, JSON, b'{"id": 7}')]

    with clock.moved(MONDAY + timedelta(days=3)):
        retry_run(run, actor=system())
        run_due()
        work()
    assert OutboxMessage.objects.get().attempt_count == 1  # it is tried for hours anew
    with clock.moved(MONDAY + timedelta(days=3, minutes=1)):
        work()

    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    assert len(server.received) == outbox.MOST_ATTEMPTS + 2
    assert {each.headers["idempotency-key"] for each in server.received} == {f"{run.pk}:call:1"}
    assert {each.body for each in server.received} == {b'{"order":5}'}
    assert OutboxMessage.objects.get().state == MessageState.DELIVERED
    assert differences(run) == []


def test_step_that_tries_again_by_itself_keeps_its_key(server: HttpServer) -> None:
    server.answers = [(409, {}, b"busy"), (201, JSON, b'{"id": 7}')]
    run = calling(server, on_error={"then": "stop", "retry": 2, "backoff": "1h"})
    work()

    with clock.moved(MONDAY + timedelta(hours=1)):
        run_due()
        work()

    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    keys = [each.headers["idempotency-key"] for each in server.received]
    assert keys == [f"{run.pk}:call:1"] * 2


def test_each_turn_of_a_loop_has_a_key_of_its_own(server: HttpServer) -> None:
    loop = {"id": "loop", "type": "for_each", "over": [1, 2], "steps": [call(server.url)]}
    run = make_run(make_program(loop))
    run_due()
    for _ in range(2):
        work()

    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    keys = [each.headers["idempotency-key"] for each in server.received]
    assert len(keys) == len(set(keys)) == 2


def test_claim_from_before_a_message_was_sent_again_writes_nothing(server: HttpServer) -> None:
    server.answers = [(422, {}, b"")]
    run = calling(server)
    (late,) = outbox.claim(MONDAY)
    with clock.moved(MONDAY + 2 * outbox.LEASE):
        work()  # another worker hears the refusal
        retry_run(run, actor=system())
        run_due()

        with pytest.raises(outbox.ClaimLost):
            outbox.settle(late, outbox.Refused("late"), clock.now())
        work()

    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED


def test_a_refusal_is_final(server: HttpServer) -> None:
    server.answers = [(422, {}, b"no such order")]
    run = calling(server)

    work()

    run.refresh_from_db()
    assert run.status == RunStatus.FAILED
    assert run.error == "HTTP status 422: no such order"
    assert len(server.received) == 1


def test_messages_of_a_run_leave_one_after_the_other(server: HttpServer) -> None:
    branches = [{"steps": [call(server.url) | {"id": f"call{n}"}]} for n in range(2)]
    make_run(make_program({"id": "p", "type": "parallel", "branches": branches}))
    run_due()

    assert outbox.send_due() == 1
    assert outbox.send_due() == 1

    assert len(server.received) == 2


def test_a_worker_that_was_thought_dead_writes_nothing(server: HttpServer) -> None:
    run = calling(server)
    (late,) = outbox.claim(MONDAY)
    with clock.moved(MONDAY + 2 * outbox.LEASE):
        outbox.send_due()

    with pytest.raises(outbox.ClaimLost):
        outbox.settle(late, outbox.Refused("late"), MONDAY)

    assert OutboxMessage.objects.get().state == MessageState.DELIVERED
    with clock.moved(MONDAY + 2 * outbox.LEASE):
        run_due()
    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED


def test_what_a_cancelled_run_has_not_sent_is_never_sent(server: HttpServer) -> None:
    run = calling(server)

    cancel_run(run, actor=system(), reason="a mistake")
    work()

    assert server.received == []
    assert OutboxMessage.objects.get().state == MessageState.CANCELLED
    assert story(run)[-1] == "cancelled"


def test_secrets_are_sent_and_never_written_down(server: HttpServer) -> None:
    GlobalValue.objects.create(
        kind="constant", code="token", label="Token", value="s3cr3t-token", is_secret=True
    )
    server.answers = [(200, JSON, b'{"echo": "s3cr3t-token"}')]
    params = {
        "secret": "Bearer {=GlobalConst:token}",
        "headers": {"X-Key": "{=GlobalConst:token}"},
    }
    run = calling(server, params=params)

    work()

    assert server.received[0].headers["authorization"] == "Bearer s3cr3t-token"
    assert server.received[0].headers["x-key"] == "s3cr3t-token"
    lines = [
        str([line.inputs, line.operation_status_message, line.activity_return_result])
        for line in JournalEntry.objects.filter(run=run)
    ]
    assert "s3cr3t" not in "".join(lines)
    assert "s3cr3t" not in str(OutboxMessage.objects.get().payload)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/", "http://10.0.0.1/"]
)
def test_addresses_inside_our_network_are_refused(url: str) -> None:
    run = make_run(make_program(call(url)))
    run_due()

    work()

    run.refresh_from_db()
    assert run.status == RunStatus.FAILED
    assert "inside our own network" in run.error


@pytest.mark.parametrize("url", ["ftp://example.com/", "http:///x", "http://a:b@example.com", "x"])
def test_what_is_no_address_fails_at_once(url: str) -> None:
    run = make_run(make_program(call(url)))

    run_due()

    run.refresh_from_db()
    assert run.status == RunStatus.FAILED
    assert not OutboxMessage.objects.exists()
