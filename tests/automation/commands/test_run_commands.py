"""Commands that look at runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from automation.actions.runs import cancel_run, fire, pause_run, resume_run, retry_run
from automation.models import GlobalValue, JournalEntry, OutboxMessage, Program, Run, Wait
from automation.runtime import clock, outbox
from smart_processes.actions.records import update_record
from tests.factories.automation import log, make_program, make_run, run_due
from tests.factories.smart_processes import make_item, make_pipeline, system
from tests.support.http_server import http_server

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
WAIT = {"id": "w", "type": "wait", "for": {"event": "go"}}


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.moved(MONDAY):
        yield


def command(*words: Any) -> str:
    out = StringIO()
    call_command(*map(str, words), stdout=out)
    return out.getvalue()


def broken_run() -> Run:
    step = {"id": "b", "type": "log", "params": {"text": "=1/0"}}
    program = Program.objects.filter(code="broken").first()
    run = make_run(program or make_program(log("a"), step, code="broken"))
    run_due()
    return run


def test_runs_are_listed_by_state_and_program() -> None:
    run = broken_run()
    make_run(make_program(log("a"), code="fine"))

    failed = json.loads(command("runs", "list", "--status", "failed", "--json"))["runs"]

    assert [each["run"] for each in failed] == [run.pk]
    assert "fine" in command("runs", "list", "--program", "fine")
    assert command("runs", "list", "--record", 1) == "There are no such runs.\n"


def test_the_story_of_a_run_is_told() -> None:
    run = broken_run()

    told = command("runs", "show", run.pk)

    assert f"Run {run.pk} of broken v1: failed" in told
    assert "divided by zero" in told


def test_a_failed_run_is_tried_again_and_cancelled_by_command() -> None:
    run = broken_run()

    assert "is running now" in command("runs", "retry", run.pk)
    run_due()
    assert "is cancelled now" in command("runs", "cancel", run.pk, "--reason", "hopeless")

    line = JournalEntry.objects.get(run=run, kind="cancelled")
    assert line.operation_status_message == "manage.py runs: hopeless"
    with pytest.raises(CommandError, match="cancelled"):
        command("runs", "cancel", run.pk)
    with pytest.raises(CommandError, match="There is no run"):
        command("runs", "show", 10**6)


# --- stuck runs -------------------------------------------------------------------------------


def stuck() -> str:
    out = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("stuck_runs", stdout=out)
    assert exit_.value.code == 1
    return out.getvalue()


def test_healthy_runs_are_not_stuck() -> None:
    make_run(make_program(WAIT))
    make_run(make_program(log("a")))
    run_due()
    make_run(make_program(log("a")))

    assert command("stuck_runs") == "No run is stuck.\n"


def test_a_run_that_waits_for_nothing_is_stuck() -> None:
    make_run(make_program(WAIT))
    run_due()
    Wait.objects.all().delete()

    assert "waits for nothing" in stuck()


def test_a_due_run_that_nobody_takes_is_stuck() -> None:
    make_run(make_program(log("a")))

    with clock.moved(MONDAY + timedelta(minutes=6)):
        assert "no worker takes it" in stuck()


def test_a_run_whose_message_is_gone_is_stuck() -> None:
    call = {"id": "c", "type": "http_request", "params": {"url": "http://example.com"}}
    make_run(make_program(call))
    run_due()
    OutboxMessage.objects.all().delete()

    assert "not being sent" in stuck()


# --- replaying --------------------------------------------------------------------------------


def test_a_journal_leads_to_the_snapshot_whatever_happened() -> None:
    item = make_item(make_pipeline(), closes_on="2026-03-10", amount="5 EUR")
    GlobalValue.objects.create(
        kind="constant", code="key", label="Key", value="s3cr3t", is_secret=True
    )
    with http_server() as server, override_settings(AUTOMATION_HTTP_ALLOWED=["127.0.0.1"]):
        server.answers = [(200, {"Content-Type": "application/json"}, b'{"k": "s3cr3t"}')]
        params = {"url": server.url, "secret": "{=GlobalConst:key}"}
        program = make_program(
            {"id": "v", "type": "set_variables", "params": {"values": {"n": "=1.5*3"}}},
            {"id": "each", "type": "for_each", "over": ["x", "y"], "steps": [log("e")]},
            {
                "id": "p",
                "type": "parallel",
                "branches": [
                    {"steps": [{"id": "call", "type": "http_request", "params": params}]},
                    {"steps": [{"id": "date", "type": "wait", "for": {"field": "closes_on"}}]},
                    {"steps": [WAIT]},
                ],
            },
            log("b", "{=call:body.k} {=w:x} {=Variable:n}"),
            {"id": "bad", "type": "log", "params": {"text": "=1/0"}, "on_error": "continue"},
            {"id": "worse", "type": "log", "params": {"text": "=1/{=bad:x}"}},
            variables=[{"code": "n"}],
        )
        run = make_run(program, item)
        run_due()
        update_record(item, {"closes_on": "2026-03-04"}, actor=system())
        Wait.objects.filter(step="date").update(is_fired=True, payload={"changed": True})
        Run.objects.update(due_at=MONDAY)
        run_due()
        pause_run(run, actor=system())
        resume_run(run, actor=system())
        fire(run, Wait.objects.get(step="w").number, {"x": "y"})
        outbox.send_due()
        with clock.moved(MONDAY + timedelta(days=3)):
            run_due()
    retry_run(run, actor=system())
    assert "1 of 1" in command("replay_run", run.pk)
    cancel_run(run, actor=system())

    assert "1 of 1" in command("replay_run", run.pk)
    assert "s3cr3t" not in str(list(JournalEntry.objects.values_list()))


def test_a_snapshot_that_somebody_changed_is_found() -> None:
    run = broken_run()
    Run.objects.filter(pk=run.pk).update(snapshot=run.snapshot | {"steps": 99})
    out = StringIO()

    with pytest.raises(SystemExit):
        call_command("replay_run", str(run.pk), stdout=out)

    assert "steps: the journal says 2, the snapshot 99" in out.getvalue()


def test_a_journal_with_a_missing_line_is_found() -> None:
    run = broken_run()
    JournalEntry.objects.filter(run=run, sequence=2).delete()
    out = StringIO()

    with pytest.raises(SystemExit):
        call_command("replay_run", "--last", "5", stdout=out)

    assert "gap" in out.getvalue()


# --- many runs ----------------------------------------------------------------------------------


def test_runs_of_a_filter_are_retried_and_a_dry_run_only_tells() -> None:
    broken = [broken_run() for _ in range(2)]
    make_run(make_program(log("x", "{=Document:nothing}")))
    run_due()
    before = list(Run.objects.order_by("pk").values())

    told = command("runs", "retry", "--filter", "error=DIVIDED", "--dry-run")

    assert "2 of 2 runs would be treated so." in told
    assert list(Run.objects.order_by("pk").values()) == before
    done = command("runs", "retry", "--filter", "error=DIVIDED", "--filter", "status=failed")
    assert done.splitlines() == [f"Run {run.pk} is running now." for run in broken]


def test_runs_are_chosen_by_program_type_record_and_age() -> None:
    item = make_item(make_pipeline())
    program = make_program(WAIT, code="waits")
    with clock.moved(MONDAY - timedelta(days=3)):
        old = make_run(program, item)
        run_due()
    young = make_run(program, item)
    run_due()
    chosen = ["program=waits", f"type={item.type.code}", f"record={item.pk}", "older=2d"]

    command("runs", "pause", *(part for each in chosen for part in ("--filter", each)))

    assert [Run.objects.get(pk=run.pk).status for run in (old, young)] == ["paused", "waiting"]


def test_every_deed_is_a_command() -> None:
    run = make_run(make_program(log("a"), WAIT, log("z"), code="deeds"))
    run_due()
    for words in (
        ("pause", run.pk),
        ("resume", run.pk),
        ("goto", run.pk, "--step", "z", "--reason", "by hand"),
    ):
        command("runs", *words)
    run_due()
    command("runs", "restart", run.pk)

    kinds = list(JournalEntry.objects.filter(run=run).values_list("kind", flat=True))
    assert [k for k in kinds if k in {"paused", "resumed", "moved", "restarted"}] == [
        *("paused", "resumed", "moved", "restarted")
    ]
    assert Run.objects.get(restart_of=run).status == "pending"
    assert "is completed now" in command("runs", "skip", broken_run().pk)


def test_a_dry_run_tells_what_a_run_would_meet_and_which_are_refused() -> None:
    GlobalValue.objects.create(kind="constant", code="key", label="Key", value="x")
    run = make_run(make_program(log("b", "=1/0"), log("c", "{=GlobalConst:key}")))
    run_due()
    waiting = make_run(make_program(WAIT))
    run_due()
    GlobalValue.objects.all().delete()
    out = StringIO()

    with pytest.raises(CommandError, match="1 of 2 runs") as refusal:
        call_command("runs", "retry", str(run.pk), str(waiting.pk), "--dry-run", stdout=out)

    assert refusal.value.returncode == 1
    assert "1 of 2 runs would be treated so." in out.getvalue()
    assert f"Run {waiting.pk}: This cannot be done to a run that is waiting." in out.getvalue()
    assert "There is nothing called “GlobalConst:key”" in out.getvalue()


@pytest.mark.parametrize(
    "words",
    [
        ["retry"],
        ["retry", "1", "--filter", "status=failed"],
        ["retry", "--filter", "status=broken"],
        ["retry", "--filter", "colour=red"],
        ["retry", "--filter", "older=soon"],
        ["retry", "999999"],
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_done(words: list[str]) -> None:
    run = broken_run()

    with pytest.raises(CommandError) as refusal:
        command("runs", *words)

    assert refusal.value.returncode == 2
    assert Run.objects.get(pk=run.pk).status == "failed"
