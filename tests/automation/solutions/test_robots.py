"""Robots in a solution file: planned, applied, applied again, changed, exported."""

from __future__ import annotations

import pytest

from automation.actions.robots import delete_robot
from automation.models import Robot, RobotList
from smart_processes.models import RecordType
from smart_processes.solutions.document import SolutionRefused, read, write
from smart_processes.solutions.planning import apply_solution, export_solution, make_plan
from tests.factories.cast import Cast
from tests.factories.smart_processes import system

pytestmark = pytest.mark.django_db

TYPES = """
solution: 1
types:
  - code: visit
    name_one: Visit
    name_many: Visits
    fields:
      - {code: on, label: Day, kind: date}
    pipelines:
      - code: main
        name: Main
        default: true
        stages:
          - {code: NEW, name: New}
          - {code: CALL, name: Call}
          - {code: DONE, name: Done, semantics: success}
          - {code: LOST, name: Lost, semantics: failure}
"""
ROBOTS = """
robots:
  - type: visit
    pipeline: main
    stages:
      NEW:
        - code: greet
          name: Greet
          activity: log
          params: {text: 'Hello {=Document:title}'}
        - code: remind
          name: Remind
          activity: notify
          params: {people: [anna], title: Tomorrow}
          when: {kind: date_field, amount: -1, unit: days, hours: company, date_field: 'on'}
          after_previous: true
          condition:
            - {object: Document, field: title, operator: not_empty}
          runs_as: anna
          on_leave: unless_lost
      CALL:
        - {code: close, name: Close, activity: change_stage, params: {stage: DONE}}
"""


def apply(text: str, *, may_destroy: bool = False) -> int:
    return len(apply_solution(read(text), actor=system(), may_destroy=may_destroy).steps)


def codes(stage: str) -> list[str]:
    return list(Robot.objects.filter(stage__code=stage).values_list("code", flat=True))


def test_robots_are_applied_once_with_their_type(cast: Cast) -> None:
    apply(TYPES + ROBOTS)

    assert (codes("NEW"), codes("CALL")) == (["greet", "remind"], ["close"])
    remind = Robot.objects.get(code="remind")
    assert (remind.amount, remind.date_field, remind.runs_as) == (-1, "on", cast.anna)
    assert RobotList.objects.filter(is_current=True).count() == 2
    assert make_plan(read(TYPES + ROBOTS)).is_empty


def test_only_what_differs_is_changed(cast: Cast) -> None:
    apply(TYPES + ROBOTS)
    changed = ROBOTS.replace("Hello", "Goodbye").replace("name: Close", "name: Finish")

    plan = make_plan(read(TYPES + changed))
    sentences = [sentence for step in plan.steps for sentence in step.sentences]
    assert len(sentences) == 2
    assert sentences[1] == "visit/main/CALL/close: name “Close” → “Finish”"

    assert apply(TYPES + changed) == 2
    assert apply(TYPES + changed) == 0


def test_robots_move_and_change_places(cast: Cast) -> None:
    apply(TYPES + ROBOTS)
    head, robots = ROBOTS.split("        - code: greet")
    greet, remind = robots.split("        - code: remind")
    remind, call = remind.split("      CALL:\n")
    other = head + "        - code: remind" + remind + "        - code: greet" + greet
    apply(TYPES + other)
    assert codes("NEW") == ["remind", "greet"]
    assert make_plan(read(TYPES + other)).is_empty

    moved = (
        head
        + "        - code: remind"
        + remind
        + "      CALL:\n"
        + call
        + ("        - code: greet" + greet)
    )
    apply(TYPES + moved)
    assert (codes("NEW"), codes("CALL")) == (["remind"], ["close", "greet"])


def test_an_exact_file_deletes_what_it_does_not_name_when_it_may(cast: Cast) -> None:
    apply(TYPES + ROBOTS)
    less = "exact: true\n" + TYPES.lstrip() + ROBOTS.split("      CALL:", maxsplit=1)[0]
    assert codes("CALL") == ["close"]

    apply(less, may_destroy=True)

    assert codes("CALL") == []
    assert make_plan(read(less)).is_empty


def test_exported_robots_make_the_same_system_again(cast: Cast) -> None:
    apply(TYPES + ROBOTS)
    first = write(export_solution(["visit"]))
    assert make_plan(read(first)).is_empty

    for robot in Robot.objects.all():
        delete_robot(robot, actor=system())
    assert not RobotList.objects.filter(is_current=True).exists()
    apply_solution(read(first), actor=system())

    assert write(export_solution(["visit"])) == first
    assert "greet" in first


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("text: 'Hello", "words: 'Hello"), "missing"),
        (("stage: DONE", "stage: MOON"), "MOON"),
        (("      CALL:", "      MOON:"), "There is no stage “visit/main/MOON”"),
        (("runs_as: anna", "runs_as: nobody"), "nobody called “nobody”"),
        (("date_field: 'on'", "date_field: title"), "not a date"),
        (("on_leave: unless_lost", "on_leave: maybe"), "on_leave"),
        (("after_previous", "afterwards"), "afterwards"),
    ],
)
def test_robots_that_cannot_be_are_refused_with_their_line(
    cast: Cast, change: tuple[str, str], sentence: str
) -> None:
    with pytest.raises(SolutionRefused, match=sentence):
        apply(TYPES + ROBOTS.replace(*change))

    assert not RecordType.objects.filter(code="visit").exists()
