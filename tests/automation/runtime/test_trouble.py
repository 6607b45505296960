"""Trouble around the engine: work waits, nothing is lost or doubled, the operator sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.test import override_settings
from kombu.exceptions import OperationalError as BrokerDown

from automation.activities import registry
from automation.activities.http_request import HttpRequest
from automation.choices import MessageState, RunStatus
from automation.models import JournalEntry, OutboxMessage, Run
from automation.runtime import clock, executor, outbox, store
from automation.tasks import sweep
from smart_processes.models import TimelineEntry
from tests.factories.automation import log, make_program, make_run, run_due
from tests.factories.smart_processes import make_item, make_pipeline
from tests.smart_processes.test_many_writers import all_at_once
from tests.support.http_server import HttpServer, http_server

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
COMMENT = {"id": "note", "type": "add_comment", "params": {"text": "Once"}}
PAUSE = {"id": "w", "type": "wait", "for": {"duration": "1h"}}


class Crash(BaseException):
    """A worker that is killed: nothing catches it."""


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with http_server() as running, override_settings(AUTOMATION_HTTP_ALLOWED=["127.0.0.0/8"]):
        yield running


def call(server: HttpServer, path: str) -> dict[str, Any]:
    return {"id": "call", "type": "http_request", "params": {"url": f"{server.url}{path}"}}


@pytest.mark.django_db(transaction=True)
def test_while_the_broker_is_down_work_waits_in_the_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_args: Any, **_options: Any) -> None:
        raise BrokerDown("connection refused")

    monkeypatch.setattr(current_app, "send_task", refuse)
    run = make_run(make_program(COMMENT), make_item(make_pipeline()))
    run.refresh_from_db()
    assert run.status == RunStatus.PENDING

    with clock.moved(clock.now() + timedelta(hours=1)), pytest.raises((CommandError, SystemExit)):
        call_command("stuck_runs")

    sweep.apply()

    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED


@pytest.mark.django_db(transaction=True)
def test_two_beats_do_not_make_anything_happen_twice(server: HttpServer) -> None:
    item = make_item(make_pipeline())
    program = make_program(COMMENT, call(server, "/{=Workflow:id}"), COMMENT | {"id": "after"})
    runs = [make_run(program, item) for _ in range(8)]

    for _ in range(3):
        all_at_once(lambda _number: sweep.apply(), count=2)
    sweep.apply()

    assert set(Run.objects.values_list("status", flat=True)) == {RunStatus.COMPLETED}
    assert TimelineEntry.objects.filter(item=item, kind="comment").count() == 2 * len(runs)
    assert sorted(each.path for each in server.received) == sorted(f"/{run.pk}" for run in runs)


@pytest.mark.django_db
def test_after_a_jump_of_the_clock_each_timer_ends_once_the_oldest_first() -> None:
    item = make_item(make_pipeline())
    program = make_program(PAUSE, COMMENT)
    runs = []
    for minutes in (30, 0, 15):
        with clock.moved(MONDAY + timedelta(minutes=minutes)):
            runs.append(make_run(program, item))
            run_due()

    with clock.moved(MONDAY + timedelta(days=400)):
        claimed = store.claim(clock.now(), executor.LEASE, 2)
        assert [each.run_id for each in claimed] == [runs[1].pk, runs[2].pk]
        for claim in claimed:
            executor.take_turn(claim)
        run_due()

    assert set(Run.objects.values_list("status", flat=True)) == {RunStatus.COMPLETED}
    assert TimelineEntry.objects.filter(item=item, kind="comment").count() == len(runs)


@pytest.mark.django_db
def test_a_clock_that_jumps_back_only_makes_timers_wait_longer() -> None:
    item = make_item(make_pipeline())
    with clock.moved(MONDAY):
        run = make_run(make_program(PAUSE, COMMENT), item)
        run_due()

    with clock.moved(MONDAY - timedelta(days=1)):
        run_due()
        assert TimelineEntry.objects.filter(item=item, kind="comment").count() == 0
    for _ in range(2):
        with clock.moved(MONDAY + timedelta(hours=1)):
            run_due()

    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    assert TimelineEntry.objects.filter(item=item, kind="comment").count() == 1


class Deadly(HttpRequest):
    """Takes down the worker that sends to one address."""

    def deliver(self, payload: Any, key: str) -> Any:
        if "poison" in payload["url"]:
            raise Crash
        return super().deliver(payload, key)


@pytest.mark.django_db
def test_a_message_that_kills_its_workers_is_given_up_and_others_leave(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.all_activities(), "http_request", Deadly())
    poison = make_run(make_program(call(server, "/poison")))
    healthy = [make_run(make_program(call(server, f"/{n}"))) for n in range(2)]
    run_due()

    for crash in range(2 * outbox.MOST_ATTEMPTS):
        with clock.moved(clock.now() + 2 * crash * outbox.LEASE):
            try:
                sweep_once()
            except Crash:
                continue

    poison.refresh_from_db()
    assert (poison.status, len(server.received)) == (RunStatus.FAILED, len(healthy))
    assert OutboxMessage.objects.get(run=poison).state == MessageState.DEAD
    assert (
        "took its worker down"
        in JournalEntry.objects.get(
            run=poison, operation_status_code="error", step="call"
        ).operation_status_message
    )
    for run in healthy:
        run.refresh_from_db()
        assert run.status == RunStatus.COMPLETED


def sweep_once() -> None:
    """Do what a sweep does, in a worker that can be killed."""
    outbox.send_due()
    run_due()


@pytest.mark.django_db
def test_a_defect_in_sending_one_message_does_not_hold_up_the_next(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Defective(Deadly):
        def deliver(self, payload: Any, key: str) -> Any:
            if "poison" in payload["url"]:
                raise ZeroDivisionError
            return super().deliver(payload, key)

    monkeypatch.setitem(registry.all_activities(), "http_request", Defective())
    poison = make_run(make_program(call(server, "/poison"), log("after")))
    healthy = make_run(make_program(call(server, "/fine")))
    run_due()

    sweep_once()

    poison.refresh_from_db()
    healthy.refresh_from_db()
    assert (poison.status, healthy.status) == (RunStatus.FAILED, RunStatus.COMPLETED)
    assert "ZeroDivisionError" in poison.error
