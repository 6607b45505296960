"""Drafts of programs: kept as they are, published when nothing speaks against it."""

from __future__ import annotations

import pytest

from accounts.exceptions import PermissionRefused
from automation.actions.program_drafts import draft_problems, publish_draft, save_draft
from automation.actions.programs import create_program
from automation.exceptions import ProgramInvalid
from automation.models import Program
from smart_processes.exceptions import ConfigurationRefused
from tests.factories.automation import body, log, make_program, make_run, run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import system

pytestmark = pytest.mark.django_db

WRONG = body(log("a", "{=Variable:nowhere}"), {"id": "b", "type": "nothing"})


def test_draft_with_problems_is_kept_and_changes_no_run() -> None:
    program = make_program(log("a", "published"))

    problems = save_draft(program, WRONG, actor=system())

    assert [each.path for each in problems] == [
        "$.root.steps[0].params",
        "$.root.steps[1].type",
    ]
    program = Program.objects.get()
    assert program.draft == WRONG
    run = make_run(program)
    run_due()
    run.refresh_from_db()
    assert run.status == "completed"
    with pytest.raises(ProgramInvalid, match=r"\$\.root\.steps\[1\]\.type"):
        publish_draft(program, actor=system())
    assert program.versions.count() == 1


def test_published_draft_is_the_next_version() -> None:
    program = make_program(log("a"))
    save_draft(program, body(log("b")), actor=system())

    version = publish_draft(program, actor=system())

    program = Program.objects.get()
    assert (version.number, program.published, program.draft) == (2, version, None)
    assert draft_problems(program, actor=system()) == []


def test_what_is_published_already_is_no_draft() -> None:
    program = make_program(log("a"))
    save_draft(program, body(log("b")), actor=system())

    save_draft(program, body(log("a")), actor=system())

    assert Program.objects.get().draft is None
    assert publish_draft(program, actor=system()).number == 1


def test_nothing_is_published_before_something_is_drafted() -> None:
    program = create_program("later", "Later", actor=system())

    with pytest.raises(ConfigurationRefused, match="nothing to publish yet"):
        publish_draft(program, actor=system())


def test_drafts_are_for_who_may_configure(cast: Cast) -> None:
    program = make_program(log("a"))

    with pytest.raises(PermissionRefused):
        save_draft(program, WRONG, actor=cast.actor("anna"))
    with pytest.raises(PermissionRefused):
        publish_draft(program, actor=cast.actor("anna"))
