"""Turns: from a due run to what is committed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from automation.actions.runs import fire
from automation.activities import registry
from automation.activities.base import Activity, ActivityContext, Group
from automation.activities.log import LogParams
from automation.choices import RunStatus
from automation.engine.outcomes import Done
from automation.exceptions import StepRefused
from automation.models import JournalEntry, Run, Wait
from automation.runtime import clock, executor, store
from automation.tasks import run_due as run_due_task
from smart_processes.models import TimelineEntry
from tests.factories.automation import log, make_program, make_run, run_due, story
from tests.factories.smart_processes import make_item, make_pipeline

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Crash(BaseException):
    """A worker that is killed: nothing catches it."""


class Brittle(Activity[LogParams]):
    """Writes a comment, then goes wrong as often as it is told to."""

    code = "brittle"
    label = description = "Brittle"
    group = Group.DATA
    params = LogParams
    goes_wrong: list[BaseException] = []

    def execute(self, params: LogParams, context: ActivityContext) -> Done:
        record = context.record()
        TimelineEntry.objects.create(item=record, at=context.now, kind="comment", body={})
        if self.goes_wrong:
            raise self.goes_wrong.pop(0)
        return Done({"fine": True})


@pytest.fixture
def brittle(monkeypatch: pytest.MonkeyPatch) -> Brittle:
    activity = Brittle()
    activity.goes_wrong = []
    monkeypatch.setitem(registry.all_activities(), "brittle", activity)
    return activity


@pytest.fixture
def monday() -> Iterator[None]:
    with clock.moved(MONDAY):
        yield


def brittle_step(**parts: Any) -> dict[str, Any]:
    return {"id": "b", "type": "brittle", "params": {"text": "x"}, **parts}


def comments() -> int:
    return TimelineEntry.objects.filter(kind="comment").count()


def test_a_task_runs_a_program_of_two_steps_on_a_record() -> None:
    pipeline = make_pipeline("NEW > CALL > WON")
    item = make_item(pipeline)
    program = make_program(
        {"id": "fill", "type": "set_fields", "params": {"values": {"title": "By a robot"}}},
        {"id": "move", "type": "change_stage", "params": {"stage": "CALL"}},
        record_type=pipeline.type,
    )
    run = make_run(program, item)

    run_due_task.apply()

    item.refresh_from_db()
    assert (item.title, item.stage) == ("By a robot", "CALL")
    run.refresh_from_db()
    assert (run.status, run.due_at, run.lease_until) == (RunStatus.COMPLETED, None, None)
    assert run.finished_at is not None
    assert story(run) == ["started", "finished fill", "finished move", "ended"]
    moved = JournalEntry.objects.get(run=run, step="move")
    assert moved.effects == [
        {"record": item.pk, "field": "stage", "before": "NEW", "after": "CALL"}
    ]
    assert moved.operation_status_code == "success"
    entry = TimelineEntry.objects.filter(item=item, kind="moved").get()
    assert (entry.actor_kind, entry.actor_label) == ("robot", program.name)


@pytest.mark.usefixtures("monday")
def test_a_timer_waits_in_a_row_until_its_moment() -> None:
    wait = {"id": "w", "type": "wait", "for": {"duration": "3d"}}
    run = make_run(make_program(wait, log("after")))

    run_due()

    run.refresh_from_db()
    assert (run.status, run.due_at) == (RunStatus.WAITING, MONDAY + timedelta(days=3))
    assert Wait.objects.get(run=run).due_at == run.due_at
    with clock.moved(MONDAY + timedelta(days=3)):
        run_due()
    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    assert not Wait.objects.filter(run=run).exists()


def test_a_failing_step_leaves_nothing_half_done_and_stops_the_run(brittle: Brittle) -> None:
    brittle.goes_wrong = [StepRefused("Not today")]
    run = make_run(make_program(log("before"), brittle_step()), make_item(make_pipeline()))

    run_due()

    run.refresh_from_db()
    assert (run.status, run.error, run.due_at) == (RunStatus.FAILED, "Not today", None)
    assert comments() == 0
    assert story(run) == ["started", "finished before", "finished b"]
    failed = JournalEntry.objects.get(run=run, step="b")
    assert (failed.operation_status_code, failed.operation_status_kind) == ("error", "application")


def test_a_run_may_go_on_behind_a_failing_step(brittle: Brittle) -> None:
    brittle.goes_wrong = [ZeroDivisionError()]
    steps = (brittle_step(on_error="continue"), log("after"))
    run = make_run(make_program(*steps), make_item(make_pipeline()))

    run_due()

    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    assert comments() == 0
    failed = JournalEntry.objects.get(run=run, step="b")
    assert failed.operation_status_kind == "internal"
    assert "ZeroDivisionError" in failed.operation_status_message


@pytest.mark.usefixtures("monday")
def test_a_failing_step_is_tried_again_later(brittle: Brittle) -> None:
    brittle.goes_wrong = [StepRefused("Not yet")]
    step = brittle_step(on_error={"retry": 2, "backoff": "1h"})
    run = make_run(make_program(step), make_item(make_pipeline()))

    run_due()
    assert comments() == 0
    with clock.moved(MONDAY + timedelta(hours=1)):
        run_due()

    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    assert comments() == 1


def test_a_failure_goes_to_its_branch(brittle: Brittle) -> None:
    brittle.goes_wrong = [StepRefused("No")]
    branches = [{"kinds": ["application"], "steps": [log("sorry")]}]
    run = make_run(
        make_program(brittle_step(on_error={"branches": branches})), make_item(make_pipeline())
    )

    run_due()

    assert "finished sorry" in story(run)


def test_a_worker_that_is_killed_leaves_nothing_and_another_goes_on(brittle: Brittle) -> None:
    brittle.goes_wrong = [Crash()]
    run = make_run(make_program(log("before"), brittle_step()), make_item(make_pipeline()))

    with pytest.raises(Crash):
        executor.run_due()

    assert (comments(), story(run)) == (0, [])
    assert executor.run_due() == 0, "the lease of the dead worker still holds"
    with clock.moved(clock.now() + executor.LEASE + timedelta(seconds=1)):
        run_due()
    assert (comments(), story(run)[-1]) == (1, "ended")


def test_trouble_of_the_database_is_not_the_step_s_fault(brittle: Brittle) -> None:
    brittle.goes_wrong = [OperationalError("deadlock detected")]
    run = make_run(make_program(brittle_step()), make_item(make_pipeline()))

    run_due()

    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    assert comments() == 1


def test_a_database_that_stays_away_does_not_make_a_run_suspect(brittle: Brittle) -> None:
    run = make_run(make_program(brittle_step()), make_item(make_pipeline()))

    for _ in range(executor.POISONED + 1):
        brittle.goes_wrong = [OperationalError("gone")] * (executor.RETRIES + 1)
        with pytest.raises(OperationalError):
            executor.run_due()
    run_due()

    run.refresh_from_db()
    assert (run.status, comments()) == (RunStatus.COMPLETED, 1)


def test_in_a_batch_the_others_do_not_suffer_from_a_failing_run(brittle: Brittle) -> None:
    item = make_item(make_pipeline())
    program = make_program(brittle_step())
    brittle.goes_wrong = [StepRefused("No"), StepRefused("No")]
    runs = [make_run(program, item) for _ in range(5)]

    run_due()

    statuses = [Run.objects.get(pk=run.pk).status for run in runs]
    assert statuses == [RunStatus.FAILED, *[RunStatus.COMPLETED] * 4]
    assert comments() == 4


def test_a_run_that_kills_its_workers_is_stopped(brittle: Brittle) -> None:
    brittle.goes_wrong = [Crash() for _ in range(20)]
    poison = make_run(make_program(brittle_step()), make_item(make_pipeline()))
    healthy = make_run(make_program(log("a")))

    for attempt in range(executor.POISONED + 1):
        with clock.moved(clock.now() + attempt * 2 * executor.LEASE):
            try:
                run_due()
            except Crash:
                continue

    poison.refresh_from_db()
    healthy.refresh_from_db()
    assert (poison.status, story(poison)) == (RunStatus.FAILED, ["stopped"])
    assert "took its worker down" in poison.error
    assert healthy.status == RunStatus.COMPLETED


def test_a_worker_that_lost_its_claim_does_nothing() -> None:
    run = make_run(make_program(log("a")))
    (claim,) = store.claim(clock.now(), executor.LEASE, 16)
    with clock.moved(clock.now() + 2 * executor.LEASE):
        store.claim(clock.now(), executor.LEASE, 16)

    executor.take_turn(claim)

    assert story(run) == []


def test_a_long_program_takes_several_turns() -> None:
    run = make_run(make_program(*(log(f"s{n}") for n in range(120))))

    assert executor.run_due() == 1
    run.refresh_from_db()
    assert (run.status, run.snapshot["steps"]) == (RunStatus.RUNNING, 50)
    run_due()

    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    assert len(story(run)) == 122


def test_a_run_that_carries_too_much_is_stopped_with_a_sentence() -> None:
    grow = {
        "id": "grow",
        "type": "set_variables",
        "params": {"values": {"v": "{=Variable:v}{=Variable:v}"}},
    }
    loop = {"id": "loop", "type": "while", "when": [], "steps": [grow]}
    run = make_run(make_program(loop, variables=[{"code": "v", "default": "x" * 150}]))

    run_due()

    run.refresh_from_db()
    assert run.status == RunStatus.FAILED
    assert "carries too much" in run.error
    assert len(run.snapshot["vars"]["v"]) < 70_000


def test_what_no_database_keeps_does_not_stop_a_run() -> None:
    wait = {"id": "w", "type": "wait", "for": {"event": "go"}}
    run = make_run(make_program(wait, log("a", "{=w:text}")))
    run_due()

    fire(run, 1, {"text": "a\0b"})
    run_due()

    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    assert JournalEntry.objects.get(run=run, step="a").operation_status_message == "ab"


def test_an_activity_that_swallows_an_error_of_the_database_is_blamed_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Swallowing(Brittle):
        def execute(self, params: LogParams, context: ActivityContext) -> Done:
            with suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                transaction.set_rollback(True)
                cursor.execute("SELECT * FROM nowhere")
            transaction.set_rollback(True)
            return Done()

    monkeypatch.setitem(registry.all_activities(), "brittle", Swallowing())
    run = make_run(make_program(brittle_step(), log("after")), make_item(make_pipeline()))

    run_due()

    assert story(run) == ["started", "finished b"]
    run.refresh_from_db()
    assert "went on after an error of the database" in run.error
