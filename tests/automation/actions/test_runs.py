"""What people and other programs do to runs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.exceptions import PermissionRefused
from automation.actions.runs import (
    cancel_run,
    command,
    fire,
    fire_event,
    pause_run,
    record_changed,
    resume_run,
    retry_run,
    start_run,
)
from automation.choices import RunStatus
from automation.exceptions import NobodyWaits, ParametersRefused, ProgramMissing, RunRefused
from automation.models import GlobalValue, JournalEntry, Program, Run, Wait
from automation.runtime import clock, outbox
from smart_processes.actions.records import update_record
from tests.factories.accounts import actor, make_role
from tests.factories.automation import log, make_program, make_run, run_due, story
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, system

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def wait_for(**thing: Any) -> dict[str, Any]:
    return {"id": "w", "type": "wait", "for": thing}


def message(run: Run, step: str) -> str:
    return JournalEntry.objects.get(run=run, step=step).operation_status_message


# --- starting ---------------------------------------------------------------------------------


def test_parameters_reach_the_steps() -> None:
    program = make_program(
        log("a", "{=Template:who} of {=Document:title}"),
        parameters=[{"code": "who", "is_required": True}],
    )
    run = make_run(program, make_item(make_pipeline(), title="Deal"), who="anna")

    run_due()

    assert message(run, "a") == "anna of Deal"


@pytest.mark.parametrize("given", [{}, {"who": ""}, {"who": "x", "what": "y"}])
def test_wrong_parameters_are_refused(given: dict[str, str]) -> None:
    program = make_program(log("a"), parameters=[{"code": "who", "is_required": True}])

    with pytest.raises(ParametersRefused):
        make_run(program, **given)


def test_a_program_that_is_switched_off_is_not_started() -> None:
    program = make_program(log("a"))
    Program.objects.update(is_active=False)
    program.refresh_from_db()

    with pytest.raises(ProgramMissing):
        make_run(program)


def test_who_may_not_automate_a_record_starts_nothing_on_it(cast: Cast) -> None:
    pipeline = make_pipeline()
    item = make_item(pipeline)
    program = make_program(log("a"))
    cast.anna.groups.add(make_role("maker", {pipeline.type: {"view": "all", "automate": "all"}}))
    cast.vera.groups.add(make_role("reader", {pipeline.type: {"view": "all"}}))

    assert start_run(program, item, actor=actor(cast.anna)).started_by == cast.anna
    with pytest.raises(PermissionRefused):
        start_run(program, item, actor=actor(cast.vera))


def test_steps_have_the_rights_of_whom_the_run_is_for(cast: Cast) -> None:
    pipeline = make_pipeline()
    item = make_item(pipeline)
    cast.vera.groups.add(make_role("reader", {pipeline.type: {"view": "all"}}))
    step = {"id": "fill", "type": "set_fields", "params": {"values": {"title": "New"}}}

    run = start_run(make_program(step), item, actor=system(), runs_as=cast.vera.pk)
    run_due()

    run.refresh_from_db()
    assert run.status == RunStatus.FAILED
    assert "Your roles do not let you" in run.error


# --- events -----------------------------------------------------------------------------------


def test_an_answer_is_taken_once() -> None:
    run = make_run(make_program(wait_for(event="paid"), log("a", "{=w:sum}")))
    run_due()

    fire(run, 1, {"sum": 5})
    with pytest.raises(NobodyWaits):
        fire(run, 1, {"sum": 6})
    run_due()

    assert message(run, "a") == "5"


def test_an_event_reaches_everybody_who_waits_for_it() -> None:
    program = make_program(
        wait_for(event="paid:{=Template:n}"), log("a"), parameters=[{"code": "n"}]
    )
    runs = [make_run(program, n=n) for n in (1, 1, 2)]
    run_due()

    assert fire_event("paid:1") == 2
    run_due()

    statuses = [Run.objects.get(pk=run.pk).status for run in runs]
    assert statuses == [RunStatus.COMPLETED, RunStatus.COMPLETED, RunStatus.WAITING]


def test_a_date_that_moves_moves_its_timer() -> None:
    pipeline = make_pipeline()
    item = make_item(pipeline, closes_on="2026-03-10")
    program = make_program(wait_for(field="closes_on", offset="-3d"), log("a"))
    with clock.moved(MONDAY):
        run = make_run(program, item)
        run_due()
        assert Wait.objects.get(run=run).due_at.date() == date(2026, 3, 7)

        for day in (20, 15):
            update_record(item, {"closes_on": f"2026-03-{day}"}, actor=system())
            assert record_changed(item.pk) == 1
            run_due()

    run.refresh_from_db()
    assert run.due_at is not None
    assert run.due_at.date() == date(2026, 3, 12)
    with clock.moved(MONDAY + timedelta(days=30)):
        run_due()
    assert story(run).count("finished a") == 1


def test_a_change_of_something_else_keeps_the_timer_armed() -> None:
    item = make_item(make_pipeline(), closes_on="2026-03-10")
    with clock.moved(MONDAY):
        run = make_run(make_program(wait_for(field="closes_on")), item)
        run_due()
        before = Wait.objects.values("number", "due_at", "is_fired", "payload").get(run=run)

        record_changed(item.pk)
        run_due()

    assert Wait.objects.values("number", "due_at", "is_fired", "payload").get(run=run) == before


def test_a_condition_is_looked_at_again_when_the_record_changes() -> None:
    item = make_item(make_pipeline(), amount="5 EUR")
    rows = [{"object": "Document", "field": "amount", "operator": ">", "value": 10}]
    run = make_run(make_program(wait_for(condition=rows), log("a")), item)
    run_due()
    update_record(item, {"amount": "11 EUR"}, actor=system())

    record_changed(item.pk)
    run_due()

    assert story(run)[-1] == "ended"


def test_a_state_hears_its_commands() -> None:
    on = [{"for": {"command": "approve"}, "steps": [log("a", "{=s_on_1:by}")]}]
    machine = {"id": "m", "type": "state_machine", "states": [{"id": "s", "on": on}]}
    run = make_run(make_program(machine))
    run_due()

    with pytest.raises(NobodyWaits):
        command(run, "reject", actor=system())
    command(run, "approve", actor=system())
    run_due()

    assert "finished a" in story(run)


# --- pausing, cancelling, trying again --------------------------------------------------------


def test_a_paused_run_keeps_what_comes_and_goes_on_later() -> None:
    run = make_run(make_program(wait_for(event="paid"), log("a")))
    run_due()

    run = pause_run(run, actor=system(), reason="holiday")
    fire(run, 1)
    run_due()
    assert Run.objects.get(pk=run.pk).status == RunStatus.PAUSED
    resume_run(run, actor=system())
    run_due()

    assert Run.objects.get(pk=run.pk).status == RunStatus.COMPLETED
    assert JournalEntry.objects.get(run=run, kind="paused").operation_status_message == (
        "tests: holiday"
    )


def test_a_cancelled_run_hears_nothing_more() -> None:
    run = make_run(make_program(wait_for(event="paid"), log("a")))
    run_due()

    cancelled = cancel_run(run, actor=system())

    assert (cancelled.status, cancelled.due_at) == (RunStatus.CANCELLED, None)
    assert not Wait.objects.exists()
    with pytest.raises(NobodyWaits):
        fire(run, 1)
    with pytest.raises(RunRefused, match="cancelled"):
        resume_run(run, actor=system())


def test_a_failed_run_is_tried_again_from_the_step_that_failed() -> None:
    step = {"id": "b", "type": "log", "params": {"text": "{=GlobalVar:mood}"}}
    mood = GlobalValue.objects.create(kind="variable", code="mood", label="Mood", value="good")
    run = make_run(make_program(log("a"), step))
    mood.delete()
    run_due()
    assert Run.objects.get(pk=run.pk).status == RunStatus.FAILED

    GlobalValue.objects.create(kind="variable", code="mood", label="Mood", value="fine")
    retry_run(run, actor=system())
    run_due()

    assert Run.objects.get(pk=run.pk).status == RunStatus.COMPLETED
    assert story(run).count("finished a") == 1


# --- runs that start runs ---------------------------------------------------------------------


def start_step(code: str, **parts: Any) -> dict[str, Any]:
    return {"id": "sub", "type": "sub_workflow", "program": code, **parts}


def test_a_run_waits_for_the_run_it_started() -> None:
    double = {"id": "d", "type": "set_variables", "params": {"values": {"n": "={=Template:n}*2"}}}
    make_program(double, code="child", parameters=[{"code": "n"}], variables=[{"code": "n"}])
    after = log("after", "{=sub:variables.n} {=sub:status}")
    run = make_run(make_program(start_step("child", parameters={"n": 21}), after))

    run_due()
    outbox.send_due()
    run_due()

    assert message(run, "after") == "42 completed"
    assert Run.objects.get(parent=run).caused_by == run


def test_a_started_run_that_fails_fails_the_step_that_waits() -> None:
    make_program(
        {"id": "x", "type": "log", "params": {"text": "=1/0"}},
        code="child",
    )
    run = make_run(make_program(start_step("child")))

    run_due()
    outbox.send_due()
    run_due()

    run.refresh_from_db()
    assert run.status == RunStatus.FAILED
    assert "divided by zero" in run.error


def test_programs_that_start_each_other_are_stopped_at_the_third_turn() -> None:
    item = make_item(make_pipeline())
    make_program(start_step("ping", is_awaited=False), code="pong")
    ping = make_program(start_step("pong", is_awaited=False), code="ping")

    make_run(ping, item)
    run_due()

    runs = list(Run.objects.order_by("pk"))
    assert [run.version.program.code for run in runs] == ["ping", "pong", "ping", "pong", "ping"]
    stopped = runs[-1]
    assert stopped.status == RunStatus.FAILED
    assert "“Ping” → “Pong” → “Ping” → “Pong” → “Ping”" in stopped.error
    assert story(stopped) == ["stopped"]
    with pytest.raises(RunRefused):
        retry_run(stopped, actor=system())


def test_the_same_program_on_many_records_is_no_circle() -> None:
    pipeline = make_pipeline()
    item = make_item(pipeline)
    others = [make_item(pipeline).pk for _ in range(5)]
    make_program(log("a"), code="child")
    step = start_step("child", record="{=each:value}", is_awaited=False)
    each = {"id": "each", "type": "for_each", "over": others, "steps": [step]}

    make_run(make_program(each), item)
    run_due()

    assert set(Run.objects.values_list("status", flat=True)) == {RunStatus.COMPLETED}
