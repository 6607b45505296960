"""The pages of programs, as a browser sends their forms."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from automation.models import Program, ProgramVersion
from tests.factories.automation import body, log, make_program, make_robot, make_run
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_pipeline
from tests.support.admin_forms import add_url, change_url, delete_url, said, send

pytestmark = pytest.mark.django_db

PUBLISH = "automation_program_publish"
WRONG = json.dumps(body(log("a", "{=Variable:nowhere}")))


def test_program_is_drafted_mended_and_published(owner: Client, cast: Cast) -> None:
    typed = {"name": "Evening", "code": "evening", "draft": WRONG}
    assert send(owner, add_url(Program), **typed) == ""
    program = Program.objects.get()
    place = change_url(program)
    page = said(owner.get(place))
    assert "Nothing is published yet" in page
    assert "$.root.steps[0].params : There is nothing called “Variable:nowhere”." in page

    refused = send(owner, place, **{PUBLISH: "1"})
    assert "$.root.steps[0].params: There is nothing called “Variable:nowhere”." in refused
    assert not ProgramVersion.objects.exists()

    assert send(owner, place, draft=json.dumps(body(log("a"))), **{PUBLISH: "1"}) == ""
    version = ProgramVersion.objects.get()
    assert (version.body, version.published_by) == (body(log("a")), cast.anna)
    program.refresh_from_db()
    assert (program.published, program.draft) == (version, None)
    page = said(owner.get(place))
    assert "New runs take version 1; the draft is the same." in page
    assert "Anna" in page
    assert '"hello"' in said(owner.get(change_url(version)))


def test_draft_that_is_no_json_is_refused_with_its_place(owner: Client) -> None:
    program = make_program(log("a"))

    sentence = send(owner, change_url(program), draft='{"program": 1,\n "root": }')

    assert "This is not JSON: look at line 2, column 10." in sentence
    assert '"root": }' in sentence
    assert Program.objects.get().draft is None


def test_versions_cannot_be_changed_or_deleted(owner: Client) -> None:
    version = make_program(log("a")).versions.get()

    owner.post(change_url(version), {"number": "7"})

    assert owner.get(delete_url(version)).status_code == 403
    assert ProgramVersion.objects.get().number == 1


def test_program_that_ran_is_switched_off_instead_of_deleted(owner: Client) -> None:
    fresh, used = make_program(log("a")), make_program(log("b"))
    make_run(used)

    for program in (fresh, used):
        owner.post(delete_url(program), {"post": "yes", "typed_name": program.name})

    assert list(Program.objects.values_list("pk", "is_active")) == [(used.pk, False)]
    assert "switched off and stays readable" in said(owner.get("/admin/automation/program/"))


def test_programs_of_robots_are_left_to_their_robots(owner: Client) -> None:
    robot = make_robot(make_pipeline("NEW > WON").stages.get(code="NEW"), name="Greet")

    assert "Greet" not in said(owner.get("/admin/automation/program/"))
    assert owner.get(change_url(robot.program)).status_code == 302


def test_pages_of_automation_are_for_who_may_configure(cast: Cast) -> None:
    cast.boris.is_staff = True
    cast.boris.save(update_fields=["is_staff"])
    client = Client()
    client.force_login(cast.boris)

    for page in ("program", "schedule", "trigger", "globalvalue"):
        assert client.get(f"/admin/automation/{page}/").status_code == 403
        assert client.get(f"/admin/automation/{page}/add/").status_code == 403
