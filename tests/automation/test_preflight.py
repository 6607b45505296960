"""What is told before a run goes on: where it and today's configuration differ."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from automation.actions.deeds import Plan
from automation.actions.programs import publish_version
from automation.actions.runs import fire, pause_run
from automation.engine.journal import LineKind
from automation.models import GlobalValue, Program, Run
from automation.runtime import clock
from automation.selectors.preflight import Place, Report, preflight
from smart_processes.actions.records import delete_record
from smart_processes.models import Item, Stage
from tests.factories.automation import body, log, make_program, make_run, run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, system

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
WAIT = {"id": "w", "type": "wait", "title": "Payment", "for": {"event": "go"}}
BROKEN = {"id": "b", "type": "log", "params": {"text": "=1/0"}}


def report(run: Run, kind: LineKind = LineKind.RESUMED, **plan: Any) -> Report:
    run = Run.objects.select_related(
        "version__program__published", "item__responsible", "runs_as"
    ).get(pk=run.pk)
    return preflight(system(), run, Plan(kind, **plan))


def texts(found: Report) -> list[str]:
    return [each.text for each in found.findings]


def paused(*steps: dict[str, Any], item: Item | None = None, **parts: Any) -> Run:
    run = make_run(make_program(*steps, **parts), item)
    run_due()
    return pause_run(run, actor=system())


def test_nothing_is_said_where_nothing_has_changed() -> None:
    run = paused(WAIT, log("end", "{=Document:title}"), item=make_item(make_pipeline()))

    assert texts(report(run)) == []


def test_what_steps_ahead_name_and_is_gone_is_told_and_what_is_behind_is_not() -> None:
    for code in ("old", "key"):
        GlobalValue.objects.create(kind="constant", code=code, label=code, value="x")
    ahead = log("end", "{=GlobalConst:key}", title="Write to them")
    run = paused(log("a", "{=GlobalConst:old}"), WAIT, ahead)
    GlobalValue.objects.all().delete()

    found = report(run)

    assert texts(found) == ["Step “Write to them”: There is nothing called “GlobalConst:key”."]
    assert found.findings[0].place == Place.GLOBALS
    assert not found.is_refused


def test_an_empty_secret_is_told() -> None:
    GlobalValue.objects.create(
        kind="constant", code="key", label="Our key", value="s3cr3t", is_secret=True
    )
    run = paused(WAIT, log("end", "{=GlobalConst:key}"))
    GlobalValue.objects.update(value="")

    assert texts(report(run)) == ["The secret “Our key” is empty. Set it first."]


def test_a_stage_and_a_program_that_are_gone_are_told() -> None:
    pipeline = make_pipeline("NEW > CALL > WON")
    make_program(log("x"), code="child")
    move = {"id": "m", "type": "change_stage", "params": {"stage": "CALL"}}
    sub = {"id": "s", "type": "sub_workflow", "program": "child"}
    run = paused(WAIT, move, sub, item=make_item(pipeline), record_type=pipeline.type)
    Stage.objects.filter(code="CALL").update(retired_at=MONDAY)
    Program.objects.filter(code="child").update(is_active=False)

    found = texts(report(run))

    assert len(found) == 2
    assert "There is nothing called “CALL”" in found[0]
    assert "starts the program “child”, which is switched off" in found[1]


def test_people_who_left_are_told(cast: Cast) -> None:
    item = make_item(make_pipeline(), responsible=cast.boris.pk)
    todo = {"id": "t", "type": "create_todo", "params": {"title": "Call", "assignee": cast.anna.pk}}
    run = paused(WAIT, todo, item=item)
    Run.objects.filter(pk=run.pk).update(runs_as=cast.vera)
    for person in (cast.anna, cast.boris, cast.vera):
        person.is_active = False
        person.save()

    found = report(run)

    assert {each.place for each in found.findings} == {Place.PERSON, Place.RECORD, Place.PROGRAM}
    assert "Nobody of those it names is here any more" in str(texts(found))


def test_a_record_in_the_recycle_bin_is_told() -> None:
    item = make_item(make_pipeline())
    run = paused(WAIT, item=item)
    delete_record(item, actor=system())

    assert "recycle bin" in texts(report(run))[0]


def test_waits_that_are_over_are_told() -> None:
    with clock.moved(MONDAY):
        run = paused({"id": "d", "type": "wait", "for": {"duration": "1d"}})
    other = paused(WAIT)
    fire(other, 1)

    with clock.moved(MONDAY + timedelta(days=2)):
        assert texts(report(run)) == ["“d”: its time is over. It ends at once."]
    assert texts(report(other)) == ["“Payment”: what it waits for came meanwhile. It ends at once."]


def test_a_newer_version_is_told_and_what_it_would_mean_to_take_it() -> None:
    run = paused(WAIT, variables=[{"code": "v"}])
    publish_version(run.version.program, body(WAIT, log("end")), actor=system())

    assert report(run).findings[0].place == Place.VERSION
    found = report(run, LineKind.MIGRATED)
    assert texts(found) == ["The variable “v” is gone, and with it its value."]
    publish_version(run.version.program, body(log("end")), actor=system())
    assert report(run, LineKind.MIGRATED).is_refused


def test_a_deed_that_does_not_fit_is_an_obstacle_and_nothing_is_written() -> None:
    run = make_run(make_program(BROKEN, log("end")))
    run_due()
    before = Run.objects.values().get(pk=run.pk)

    assert report(run, LineKind.RESUMED).is_refused
    assert report(run, LineKind.MOVED, step="nowhere").is_refused
    assert not report(run, LineKind.MOVED, step="end").is_refused
    assert not report(run, LineKind.SKIPPED).is_refused
    assert not report(run, LineKind.RESTARTED).is_refused
    assert Run.objects.values().get(pk=run.pk) == before


def test_a_mended_program_that_needs_more_parameters_is_not_begun_anew() -> None:
    run = make_run(make_program(BROKEN))
    run_due()
    needs = [{"code": "who", "label": "Who", "is_required": True}]
    publish_version(run.version.program, body(log("a"), parameters=needs), actor=system())

    assert texts(report(run, LineKind.RESTARTED)) == ["Fill in “Who”."]
