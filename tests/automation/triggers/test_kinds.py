"""Each kind of trigger, by what people do to records."""

from __future__ import annotations

from datetime import timedelta

import pytest

from automation.actions.todos import TodoContent, add_todo, complete_todo
from automation.models import Run, Trigger
from automation.runtime import clock
from automation.triggering.moments import find_moments
from smart_processes.actions.comments import add_comment
from smart_processes.actions.links import link_records
from smart_processes.actions.records import update_record
from smart_processes.actions.stages import move_to_stage
from smart_processes.models import Pipeline
from tests.automation.triggers.triggering import decisions, make_trigger, reasons, stage_of, work
from tests.factories.automation import log, make_program, make_run
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, make_type, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline() -> Pipeline:
    return make_pipeline("NEW > CALL > WON | LOST")


def test_new_responsible_person_moves_the_record(cast: Cast, pipeline: Pipeline) -> None:
    make_trigger(pipeline, "CALL", "responsible_changed")
    item = make_item(pipeline)

    update_record(item, {"responsible": cast.anna.pk}, actor=system())
    work()

    assert stage_of(item) == "CALL"


def test_new_record_moves_on(pipeline: Pipeline) -> None:
    make_trigger(pipeline, "CALL", "record_created")

    item = make_item(pipeline)
    work()

    assert stage_of(item) == "CALL"


def test_link_with_the_right_type_moves_the_record(pipeline: Pipeline) -> None:
    wanted, other = make_type("order"), make_type("note")
    make_trigger(pipeline, "CALL", "record_linked", params={"type": "order"})
    item = make_item(pipeline)

    link_records(item, make_item(other), actor=system())
    work()
    before = stage_of(item)
    link_records(item, make_item(wanted), actor=system())
    work()

    assert (before, stage_of(item)) == ("NEW", "CALL")
    assert [kind for _name, kind in decisions(item)] == ["skipped", "fired"]


def test_comment_with_the_words_moves_the_record(pipeline: Pipeline) -> None:
    make_trigger(pipeline, "CALL", "comment_added", params={"contains": "AGREED"})
    item = make_item(pipeline)

    for text in ("Not yet", "We agreed today"):
        add_comment(item, text, actor=system())
        work()

    assert stage_of(item) == "CALL"
    assert reasons(item)[0] == "The comment does not hold the words."


def test_last_todo_moves_the_record(pipeline: Pipeline) -> None:
    make_trigger(pipeline, "CALL", "all_todos_done")
    item = make_item(pipeline)
    todos = [add_todo(item, TodoContent(title=title), actor=system()) for title in ("One", "Two")]
    stages = []

    for todo in todos:
        complete_todo(todo, actor=system())
        work()
        stages.append(stage_of(item))

    assert stages == ["NEW", "CALL"]


def test_linked_record_in_a_stage_moves_the_record(pipeline: Pipeline) -> None:
    order_line = make_type("order").pipelines.get()
    make_trigger(pipeline, "CALL", "other_record_stage", params={"type": "order", "stage": "WON"})
    item, stranger, order = make_item(pipeline), make_item(pipeline), make_item(order_line)
    link_records(item, order, actor=system())

    move_to_stage(order, "WON", actor=system())
    work()

    assert (stage_of(item), stage_of(stranger)) == ("CALL", "NEW")


def test_date_that_comes_moves_the_record_once(pipeline: Pipeline) -> None:
    trigger = make_trigger(pipeline, "CALL", "moment", params={"field": "closes_on", "days": -3})
    today = clock.now()
    item = make_item(pipeline, closes_on=(today + timedelta(days=10)).date())
    late = make_item(pipeline, closes_on=(today + timedelta(days=30)).date())
    counts = []

    for days in (5, 8, 8, 9):
        moment = today + timedelta(days=days)
        with clock.moved(moment):
            counts.append(find_moments(moment))
            work()

    assert sum(counts) == 1
    assert (stage_of(item), stage_of(late)) == ("CALL", "NEW")
    assert Trigger.objects.get(pk=trigger.pk).checked_until is not None


def test_run_that_waits_for_a_condition_follows_the_record(pipeline: Pipeline) -> None:
    row = {"object": "Document", "field": "title", "operator": "eq", "value": "Ready"}
    wait = {"id": "w", "type": "wait", "for": {"condition": [row]}}
    item = make_item(pipeline)
    run = make_run(make_program(wait, log("after")), item)
    work()

    update_record(item, {"title": "Ready"}, actor=system())
    work()

    assert Run.objects.get(pk=run.pk).status == "completed"
