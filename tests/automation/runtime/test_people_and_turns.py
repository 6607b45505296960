"""People change records while workers take turns at them: nobody is refused, nothing is lost.

A turn holds its run and wants the record; a person's deed holds the record. On PostgreSQL the
two would stop each other if the deed wanted the run as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from automation import tasks
from automation.actions.runs import fire_event
from automation.actions.todos import complete_todo, delete_todo
from automation.choices import DecisionKind, RobotMoment, RunStatus
from automation.models import Decision, Run, Todo, TriggerEvent, Wait
from automation.robots import planning
from automation.robots.entries import When
from automation.runtime import clock, executor
from automation.triggering import looking
from smart_processes.actions import records
from smart_processes.actions.records import delete_record, update_record
from smart_processes.actions.stages import lock
from smart_processes.models import Item
from tests.factories.automation import make_program, make_robot, make_run, run_due
from tests.factories.smart_processes import make_field, make_item, make_pipeline, make_type, system
from tests.smart_processes.test_many_writers import all_at_once

TODO = {"id": "ask", "type": "create_todo", "params": {"title": "Call", "is_awaited": "Y"}}
RENAME = {"id": "name", "type": "set_fields", "params": {"values": {"title": "Renamed"}}}
PATIENCE = 10  # seconds after which a thread that waits for another gives up


@contextmanager
def waiting_for_nobody() -> Iterator[None]:
    """A transaction that fails when it has to wait for a lock."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '500ms'")
        yield


class Meeting:
    """A worker stops in the middle of its work, with its locks; somebody else comes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        """Stop the worker where `module` calls what it knows as `name`."""
        self._worker_holds, self._goes_on = Event(), Event()
        work = getattr(module, name)

        def stopped(*args: Any, **named: Any) -> Any:
            self._worker_holds.set()
            assert self._goes_on.wait(PATIENCE)
            return work(*args, **named)

        monkeypatch.setattr(module, name, stopped)

    def let_worker_go_on(self) -> None:
        self._goes_on.set()

    @contextmanager
    def of_worker(self) -> Iterator[None]:
        """The worker has stopped; at the end it has done its work."""

        def work() -> None:
            try:
                executor.run_due()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            turn = pool.submit(work)
            assert self._worker_holds.wait(PATIENCE)
            try:
                yield
            finally:
                self.let_worker_go_on()
            turn.result(PATIENCE)


@contextmanager
def noticing_deadlocks_first() -> Iterator[None]:
    """The one of two in a deadlock whom the database ends, where this user may choose that."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('deadlock_timeout', '10ms', false) "
            "FROM pg_roles WHERE rolname = current_user AND rolsuper"
        )
        yield
        cursor.execute("RESET deadlock_timeout")


def run_that_asks_and_writes(item: Item) -> Run:
    """Return a run that waits for a to-do, and is about to write to the record."""
    go = {"id": "w", "type": "wait", "for": {"event": f"go {item.pk}"}}
    branches = [{"steps": [TODO]}, {"steps": [go, RENAME]}]
    run = make_run(make_program({"id": "both", "type": "parallel", "branches": branches}), item)
    run_due()
    fire_event(f"go {item.pk}")
    return run


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", [complete_todo, delete_todo])
def test_to_do_ends_while_a_turn_of_the_run_that_waits_for_it_wants_the_record(
    monkeypatch: pytest.MonkeyPatch, end: Callable[..., object]
) -> None:
    item = make_item(make_pipeline())
    run = run_that_asks_and_writes(item)
    todo = Todo.objects.get()
    meeting = Meeting(monkeypatch, executor, "advance_run")

    with meeting.of_worker(), waiting_for_nobody():
        lock(item.pk)
        meeting.let_worker_go_on()  # it will want the record
        end(todo, actor=system())
    monkeypatch.undo()
    run_due()

    run.refresh_from_db()
    item.refresh_from_db()
    assert (run.status, item.title) == (RunStatus.COMPLETED, "Renamed")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_date_changes_while_a_worker_looks_at_the_robot_that_goes_by_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pipeline = make_pipeline()
    make_field(pipeline.type, "visit", "datetime")
    by_date = When(RobotMoment.DATE_FIELD, date_field="visit")
    make_robot(pipeline.stages.get(code="NEW"), when=by_date)
    now = clock.now()
    item = make_item(pipeline, visit=now + timedelta(hours=1))
    run_due()
    Decision.objects.update(due_at=now)  # the worker looks, and will find the old date
    later = now + timedelta(days=1)
    meeting = Meeting(monkeypatch, planning, "decide")

    with meeting.of_worker(), waiting_for_nobody():
        update_record(item, {"visit": later}, actor=system())
    monkeypatch.undo()
    run_due()

    decision = Decision.objects.get()
    assert (decision.kind, decision.due_at) == (DecisionKind.WAITING, later.replace(microsecond=0))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_date_that_changes_while_its_robot_is_planned_is_not_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pipeline = make_pipeline()
    make_field(pipeline.type, "visit", "datetime")
    by_date = When(RobotMoment.DATE_FIELD, date_field="visit")
    make_robot(pipeline.stages.get(code="NEW"), when=by_date)
    now = clock.now()
    item = make_item(pipeline, visit=now + timedelta(hours=1))
    later = now + timedelta(days=1)
    meeting = Meeting(monkeypatch, planning, "start_fired")

    with meeting.of_worker():
        with waiting_for_nobody():
            update_record(item, {"visit": later}, actor=system())
        # Another worker, told of the change, waits until the robot is planned.
        with pytest.raises(OperationalError), waiting_for_nobody():
            looking.look(clock.now())
    monkeypatch.undo()
    run_due()

    assert Decision.objects.get().due_at == later.replace(microsecond=0)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_record_goes_for_good_while_a_turn_of_its_run_wants_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The one deed that takes the run after the record: it gives way, and is done again."""
    item = make_item(make_type("fleeting", has_recycle_bin=False))
    run_that_asks_and_writes(item)
    meeting = Meeting(monkeypatch, executor, "advance_run")
    delete = records._delete_for_good
    attempts = []

    def delete_while_the_worker_waits(locked: Item) -> None:
        attempts.append(locked)
        meeting.let_worker_go_on()
        delete(locked)

    monkeypatch.setattr(records, "_delete_for_good", delete_while_the_worker_waits)
    with meeting.of_worker(), noticing_deadlocks_first():
        delete_record(item, actor=system())
    monkeypatch.undo()
    run_due()

    assert len(attempts) == 2
    assert not Item._base_manager.exists()
    assert not Run.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_people_end_to_dos_while_workers_take_turns_and_every_run_goes_on() -> None:
    pipeline = make_pipeline()
    items = [make_item(pipeline) for _ in range(12)]
    runs = [run_that_asks_and_writes(item) for item in items]
    todos = list(Todo.objects.order_by("pk"))

    def work(number: int) -> None:
        if number < 2:
            for todo in todos[number::2]:
                complete_todo(todo, actor=system())
        while executor.run_due():
            pass

    all_at_once(work)
    run_due()

    states = Run.objects.filter(pk__in=[run.pk for run in runs]).values_list("status", flat=True)
    assert set(states) == {RunStatus.COMPLETED}
    assert not Wait.objects.exists()


@pytest.mark.django_db
def test_run_whose_wake_up_was_lost_is_woken_by_the_sweep() -> None:
    """The worker that was nudged died: what it has to do stands in the database."""
    item = make_item(make_pipeline())
    run = make_run(make_program(TODO), item)
    run_due()

    complete_todo(Todo.objects.get(), actor=system())
    run.refresh_from_db()
    assert run.due_at is None  # the deed itself did not touch the run
    tasks.sweep()

    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    assert not TriggerEvent.objects.exists()
