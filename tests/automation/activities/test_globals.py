"""Programs read and set variables of the whole system; constants and secrets they only read."""

from __future__ import annotations

import pytest

from automation.actions.global_values import set_global
from automation.choices import GlobalKind
from automation.exceptions import ProgramInvalid
from automation.models import GlobalValue
from automation.runtime.replaying import differences
from tests.automation.activities.stepping import run_steps, step
from tests.factories.automation import make_program
from tests.factories.smart_processes import system

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _known() -> None:
    for kind, code, value in (
        (GlobalKind.VARIABLE, "counted", 3),
        (GlobalKind.VARIABLE, "told", "no"),
        (GlobalKind.CONSTANT, "rate", 5),
    ):
        set_global(kind, code, value, actor=system())
    set_global(GlobalKind.VARIABLE, "key", "hunter22", actor=system(), is_secret=True)


def test_variables_get_values_that_others_read() -> None:
    values = {"counted": "={=GlobalVar:counted}+{=GlobalConst:rate}", "told": "no"}
    story = run_steps(
        step("set_globals", values=values), step("log", text="Now {=GlobalVar:counted}")
    )

    assert GlobalValue.objects.get(code="counted").value == 8
    assert story.effects("set_globals") == [(None, "GlobalVar:counted", 3, 8)]
    assert "Now 8" in story.line("log").operation_status_message
    assert differences(story.run) == []


@pytest.mark.parametrize("code", ["rate", "key", "nothing"])
def test_constants_secrets_and_what_is_not_there_are_refused_before_publishing(code: str) -> None:
    with pytest.raises(ProgramInvalid, match=code):
        make_program(step("set_globals", values={code: 1}))


def test_a_variable_that_went_meanwhile_fails_the_step() -> None:
    telling = step("set_globals", values={"told": "yes"})
    assert run_steps(telling).effects("set_globals")
    GlobalValue.objects.filter(code="told").delete()

    later = run_steps(telling)

    assert later.error("set_globals")[0] == "application"
    assert "no global variable “told”" in later.error("set_globals")[1]
