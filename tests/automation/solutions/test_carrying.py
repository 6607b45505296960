"""Rules carried from one system to another: no ids, no secrets, nothing twice."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from automation.actions.robots import add_robot
from automation.models import GlobalValue, Program, ProgramVersion, Robot, RobotList, Schedule
from automation.robots.drafts import RobotDraft
from smart_processes.models import RecordType, Stage
from smart_processes.solutions.document import read, write
from smart_processes.solutions.planning import apply_solution, export_solution, make_plan
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_type, system

pytestmark = pytest.mark.django_db

SECRET = "hunter22"
REQUEST: dict[str, Any] = {
    "id": "call",
    "type": "http_request",
    "params": {
        "url": "https://example.org/hook",
        "secret": f"Bearer {SECRET}1",
        "headers": {"X-Api-Key": f"{SECRET}2", "Accept": "text/plain"},
    },
}
BODY = {
    "program": 1,
    "parameters": [{"code": "pin", "is_secret": True, "default": f"{SECRET}3"}],
    "constants": [{"code": "key", "is_secret": True, "value": f"{SECRET}4"}],
    "root": {"type": "sequence", "steps": [REQUEST]},
}


def carried() -> str:
    return write(export_solution())


@pytest.fixture
def used(cast: Cast) -> None:
    """A system with one rule of each part, made by hand: people by id, secrets written out."""
    make_type("request")
    actor = system()
    first = """
solution: 1
globals: [{kind: constant, code: key, secret: true}]
programs:
  - code: evening
    name: Evening
    type: request
    body: {program: 1, root: {type: sequence, steps: [{id: say, type: log, params: {text: Hi}}]}}
triggers:
  - type: request
    pipeline: main
    stage: CALL
    code: hers
    name: Hers
    kind: record_created
    condition: [{object: Document, field: responsible, operator: eq, value: anna}]
schedules:
  - code: late
    name: Late
    program: evening
    times: 0 19 * * *
    type: request
    filters: {responsible: [anna, boris]}
    parameters: {}
"""
    apply_solution(read(first), actor=actor)
    GlobalValue.objects.update(value=f"{SECRET}5")
    condition = {"object": "Document", "field": "responsible", "operator": "eq"}
    asks = RobotDraft(
        "notify",
        {"people": [cast.anna.pk, "{=Document:responsible}"], "title": "Look"},
        code="tell",
        condition=({**condition, "value": cast.boris.pk},),
    )
    gives = RobotDraft("set_fields", {"values": {"responsible": cast.boris.pk}}, code="give")
    seeks = {"type": "request", "filters": {"responsible": [str(cast.boris.pk)]}}
    finds = RobotDraft("find_records", seeks, code="find")
    calls = RobotDraft("http_request", REQUEST["params"], code="call")
    stage = Stage.objects.get(pipeline__type__code="request", code="NEW")
    for draft in (asks, gives, finds, calls):
        add_robot(stage, draft, actor=actor)
    asked = {"solution": 1, "programs": [{"code": "asking", "body": BODY}]}
    apply_solution(read(write(asked)), actor=actor)


@pytest.mark.usefixtures("used")
def test_no_secret_is_exported_and_none_is_lost_when_the_file_comes_back() -> None:
    exported = carried()
    assert SECRET not in exported
    assert "Accept" in exported
    versions, lists = ProgramVersion.objects.count(), RobotList.objects.count()

    assert make_plan(read(exported)).is_empty
    changed = exported.replace("https://example.org/hook", "https://example.org/other")
    plan = apply_solution(read(changed), actor=system())

    assert SECRET not in str([step.sentences for step in plan.steps])
    robot, program = Robot.objects.get(code="call"), Program.objects.get(code="asking")
    for params in (robot.params, program.published.body["root"]["steps"][0]["params"]):
        assert params == {**REQUEST["params"], "url": "https://example.org/other"}
    assert program.published.body["constants"][0]["value"] == f"{SECRET}4"
    assert GlobalValue.objects.get().value == f"{SECRET}5"
    assert ProgramVersion.objects.count() == versions + 2
    assert RobotList.objects.count() == lists + 1


@pytest.mark.usefixtures("used")
def test_a_secret_that_a_file_names_is_kept_and_not_shown() -> None:
    exported = carried()
    named = exported.replace("X-Api-Key", "X-None").replace(
        "Accept: text/plain", "Accept: text/plain, X-Api-Key: another-one"
    )
    assert named != exported

    plan = apply_solution(read(named), actor=system())

    assert "another-one" not in str([step.sentences for step in plan.steps])
    assert Robot.objects.get(code="call").params["headers"]["X-Api-Key"] == "another-one"


def test_a_secret_does_not_come_out_by_calling_it_none() -> None:
    secret = "solution: 1\nglobals: [{kind: variable, code: key, secret: true}]\n"
    apply_solution(read(secret), actor=system())
    GlobalValue.objects.update(value=SECRET)

    plan = apply_solution(read(secret.replace(", secret: true", "")), actor=system())

    assert SECRET not in str([step.sentences for step in plan.steps])
    assert GlobalValue.objects.get().value is None


@pytest.mark.usefixtures("used")
def test_people_are_exported_by_name_and_found_by_it_elsewhere(cast: Cast) -> None:
    exported = carried()
    _empty()
    for name in ("anna", "boris"):
        old = User.objects.get(username=name)
        User.objects.filter(pk=old.pk).update(username=f"{name}.old", first_name="Old", email="")
        User.objects.create_user(name, f"{name}@new.test", first_name=name)
    anna, boris = (User.objects.get(username=name) for name in ("anna", "boris"))

    apply_solution(read(exported), actor=system())

    tell, give, find = (Robot.objects.get(code=code) for code in ("tell", "give", "find"))
    assert tell.params["people"] == ["anna", "{=Document:responsible}"]
    assert tell.condition[0]["value"] == str(boris.pk)
    assert give.params["values"] == {"responsible": "boris"}
    assert find.params["filters"] == {"responsible": [str(boris.pk)]}
    assert Schedule.objects.get().filters == {"responsible": [str(anna.pk), str(boris.pk)]}
    assert make_plan(read(exported)).is_empty


@pytest.mark.usefixtures("used")
def test_what_was_carried_over_is_exported_alike() -> None:
    exported = carried()
    assert "boris" in exported
    _empty()
    assert "robots" not in carried()

    apply_solution(read(exported), actor=system())

    assert carried() == exported
    counts = (ProgramVersion.objects.count(), RobotList.objects.count(), Robot.objects.count())
    assert apply_solution(read(exported), actor=system()).is_empty
    assert counts == (
        ProgramVersion.objects.count(),
        RobotList.objects.count(),
        Robot.objects.count(),
    )


@pytest.mark.usefixtures("used")
def test_a_condition_about_somebody_unknown_is_refused() -> None:
    exported = carried().replace("value: boris", "value: nobody.here")

    with pytest.raises(Exception, match=r"nobody called “nobody\.here”"):
        apply_solution(read(exported), actor=system())


def _empty() -> None:
    RecordType.objects.filter(code="request").delete()
    Program.objects.update(published=None)
    Program.objects.all().delete()
    GlobalValue.objects.all().delete()
