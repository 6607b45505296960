"""What operators do to runs that went wrong; after each deed the journal leads to the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.exceptions import PermissionRefused
from automation.actions.mending import (
    edit_variables,
    go_to_step,
    migrate_run,
    restart_run,
    skip_step,
)
from automation.actions.programs import publish_version
from automation.actions.runs import cancel_run, fire, pause_run, resume_run, retry_run
from automation.actions.steering import steer_each
from automation.choices import MessageState, RunStatus
from automation.engine.journal import LineKind
from automation.exceptions import RunRefused, RunStale, VariablesRefused
from automation.models import GlobalValue, JournalEntry, OutboxMessage, Program, Run, Wait
from automation.runtime import clock
from automation.runtime.replaying import differences
from tests.factories.accounts import actor, make_role
from tests.factories.automation import body, log, make_program, make_run, run_due, story
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, system

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
WAIT = {"id": "w", "type": "wait", "for": {"event": "go"}}
BROKEN = {"id": "b", "type": "log", "params": {"text": "=1/0"}}
VARIABLES = [
    {"code": "sum", "label": "Sum", "kind": "integer", "default": 1},
    {"code": "day", "kind": "date"},
    {"code": "colour", "kind": "choice", "options": ["red", "green"], "is_multiple": True},
]


@pytest.fixture(autouse=True)
def journals_lead_to_snapshots() -> Iterator[None]:
    yield
    for run in Run.objects.all():
        assert differences(run) == []


def fresh(run: Run) -> Run:
    return Run.objects.get(pk=run.pk)


def failed_run(*rest: dict[str, Any], **parts: Any) -> Run:
    run = make_run(make_program(log("a"), BROKEN, *rest, **parts))
    run_due()
    return fresh(run)


def waiting_run(*rest: dict[str, Any], **parts: Any) -> Run:
    run = make_run(make_program(WAIT, *rest, **parts))
    run_due()
    return fresh(run)


# --- passing over, going elsewhere ------------------------------------------------------------


def test_a_failed_step_is_passed_over_and_the_journal_says_by_whom_and_why(cast: Cast) -> None:
    cast.anna.is_superuser = True
    cast.anna.save()
    run = failed_run(log("end", "{=b:operation_status_code}"))

    skip_step(run, actor=actor(cast.anna), reason="not needed")
    run_due()

    assert (fresh(run).status, fresh(run).error) == (RunStatus.COMPLETED, "")
    line = JournalEntry.objects.get(run=run, kind="skipped")
    assert (line.step, line.operation_status_message) == (
        "b",
        f"{cast.anna.full_name}: not needed",
    )
    assert line.details["by"] == cast.anna.pk
    assert line.details["before"]["status"] == "failed"
    assert JournalEntry.objects.get(run=run, step="end").operation_status_message == "success"


def test_a_run_is_put_at_a_step_and_its_message_does_not_leave() -> None:
    call = {"id": "call", "type": "http_request", "params": {"url": "http://example.com"}}
    run = make_run(make_program(call, log("c"), WAIT))
    run_due()

    go_to_step(run, "c", actor=system())
    run_due()

    assert story(run)[-3:] == ["moved", "finished c", "waiting w"]
    assert OutboxMessage.objects.get().state == MessageState.CANCELLED
    assert list(Wait.objects.values_list("step", flat=True)) == ["w"]


def test_a_step_that_does_not_exist_is_no_place_to_go() -> None:
    run = waiting_run()

    with pytest.raises(RunRefused, match="no step “nowhere”"):
        go_to_step(run, "nowhere", actor=system())

    assert fresh(run).snapshot == run.snapshot


# --- variables --------------------------------------------------------------------------------


def test_variables_get_values_of_their_kinds() -> None:
    run = waiting_run(log("end", "{=Variable:sum} {=Variable:day}"), variables=VARIABLES)

    values = {"sum": "12", "day": "2026-03-09", "colour": ["red", "green"]}
    edit_variables(run, values, actor=system())
    fire(run, 1)
    run_due()

    line = JournalEntry.objects.get(run=run, kind="edited")
    assert line.details["before"] == {"sum": 1, "day": None, "colour": None}
    assert line.details["after"]["colour"] == ["red", "green"]
    assert "12 " in JournalEntry.objects.get(run=run, step="end").operation_status_message


@pytest.mark.parametrize(
    "values", [{"sum": "many"}, {"day": "soon"}, {"colour": "blue"}, {"nothing": "x"}]
)
def test_a_value_of_another_kind_changes_nothing(values: dict[str, str]) -> None:
    run = waiting_run(variables=VARIABLES)

    with pytest.raises(VariablesRefused) as refusal:
        edit_variables(run, {"sum": "5", **values}, actor=system())

    assert list(refusal.value.errors) == list(values)
    assert fresh(run).snapshot == run.snapshot


def test_what_was_fired_before_an_edit_still_ends_the_wait() -> None:
    run = waiting_run(variables=VARIABLES)
    fire(run, 1)

    edit_variables(run, {"sum": "5"}, actor=system())
    run_due()

    assert fresh(run).status == RunStatus.COMPLETED


def test_an_edited_run_that_failed_keeps_its_error_and_secrets_stay_out_of_the_journal() -> None:
    GlobalValue.objects.create(
        kind="constant", code="key", label="Key", value="s3cr3t", is_secret=True
    )
    run = failed_run(variables=[{"code": "text"}])

    edit_variables(run, {"text": "it is s3cr3t"}, actor=system())

    after = fresh(run)
    assert (after.status, after.error, after.finished_at) == (
        RunStatus.FAILED,
        run.error,
        run.finished_at,
    )
    assert after.snapshot["vars"] == {"text": "it is s3cr3t"}
    assert "s3cr3t" not in str(list(JournalEntry.objects.values_list()))


# --- versions ---------------------------------------------------------------------------------


def republish(run: Run, *steps: dict[str, Any], **parts: Any) -> Program:
    program = Program.objects.get(pk=run.version.program_id)
    publish_version(program, body(*steps, **parts), actor=system())
    return program


def test_a_failed_run_goes_on_in_the_version_in_which_its_step_is_mended() -> None:
    run = failed_run()
    republish(run, log("a"), log("b", "fine"), log("c"))

    migrate_run(run, actor=system(), reason="mended")
    assert (fresh(run).status, fresh(run).version.number) == (RunStatus.FAILED, 2)
    retry_run(run, actor=system())
    run_due()

    assert story(run)[-5:] == ["migrated", "retried", "finished b", "finished c", "ended"]
    line = JournalEntry.objects.get(run=run, kind="migrated")
    assert line.details["to"] == fresh(run).version_id


def test_a_version_without_the_step_is_refused_with_its_name() -> None:
    run = waiting_run()
    republish(run, log("a"))

    with pytest.raises(RunRefused, match="stands at “w”, which is not there"):
        migrate_run(run, actor=system())

    assert fresh(run).version.number == 1


def test_the_version_it_has_and_those_of_other_programs_are_refused() -> None:
    run = waiting_run()
    other = make_program(WAIT).published

    with pytest.raises(RunRefused, match="of this version already"):
        migrate_run(run, actor=system())
    with pytest.raises(RunRefused, match="no such version"):
        migrate_run(run, other, actor=system())


# --- anew -------------------------------------------------------------------------------------


def test_a_failed_run_is_begun_anew_with_its_parameters_and_cannot_be_retried() -> None:
    run = make_run(
        make_program(log("a", "{=Template:who}"), BROKEN, parameters=[{"code": "who"}]), who="x"
    )
    run_due()
    republish(run, log("a", "{=Template:who}!"), parameters=[{"code": "who"}])

    new = restart_run(fresh(run), actor=system(), reason="mended")
    run_due()

    assert new.restart_of_id == run.pk
    assert (fresh(new).status, fresh(run).status) == (RunStatus.COMPLETED, RunStatus.CANCELLED)
    assert JournalEntry.objects.get(run=new, step="a").operation_status_message == "x!"
    assert JournalEntry.objects.get(run=run, kind="restarted").details["run"] == new.pk
    with pytest.raises(RunRefused):
        retry_run(run, actor=system())


def test_a_completed_run_may_begin_anew_and_stays_as_it_is() -> None:
    with clock.moved(MONDAY):
        run = make_run(make_program(log("a")))
        run_due()
    before = fresh(run)

    with clock.moved(MONDAY + timedelta(days=1)):
        restart_run(run, actor=system())
        run_due()

    assert (fresh(run).status, fresh(run).finished_at) == ("completed", before.finished_at)
    assert Run.objects.count() == 2


def test_a_run_that_is_not_over_is_not_begun_anew() -> None:
    run = waiting_run()

    with pytest.raises(RunRefused, match="waiting"):
        restart_run(run, actor=system())

    assert Run.objects.count() == 1


# --- refusals that all share ------------------------------------------------------------------

Deed = Callable[..., Any]
DEEDS: dict[str, Deed] = {
    "pause": pause_run,
    "resume": resume_run,
    "retry": retry_run,
    "skip": skip_step,
    "go": lambda run, **given: go_to_step(run, "a", **given),
    "cancel": cancel_run,
    "edit": lambda run, **given: edit_variables(run, {}, **given),
    "migrate": migrate_run,
    "restart": restart_run,
}


@pytest.mark.parametrize("name", [name for name in DEEDS if name != "restart"])
def test_nothing_is_done_to_a_run_that_has_ended(name: str) -> None:
    run = make_run(make_program(log("a")))
    run_due()
    before = fresh(run)
    republish(run, log("a"), log("b"))

    with pytest.raises(RunRefused, match="completed"):
        DEEDS[name](run, actor=system())

    assert (fresh(run).snapshot, story(run)[-1]) == (before.snapshot, "ended")


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_who_may_not_automate_the_record_steers_none_of_its_runs(deed: Deed, cast: Cast) -> None:
    pipeline = make_pipeline()
    cast.vera.groups.add(make_role("reader", {pipeline.type: {"view": "all"}}))
    run = make_run(make_program(log("a"), BROKEN), make_item(pipeline))
    run_due()

    with pytest.raises(PermissionRefused):
        deed(fresh(run), actor=actor(cast.vera))

    assert story(run)[-1] == "finished b"


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_the_second_of_two_operators_is_told_that_the_run_has_moved_on(deed: Deed) -> None:
    run = failed_run()
    seen = run.snapshot["seq"]
    edit_variables(run, {}, actor=system())

    with pytest.raises(RunStale):
        deed(run, actor=system(), expected=seen)

    assert story(run)[-1] == "edited"


# --- many -------------------------------------------------------------------------------------


def test_many_runs_are_steered_at_once_and_each_refusal_is_told() -> None:
    broken = [failed_run() for _ in range(3)]
    waiting = waiting_run()

    ids = [*(run.pk for run in broken), waiting.pk, 10**9]
    outcome = steer_each(ids, LineKind.RETRIED, actor=system(), reason="all")

    assert outcome.done == [run.pk for run in broken]
    assert outcome.refused.keys() == {10**9, waiting.pk}
    assert "waiting" in outcome.refused[waiting.pk]


def test_many_runs_cost_no_more_statements_than_two() -> None:
    program = make_program(log("a"), BROKEN)
    runs = [make_run(program) for _ in range(20)]
    run_due()

    counts = []
    for some in (runs[:2], runs[2:]):
        with CaptureQueriesContext(connection) as asked:
            outcome = steer_each([run.pk for run in some], LineKind.RETRIED, actor=system())
        counts.append(len(asked))
        assert len(outcome.done) == len(some)

    assert counts[0] == counts[1]
