"""Publishing: every problem named before a run meets it; versions that never change."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.exceptions import PermissionRefused
from automation.actions.programs import publish_version
from automation.exceptions import ProgramInvalid
from automation.models import ProgramVersion, Run
from tests.factories.accounts import actor
from tests.factories.automation import body, log, make_program, make_run, run_due, story
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_type, system

pytestmark = pytest.mark.django_db


def test_the_same_content_is_the_same_version() -> None:
    program = make_program(log("a"))
    first = program.published

    again = publish_version(program, body(log("a")), actor=system())

    assert again == first
    assert program.versions.count() == 1


def test_a_run_keeps_the_version_it_began_with_and_one_can_go_back() -> None:
    wait = {"id": "w", "type": "wait", "for": {"event": "go"}}
    program = make_program(wait, log("old"))
    run = make_run(program)
    run_due()
    old = program.published

    new = publish_version(program, body(wait, log("new")), actor=system())
    later = make_run(program)
    run_due()
    for each in (run, later):
        Run.objects.get(pk=each.pk).waits.update(is_fired=True, payload={})
    Run.objects.update(due_at=run.created_at)
    run_due()

    assert (old.number, new.number) == (1, 2)
    assert "finished old" in story(run)
    assert "finished new" in story(later)
    assert publish_version(program, old.body, actor=system()) == old
    program.refresh_from_db()
    assert program.published == old


def test_a_published_version_is_never_changed() -> None:
    make_program(log("a"))

    with pytest.raises(AttributeError):
        ProgramVersion.objects.update(number=7)


def test_only_who_configures_publishes(cast: Cast) -> None:
    program = make_program(log("a"))

    with pytest.raises(PermissionRefused):
        publish_version(program, body(log("b")), actor=actor(cast.anna))
    assert publish_version(program, body(log("b")), actor=actor(cast.root)).number == 2


# Only what listens to changes knows of them; a program runs later.
CHANGED = {"object": "Document", "field": "title", "operator": "changed"}


@pytest.mark.parametrize(
    ("step", "path"),
    [
        ({"id": "x", "type": "teleport"}, "$.root.steps[0].type"),
        (log("x", "{=Variable:v}"), "$.root.steps[0].params"),
        (log("x", "{=nowhere:id}"), "$.root.steps[0].params"),
        (log("x", "{=Document:colour}"), "$.root.steps[0].params"),
        (log("x", "{=GlobalConst:c}"), "$.root.steps[0].params"),
        (log("x", "{=Document:title"), "$.root.steps[0].params.text"),
        ({"id": "x", "type": "log"}, "$.root.steps[0].params"),
        (
            {"id": "x", "type": "log", "params": {"text": "a", "colour": "b"}},
            "$.root.steps[0].params.colour",
        ),
        (
            {"id": "x", "type": "set_fields", "params": {"values": {"colour": 1}}},
            "$.root.steps[0].params.values.colour",
        ),
        (
            {"id": "x", "type": "set_variables", "params": {"values": {"v": 1}}},
            "$.root.steps[0].params.values.v",
        ),
        (
            {"id": "x", "type": "wait", "for": {"field": "colour"}},
            "$.root.steps[0].for.field",
        ),
        (
            {"id": "x", "type": "if", "branches": [{"when": [CHANGED], "steps": []}]},
            "$.root.steps[0].branches[0].when",
        ),
    ],
)
def test_what_is_not_there_is_found_before_publishing(step: dict[str, Any], path: str) -> None:
    program = make_program(log("a"), record_type=make_type("request"))

    with pytest.raises(ProgramInvalid) as refusal:
        publish_version(program, body(step), actor=system())

    assert [problem.path for problem in refusal.value.problems] == [path]
    assert path in refusal.value.message
