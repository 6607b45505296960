"""Making, changing, moving, copying, switching and deleting robots; starting them afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounts.exceptions import PermissionRefused
from automation.actions.robot_starts import count_present, start_for_present
from automation.actions.robots import (
    add_robot,
    copy_robot,
    delete_robot,
    edit_robot,
    move_robot,
    switch_robot,
)
from automation.choices import Hours, RobotMoment, SpanUnit
from automation.exceptions import RobotInvalid, RobotRefused
from automation.models import Decision, Program, Robot, RobotList, Run
from automation.robots.drafts import RobotDraft, draft_of
from automation.robots.entries import When
from smart_processes.actions.stages import move_to_stage
from smart_processes.models import Pipeline, Stage
from tests.factories.accounts import make_role
from tests.factories.automation import make_robot, run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_pipeline, make_type, system

pytestmark = pytest.mark.django_db

LATER = When(RobotMoment.DELAY, 1, SpanUnit.HOURS)


@pytest.fixture
def pipeline() -> Pipeline:
    return make_pipeline("NEW > CALL > WON | LOST")


def stage(pipeline: Pipeline, code: str) -> Stage:
    return pipeline.stages.get(code=code)


def names(place: Stage) -> list[str]:
    return list(Robot.objects.filter(stage=place).values_list("name", flat=True))


def listed(place: Stage) -> list[str]:
    """Return the names of the robots that the next record will meet."""
    found = RobotList.objects.filter(stage=place, is_current=True).first()
    return [entry["name"] for entry in found.entries] if found else []


def test_who_may_automate_the_pipeline_adds_robots_and_owns_them(
    pipeline: Pipeline, cast: Cast
) -> None:
    maker = make_role("maker", {pipeline.type: {"view": "all", "automate": "all"}})
    half = make_role("half", {pipeline.type: {"view": "all", "automate": "own"}})
    cast.anna.groups.add(maker)
    cast.boris.groups.add(half)
    draft = RobotDraft("log", {"text": "Hello"})

    robot = add_robot(stage(pipeline, "NEW"), draft, actor=cast.actor("anna"))

    assert (robot.name, robot.code, robot.created_by_id) == (
        "Write into the journal",
        "write_into_the_journal",
        cast.anna.pk,
    )
    for name in ("boris", "guest"):
        with pytest.raises(PermissionRefused):
            add_robot(stage(pipeline, "NEW"), draft, actor=cast.actor(name))
        with pytest.raises(PermissionRefused):
            delete_robot(robot, actor=cast.actor(name))


@pytest.mark.parametrize(
    ("draft", "path", "words"),
    [
        (RobotDraft("teleport"), "$.activity", "no activity “teleport”"),
        (RobotDraft("log"), "$.params", "“text” is missing"),
        (RobotDraft("log", {"text": "x", "colour": 1}), "$.params.colour", "no “colour” here"),
        (RobotDraft("set_fields", {"values": {"nose": 1}}), "$.params.values.nose", "“nose”"),
        (RobotDraft("log", {"text": "{=Document:nose}"}), "$.params", "Document:nose"),
        (RobotDraft("log", {"text": "{=1 +}"}), "$.params.text", "at "),
        (RobotDraft("change_stage", {"stage": "MOON"}), "$.params.stage", "“MOON”"),
        (RobotDraft("notify", {"people": "nobody", "text": "x"}), "$.params.people", "nobody"),
        (RobotDraft("log", {"text": "x"}, runs_as=0), "$.runs_as", "nothing called “0”"),
        (RobotDraft("log", {"text": "x"}, on_error="panic"), "$.on_error", "Choose one of"),
        (
            RobotDraft("log", {"text": "x"}, when=When(RobotMoment.DELAY, -1)),
            "$.when.amount",
            "from 0",
        ),
        (
            RobotDraft("log", {"text": "x"}, when=When(RobotMoment.MOMENT)),
            "$.when",
            "“moment” is missing",
        ),
        (
            RobotDraft("log", {"text": "x"}, when=When(RobotMoment.DATE_FIELD, date_field="title")),
            "$.when.date_field",
            "not a date",
        ),
        (
            RobotDraft("log", {"text": "x"}, when=When(RobotMoment.DATE_FIELD, date_field="no")),
            "$.when.date_field",
            "nothing called “no”",
        ),
        (
            RobotDraft("log", {"text": "x"}, condition=({"object": "Document", "field": "x"},)),
            "$.condition[0].operator",
            "",
        ),
        (
            RobotDraft(
                "log",
                {"text": "x"},
                condition=({"object": "Document", "field": "nose", "operator": "empty"},),
            ),
            "$.condition",
            "Document:nose",
        ),
        (
            RobotDraft(
                "log",
                {"text": "x"},
                condition=({"object": "Document", "field": "title", "operator": "changed"},),
            ),
            "$.condition[0].operator",
            "Ask for a value instead",
        ),
    ],
)
def test_a_robot_that_cannot_be_is_refused_with_the_place(
    pipeline: Pipeline, draft: RobotDraft, path: str, words: str
) -> None:
    with pytest.raises(RobotInvalid) as refused:
        add_robot(stage(pipeline, "NEW"), draft, actor=system())

    assert path in {each.path for each in refused.value.problems}, refused.value.message
    assert words in refused.value.message
    assert not Robot.objects.exists()
    assert not Program.objects.exists()


def test_an_edited_robot_acts_anew_while_what_it_planned_stays_as_planned(
    pipeline: Pipeline,
) -> None:
    robot = make_robot(stage(pipeline, "NEW"), name="Old", when=LATER)
    before = make_item(pipeline)
    run_due()

    edited = edit_robot(robot, replace(draft_of(robot), name="New", when=When()), actor=system())
    after = make_item(pipeline)
    run_due()

    assert (edited.code, edited.program.name) == ("old", "Old")
    assert Program.objects.get().name == "New"
    first, second = Decision.objects.order_by("pk")
    assert (first.item_id, first.rule_name, first.kind) == (before.pk, "Old", "waiting")
    assert (second.item_id, second.rule_name, second.kind) == (after.pk, "New", "fired")
    assert RobotList.objects.count() == 2


def test_a_change_that_changes_nothing_makes_no_new_list(pipeline: Pipeline) -> None:
    robot = make_robot(stage(pipeline, "NEW"))

    edit_robot(robot, draft_of(robot), actor=system())

    assert RobotList.objects.count() == 1
    assert robot.program.versions.count() == 1


def test_robots_are_put_into_another_order_and_another_stage(pipeline: Pipeline) -> None:
    new, call = stage(pipeline, "NEW"), stage(pipeline, "CALL")
    robots = [make_robot(new, name=name) for name in "ABC"]

    move_robot(robots[2], new, position=0, actor=system())
    assert names(new) == listed(new) == ["C", "A", "B"]

    move_robot(robots[0], call, actor=system())
    assert (listed(new), listed(call)) == (["C", "B"], ["A"])


def test_a_robot_moves_to_another_pipeline_but_not_to_another_type(pipeline: Pipeline) -> None:
    other = make_pipeline("START > END", record_type=pipeline.type, code="other")
    make_robot(stage(other, "START"), name="Same")
    robot = make_robot(stage(pipeline, "NEW"), name="Same")

    moved = move_robot(robot, stage(other, "START"), position=0, actor=system())

    assert (moved.code, moved.pipeline_id) == ("same_2", other.pk)
    assert listed(stage(pipeline, "NEW")) == []
    foreign = make_type("visit", "NEW > END").pipelines.get()
    with pytest.raises(RobotRefused, match="Copy it instead"):
        move_robot(moved, stage(foreign, "NEW"), actor=system())


def test_a_copy_is_checked_against_its_new_type(pipeline: Pipeline) -> None:
    make_field(pipeline.type, "colour")
    foreign = stage(make_type("visit", "NEW > END").pipelines.get(), "NEW")
    plain = make_robot(stage(pipeline, "NEW"), name="Log", when=LATER)
    coloured = make_robot(
        stage(pipeline, "NEW"), "set_fields", params={"values": {"colour": "red"}}
    )

    copy = copy_robot(plain, foreign, actor=system())

    assert draft_of(copy) == draft_of(plain)
    assert copy.program_id != plain.program_id
    with pytest.raises(RobotInvalid, match="colour"):
        copy_robot(coloured, foreign, actor=system())


@pytest.mark.parametrize("is_deleted", [True, False])
def test_a_robot_that_goes_cancels_what_waits(pipeline: Pipeline, is_deleted: bool) -> None:
    new = stage(pipeline, "NEW")
    first = make_robot(new, name="First", when=LATER)
    make_robot(new, name="Second", after_previous=True)
    item = make_item(pipeline)
    run_due()

    if is_deleted:
        delete_robot(first, actor=system())
    else:
        switch_robot(first, is_active=False, actor=system())
    run_due()

    cancelled = Decision.objects.get(item=item, rule_name="First")
    assert (cancelled.kind, cancelled.reason) == (
        "cancelled",
        "The robot was switched off or deleted.",
    )
    assert Decision.objects.get(item=item, rule_name="Second").kind == "fired"
    assert listed(new) == ["Second"]
    assert Robot.objects.count() == (1 if is_deleted else 2)


def test_what_a_deleted_robot_did_stays(pipeline: Pipeline) -> None:
    robot = make_robot(stage(pipeline, "NEW"), name="Gone")
    make_item(pipeline)
    run_due()

    delete_robot(robot, actor=system())

    decision = Decision.objects.get()
    assert (decision.robot_id, decision.rule_name, decision.run) == (
        None,
        "Gone",
        Run.objects.get(),
    )
    assert not Program.objects.get().is_active


def test_records_in_the_stage_are_started_when_asked_for_and_once(
    pipeline: Pipeline, cast: Cast
) -> None:
    new = stage(pipeline, "NEW")
    standing = [make_item(pipeline) for _ in range(3)]
    move_to_stage(standing.pop(), "CALL", actor=system())
    make_robot(new, name="Other")
    robot = make_robot(new, name="Late comer")
    met = make_item(pipeline)
    run_due()
    assert count_present(robot, actor=system()) == 2

    with pytest.raises(PermissionRefused):
        start_for_present(robot, actor=cast.actor("guest"))
    assert start_for_present(robot, actor=system()) == 2
    run_due()

    decided = Decision.objects.filter(rule_name="Late comer")
    assert set(decided.values_list("item_id", flat=True)) == {met.pk, *(i.pk for i in standing)}
    assert Decision.objects.filter(rule_name="Other").count() == 1
    assert start_for_present(robot, actor=system()) == 0
    switch_robot(robot, is_active=False, actor=system())
    with pytest.raises(RobotRefused):
        start_for_present(robot, actor=system())


def test_a_draft_survives_being_stored(pipeline: Pipeline) -> None:
    make_field(pipeline.type, "visit", "date")
    rows: tuple[Any, ...] = (
        {"object": "Document", "field": "title", "operator": "eq", "value": "x"},
    )
    draft = RobotDraft(
        "log",
        {"text": "x"},
        name="All",
        code="all",
        when=When(RobotMoment.DATE_FIELD, -2, SpanUnit.HOURS, Hours.COMPANY, "visit"),
        after_previous=True,
        condition=rows,
        on_error={"then": "continue", "retry": 2},
        is_active=False,
    )

    robot = add_robot(stage(pipeline, "NEW"), draft, actor=system())

    assert draft_of(Robot.objects.get(pk=robot.pk)) == draft
