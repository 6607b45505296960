"""Triggers, schedules, programs and globals in a solution file: applied, again, exported."""

from __future__ import annotations

import pytest
from django_celery_beat.models import PeriodicTask

from automation.models import GlobalValue, Program, Schedule, Trigger
from smart_processes.solutions.document import SolutionRefused, read, write
from smart_processes.solutions.planning import apply_solution, export_solution, make_plan
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_type, system

pytestmark = pytest.mark.django_db

SOLUTION = """
solution: 1
globals:
  - {kind: constant, code: rate, label: Rate, value: 5}
  - {kind: constant, code: key, secret: true}
  - {kind: variable, code: counted, value: 0}
programs:
  - code: evening
    name: Evening
    body:
      program: 1
      root:
        type: sequence
        steps:
          - {id: say, type: log, params: {text: 'Rate {=GlobalConst:rate}'}}
triggers:
  - type: request
    pipeline: main
    stage: CALL
    code: titled
    name: Title changed
    kind: field_changed
    params: {fields: [title]}
    condition: [{object: Document, field: title, operator: not_empty}]
    back: true
schedules:
  - code: evening
    name: Every evening
    program: evening
    times: 0 18 * * *
    working_days: true
    type: request
    filters: {stage: [NEW]}
    runs_as: anna
"""


def test_rules_are_applied_once_and_change_in_place(cast: Cast) -> None:
    make_type("request")

    plan = apply_solution(read(SOLUTION), actor=system())

    assert len(plan.steps) == 6
    assert make_plan(read(SOLUTION)).is_empty
    schedule, trigger = Schedule.objects.get(), Trigger.objects.get()
    assert schedule.runs_as == cast.anna
    assert (trigger.stage.code, trigger.may_move_back) == ("CALL", True)

    apply_solution(read(SOLUTION.replace("0 18", "30 7").replace("CALL", "WON")), actor=system())
    assert PeriodicTask.objects.get(name=f"schedule {schedule.pk}").crontab.hour == "7"
    trigger.refresh_from_db()
    assert trigger.stage.code == "WON"


def test_what_is_exported_is_what_was_applied(cast: Cast) -> None:
    make_type("request")
    apply_solution(read(SOLUTION), actor=system())
    GlobalValue.objects.filter(code="key").update(value="hunter22")
    first = write(export_solution())

    Trigger.objects.all().delete()
    Schedule.objects.all().delete()
    Program.objects.all().update(published=None)
    apply_solution(read(first), actor=system())

    assert write(export_solution()) == first
    assert "hunter22" not in first
    assert GlobalValue.objects.get(code="key").value == "hunter22"


def test_variable_keeps_the_value_it_has(cast: Cast) -> None:
    make_type("request")
    apply_solution(read(SOLUTION), actor=system())
    GlobalValue.objects.filter(code="counted").update(value=7)

    assert make_plan(read(SOLUTION)).is_empty


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("stage: CALL", "stage: NONE", "There is no stage"),
        ("fields: [title]", "fields: [nothing]", "nothing"),
        ("kind: field_changed", "kind: nothing", "nothing"),
        ("field: title", "field: nothing", "nothing called “Document:nothing”"),
        ("field: title, operator: not_empty", "field: amount, operator: gt, value: much", "much"),
        ("program: evening", "program: nothing", "There is no program"),
        ("0 18 * * *", "0 99 * * *", "times cannot be read"),
        ("stage: [NEW]", "nothing: [NEW]", "nothing"),
        ("runs_as: anna", "runs_as: nobody", "nobody"),
        ("GlobalConst:rate", "GlobalConst:nothing", "nothing"),
    ],
)
def test_what_names_nothing_is_refused_with_its_line(
    cast: Cast, old: str, new: str, sentence: str
) -> None:
    make_type("request")
    assert old in SOLUTION

    with pytest.raises(SolutionRefused, match=sentence):
        apply_solution(read(SOLUTION.replace(old, new)), actor=system())

    assert not Trigger.objects.exists()
