"""Trial runs: what a rule would do is told, and nothing of it is done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from celery import current_app
from django.apps import apps
from django.core import mail
from django.db import connection

from accounts.actor import Actor
from accounts.exceptions import PermissionRefused
from automation.actions.programs import publish_version
from automation.actions.triggers import add_trigger
from automation.choices import RobotMoment, SpanUnit, TrialAnswer
from automation.exceptions import TrialRefused
from automation.models import Decision, Trial, Trigger
from automation.robots.entries import When
from automation.runtime import clock
from automation.trials.cases import Rule, keep_case, try_again, try_out
from automation.trials.scenario import Answer, Scenario
from smart_processes.models import Item, Pipeline
from tests.factories.automation import body, log, make_program, make_robot
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline() -> Pipeline:
    return make_pipeline("NEW > CALL > OFFER > WON | LOST")


@pytest.fixture
def item(pipeline: Pipeline) -> Item:
    return make_item(pipeline, title="Coffee machine")


def rows_of_all_tables() -> dict[str, list[tuple[Any, ...]]]:
    """Return everything in the database, but for trials."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model is Trial or not model._meta.managed or model._meta.proxy:
                continue
            table = model._meta.db_table
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(cursor.fetchall(), key=repr)
    return found


def tried(rule: Rule, item: Item | None, scenario: Scenario | None = None) -> Trial:
    """Return a trial, after looking that it changed and sent nothing."""
    before = rows_of_all_tables()
    trial = try_out(rule, item, scenario or Scenario(), actor=system())
    assert rows_of_all_tables() == before
    assert mail.outbox == []
    return trial


def step(step_id: str, activity: str, **params: Any) -> dict[str, Any]:
    return {"id": step_id, "type": activity, "params": params}


def outcomes(trial: Trial) -> list[tuple[str, str]]:
    """Return each step that ended and how."""
    lines = trial.report["lines"]
    return [
        (line["step"], line["operation_status_code"])
        for line in lines
        if line["operation_status_code"]
    ]


def changes(trial: Trial) -> list[tuple[str, Any, Any]]:
    return [(each["field"], each["before"], each["after"]) for each in trial.report["changes"]]


ASK = step("ask", "create_todo", title="Call back", is_awaited=True)
MAIL = step("mail", "send_email", to=["client@example.com"], subject="Hello", text="We come")


def test_a_trial_tells_every_change_and_makes_none(item: Item) -> None:
    program = make_program(
        step("rename", "set_fields", values={"title": "Espresso"}),
        step("say", "add_comment", text="Called {=Document:title}"),
        step("move", "change_stage", stage="OFFER"),
        step("again", "set_fields", values={"title": "Espresso machine"}),
    )

    trial = tried(program, item)

    assert trial.report["run"]["status"] == "completed"
    assert [step for step, how in outcomes(trial)] == ["rename", "say", "move", "again"]
    assert ("title", "Coffee machine", "Espresso machine") in changes(trial)
    assert ("stage", "NEW", "OFFER") in changes(trial)
    assert ("comment", None, "Called Espresso") in changes(trial)


def test_a_trial_names_the_robots_that_a_move_would_start(item: Item, pipeline: Pipeline) -> None:
    make_robot(pipeline.stages.get(code="OFFER"), name="Send the offer")

    trial = tried(make_program(step("move", "change_stage", stage="OFFER")), item)

    (planned,) = trial.report["planned"]
    assert (planned["stage"], planned["robots"]) == ("Offer", ["Send the offer"])


def test_days_pass_at_once(item: Item) -> None:
    program = make_program({"id": "pause", "type": "wait", "for": {"duration": "3d"}}, log("late"))
    began = clock.now()

    trial = tried(program, item, Scenario(at=began))

    assert outcomes(trial)[-1] == ("late", "success")
    assert trial.report["ended_at"] == (began + timedelta(days=3)).isoformat()


def test_a_letter_is_told_and_stays(item: Item) -> None:
    trial = tried(make_program(MAIL, log("then")), item)

    assert outcomes(trial) == [("mail", "success"), ("then", "success")]
    (sent,) = trial.report["sent"]
    assert sent["activity"] == "send_email"
    assert sent["inputs"]["to"] == ["client@example.com"]


def test_what_happens_when_another_system_does_not_answer_can_be_tried(item: Item) -> None:
    failing = Scenario(answers={"mail": Answer(TrialAnswer.BADLY)})

    trial = tried(make_program(MAIL, log("then")), item, failing)

    assert outcomes(trial) == [("mail", "error")]
    assert trial.report["run"]["status"] == "failed"


def test_who_is_asked_answers_as_chosen(item: Item) -> None:
    program = make_program(ASK, log("thanks", "Done by {=ask:done_by}"))
    unanswered = tried(program, item)
    done = Scenario(answers={"ask": Answer(TrialAnswer.WELL, {"done_by": 7})})

    answered = tried(program, item, done)

    assert unanswered.report["stopped"].startswith("It would wait until")
    assert [each["step"] for each in unanswered.report["questions"]] == ["ask"]
    assert answered.report["stopped"] == ""
    assert outcomes(answered)[-1] == ("thanks", "success")
    assert answered.report["lines"][-2]["inputs"] == {"text": "Done by 7"}


def test_a_program_that_another_one_waits_for_is_tried_with_it(item: Item) -> None:
    inner = make_program(step("rename", "set_fields", values={"title": "Renamed"}), code="inner")
    outer = make_program(
        step("start", "start_workflow", program=inner.code, is_awaited=True), log("after")
    )

    trial = tried(outer, item)

    assert outcomes(trial) == [("start", "success"), ("after", "success")]
    assert [each["program"] for each in trial.report["also"]] == ["Inner"]


def test_a_program_without_an_end_is_ended(item: Item) -> None:
    pause = {"id": "pause", "type": "wait", "for": {"duration": "1h"}}
    forever = {"id": "loop", "type": "while", "when": [], "most": 1000, "steps": [pause]}

    trial = tried(make_program(forever), item)

    assert trial.report["stopped"] == "The trial run was ended after 200 turns."


def test_a_step_that_fails_tells_why(item: Item) -> None:
    trial = tried(make_program(step("move", "change_stage", stage="NOWHERE")), item)

    assert trial.report["run"]["status"] == "failed"
    assert "NOWHERE" in trial.report["run"]["error"]


# --- robots -------------------------------------------------------------------------------------


def test_a_robot_is_tried_with_its_moment_and_its_condition(item: Item, pipeline: Pipeline) -> None:
    robot = make_robot(
        pipeline.stages.get(code="CALL"),
        "set_fields",
        params={"values": {"title": "Called"}},
        when=When(RobotMoment.DELAY, 2, SpanUnit.DAYS),
        condition=(
            {"object": "Document", "field": "title", "operator": "contain", "value": "Coffee"},
        ),
    )
    began = clock.now()

    trial = tried(robot, item, Scenario(at=began))

    decision = trial.report["decision"]
    assert decision["kind"] == "fired"
    assert [row["truth"] for row in decision["rows"]] == [True]
    assert changes(trial) == [("title", "Coffee machine", "Called")]
    assert trial.report["ended_at"] == (began + timedelta(days=2)).isoformat()
    assert not Decision.objects.exists()


def test_a_robot_whose_condition_is_false_does_nothing_and_says_so(
    item: Item, pipeline: Pipeline
) -> None:
    robot = make_robot(
        pipeline.stages.get(code="CALL"),
        condition=({"object": "Document", "field": "title", "operator": "=", "value": "Tea"},),
    )

    trial = tried(robot, item)

    assert trial.report["decision"]["kind"] == "skipped"
    assert trial.report["run"] is None


def test_a_robot_is_not_tried_on_records_of_another_pipeline(pipeline: Pipeline) -> None:
    robot = make_robot(pipeline.stages.get(code="CALL"))
    stranger = make_item(make_pipeline("A > B > WON | LOST"))

    with pytest.raises(TrialRefused, match="own pipeline"):
        tried(robot, stranger)


# --- triggers -----------------------------------------------------------------------------------


def make_trigger(pipeline: Pipeline, stage: str, **parts: Any) -> Trigger:
    stage_row = pipeline.stages.get(code=stage)
    return add_trigger(stage_row, "comment_added", "Somebody wrote", actor=system(), **parts)


def test_a_trigger_is_tried_as_if_it_had_happened(item: Item, pipeline: Pipeline) -> None:
    make_robot(pipeline.stages.get(code="CALL"), name="Call back")

    trial = tried(make_trigger(pipeline, "CALL"), item)

    assert trial.report["decision"]["kind"] == "fired"
    assert changes(trial) == [("stage", "NEW", "CALL")]
    assert [each["robots"] for each in trial.report["planned"]] == [["Call back"]]


def test_a_trigger_that_would_not_fire_says_why(item: Item, pipeline: Pipeline) -> None:
    rows = [{"object": "Document", "field": "title", "operator": "=", "value": "Tea"}]

    trial = tried(make_trigger(pipeline, "CALL", condition=rows), item)

    assert trial.report["decision"]["reason"] == "The condition does not hold."
    assert changes(trial) == []


# --- rights and cases ---------------------------------------------------------------------------


def test_who_may_not_automate_the_record_may_not_try(item: Item, cast: Cast) -> None:
    with pytest.raises(PermissionRefused):
        try_out(make_program(log("a")), item, Scenario(), actor=Actor.person(cast.guest))


def test_a_case_tells_what_a_new_version_changes(item: Item) -> None:
    program = make_program(step("rename", "set_fields", values={"title": "Tea"}))
    case = keep_case(tried(program, item), "Renames", actor=system())
    same = try_again(case, actor=system())
    publish_version(
        program, body(step("rename", "set_fields", values={"title": "Milk"})), actor=system()
    )

    changed = try_again(case, actor=system())

    assert same.is_same
    assert [line.rpartition(" ")[2] for line in (*changed.gone, *changed.come)] == ["Tea", "Milk"]


def test_two_cases_of_a_program_have_two_names(item: Item) -> None:
    program = make_program(log("a"))
    keep_case(tried(program, item), "Usual", actor=system())

    with pytest.raises(TrialRefused, match="already"):
        keep_case(tried(program, item), "Usual", actor=system())


# --- outside of a test's transaction -----------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_no_worker_is_told_of_a_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_options: told.append(name))
    item = make_item(make_pipeline("NEW > CALL > WON | LOST"), title="Coffee machine")
    program = make_program(ASK, MAIL)
    told.clear()

    tried(program, item)

    assert told == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_record_that_is_being_changed_is_tried_later() -> None:
    item = make_item(make_pipeline("NEW > CALL > WON | LOST"))
    program = make_program(step("rename", "set_fields", values={"title": "Tea"}))
    settings = connection.settings_dict
    held = psycopg.connect(
        dbname=settings["NAME"],
        host=settings["HOST"],
        port=settings["PORT"] or None,
        user=settings["USER"],
        password=settings["PASSWORD"] or None,
    )
    with held, held.cursor() as cursor:
        cursor.execute("SELECT 1 FROM smart_processes_item WHERE id = %s FOR UPDATE", [item.pk])

        with pytest.raises(TrialRefused, match="Try again in a moment"):
            try_out(program, item, Scenario(), actor=system())
