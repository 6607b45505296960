"""What an exact file does not name goes; what history points at is retired instead."""

from __future__ import annotations

import pytest
from django_celery_beat.models import PeriodicTask

from automation.models import GlobalValue, Program, Robot, Run, Schedule, Trigger
from smart_processes.solutions.document import SolutionRefused, read
from smart_processes.solutions.planning import Plan, apply_solution, make_plan
from tests.factories.automation import make_run, run_due
from tests.factories.smart_processes import make_type, system

pytestmark = pytest.mark.django_db

BODY = "{program: 1, root: {type: sequence, steps: [{id: say, type: log, params: {text: Hello}}]}}"
FULL = f"""
solution: 1
globals:
  - {{kind: constant, code: rate, value: 5}}
  - {{kind: constant, code: rebate, value: 1}}
programs:
  - {{code: evening, type: request, body: {BODY}}}
  - {{code: morning, type: request, body: {BODY}}}
  - {{code: other, type: visit, body: {BODY}}}
  - {{code: free, body: {BODY}}}
robots:
  - type: request
    pipeline: main
    stages:
      NEW:
        - {{code: greet, activity: log, params: {{text: Hello}}}}
        - {{code: wave, activity: log, params: {{text: Hello}}}}
  - type: visit
    pipeline: main
    stages: {{NEW: [{{code: ring, activity: log, params: {{text: Hello}}}}]}}
triggers:
  - {{type: request, pipeline: main, stage: CALL, code: made, kind: record_created}}
  - {{type: request, pipeline: main, stage: CALL, code: said, kind: comment_added}}
  - {{type: visit, pipeline: main, stage: CALL, code: come, kind: record_created}}
schedules:
  - {{code: early, program: morning, times: 0 7 * * *, type: request}}
  - {{code: late, program: evening, times: 0 19 * * *, type: request}}
  - {{code: always, program: free, times: 0 12 * * *}}
"""
# Of each part the first entry, as what the file holds of requests.
LESS = f"""
solution: 1
exact: true
globals:
  - {{kind: constant, code: rate, value: 5}}
programs:
  - {{code: evening, type: request, body: {BODY}}}
robots:
  - type: request
    pipeline: main
    stages: {{NEW: [{{code: greet, activity: log, params: {{text: Hello}}}}]}}
triggers:
  - {{type: request, pipeline: main, stage: CALL, code: made, kind: record_created}}
schedules:
  - {{code: late, program: evening, times: 0 19 * * *, type: request}}
"""


@pytest.fixture(autouse=True)
def _full() -> None:
    make_type("request")
    make_type("visit")
    apply(FULL)


def apply(text: str, *, may_destroy: bool = False) -> Plan:
    return apply_solution(read(text), actor=system(), may_destroy=may_destroy)


def codes() -> dict[str, set[str]]:
    """Return what is there and switched on, by part."""
    return {
        "globals": set(GlobalValue.objects.values_list("code", flat=True)),
        "programs": set(
            Program.objects.filter(robot=None, is_active=True).values_list("code", flat=True)
        ),
        "robots": set(Robot.objects.values_list("code", flat=True)),
        "triggers": set(Trigger.objects.values_list("code", flat=True)),
        "schedules": set(Schedule.objects.values_list("code", flat=True)),
    }


def test_an_exact_file_says_everything_of_the_types_it_names() -> None:
    before = codes()

    assert {step.sentences[0] for step in make_plan(read(LESS)).kept} == {
        "Delete the global value “rebate” (rebate)",
        "Delete the program “morning” (morning)",
        "Delete the schedule “early” (early)",
        "request/main: delete the robot “Write into the journal” (wave)",
        "request/main: delete the trigger “said” (said)",
    }
    apply(LESS)
    assert codes() == before

    apply(LESS, may_destroy=True)
    assert codes() == {
        "globals": {"rate"},
        "programs": {"evening", "other", "free"},
        "robots": {"greet", "ring"},
        "triggers": {"made", "come"},
        "schedules": {"late", "always"},
    }
    assert PeriodicTask.objects.filter(name__startswith="schedule ").count() == 2
    assert make_plan(read(LESS), may_destroy=True).is_empty


def test_a_part_that_is_left_out_is_left_alone() -> None:
    before = codes()

    apply("solution: 1\nexact: true\nglobals:\n  - {kind: constant, code: rate, value: 5}\n")
    apply("solution: 1\nexact: true\n", may_destroy=True)

    assert codes() == before


def test_a_file_that_is_not_exact_deletes_nothing() -> None:
    before = codes()

    apply(LESS.replace("exact: true\n", ""), may_destroy=True)

    assert codes() == before


def test_an_empty_part_empties_the_types_that_the_file_names() -> None:
    types = "types: [{code: request, name_one: Request, name_many: Requests}]"
    empty = f"solution: 1\nexact: true\n{types}\nrobots: []\ntriggers: []\nschedules: []\n"

    apply(empty, may_destroy=True)

    assert codes()["robots"] == {"ring"}
    assert codes()["triggers"] == {"come"}
    assert codes()["schedules"] == {"always"}


def test_a_program_that_ran_is_retired_and_comes_back_when_it_is_named_again() -> None:
    run = make_run(Program.objects.get(code="morning"))
    run_due()
    apply(LESS, may_destroy=True)

    assert not Program.objects.get(code="morning").is_active
    assert Run.objects.get(pk=run.pk).version.program.code == "morning"
    assert make_plan(read(LESS), may_destroy=True).is_empty

    apply(FULL)
    assert Program.objects.get(code="morning").is_active
    assert Program.objects.get(code="morning").versions.count() == 1


def test_a_program_that_something_starts_stays_with_a_sentence() -> None:
    starting = "{code: wave, activity: start_workflow, params: {program: morning}}"
    apply(FULL.replace("{code: wave, activity: log, params: {text: Hello}}", starting))
    kept = LESS.replace("[{code: greet", f"[{starting}, {{code: greet")

    with pytest.raises(SolutionRefused, match="“morning” is started by “Start a workflow”"):
        apply(kept, may_destroy=True)

    assert codes()["schedules"] == {"early", "late", "always"}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "code: evening,",
            "code: evening, name: Evenings,",
            "evening: name “evening” → “Evenings”",
        ),
        ("code: evening,", "code: evening, description: So,", "evening: description — → “So”"),
        ("evening, type: request", "evening, type: visit", "evening: type “request” → “visit”"),
        ("text: Hello", "text: Bye", "New version of the program “evening”"),
    ],
)
def test_what_is_said_about_a_program_changes_alone(old: str, new: str, sentence: str) -> None:
    only = f"solution: 1\nprograms:\n  - {{code: evening, type: request, body: {BODY}}}\n"
    assert make_plan(read(only)).is_empty

    plan = apply(only.replace(old, new))

    assert plan.steps[0].sentences == (sentence,)
    assert make_plan(read(only.replace(old, new))).is_empty
    is_new = "Bye" in new
    assert Program.objects.get(code="evening").versions.count() == 1 + is_new
