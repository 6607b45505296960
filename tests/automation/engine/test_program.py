"""Reading programs: every problem with its place; the published schema says the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from automation.engine import program as module
from automation.engine.errors import ProgramRefused
from automation.engine.limits import MOST_STEPS
from automation.engine.program import canonical, parse_program
from tests.automation.engine.running import body, do

SCHEMA = json.loads((Path(module.__file__).parent / "program.schema.json").read_text())
WAITS: list[dict[str, Any]] = [
    {"duration": "2d", "in_work_time": True},
    {"until": "{=Document:closes_on}"},
    {"field": "closes_on", "offset": "-3d", "if_empty": "skip"},
    {"condition": [{"group": [], "negated": True}], "limit": "1d"},
    {"event": "paid", "limit": 60},
]
STATES = [
    {"id": "one", "on_enter": [do("x")], "on": [{"for": {"command": "go"}, "steps": [do("y")]}]},
    {"id": "two", "on_leave": [{"id": "s", "type": "set_state", "state": "one", "at_once": True}]},
]
GOOD: dict[str, Any] = {
    "nothing": body(),
    "definitions": body(
        parameters=[{"code": "p", "is_required": True, "kind": "user"}],
        variables=[{"code": "v", "default": [1]}],
        constants=[{"code": "c", "value": {"a": 1}, "is_secret": True, "options": ["x"]}],
        type="deal",
    ),
    "waits": body(
        *({"id": f"w{n}", "type": "wait", "for": wait} for n, wait in enumerate(WAITS)),
        {"id": "f", "type": "first_of", "branches": [{"for": wait} for wait in WAITS]},
    ),
    "choice": body(
        {"id": "i", "type": "if", "branches": [{"when": [], "steps": [do("a")]}, {"title": "Else"}]}
    ),
    "loops": body(
        {
            "id": "w",
            "type": "while",
            "when": [{"object": "Variable", "field": "n", "operator": "<", "value": 3}],
            "most": 5,
            "steps": [
                {
                    "id": "e",
                    "type": "for_each",
                    "over": [1],
                    "steps": [{"id": "b", "type": "break"}],
                }
            ],
        }
    ),
    "states": body({"id": "m", "type": "state_machine", "initial": "two", "states": STATES}),
    "errors": body(
        do("a", on_error="continue"),
        do("b", on_error={"retry": 3, "backoff": "5 minutes", "then": "continue"}),
        do("c", on_error={"branches": [{"kinds": ["transport"], "steps": [do("d")]}]}),
    ),
    "sub_workflow": body(
        {"id": "s", "type": "sub_workflow", "program": "x", "parameters": {"a": 1}},
        {"id": "t", "type": "terminate", "outcome": "cancelled", "message": "Enough"},
        {"id": "p", "type": "parallel", "branches": [{"steps": [do("z")]}], "is_off": True},
    ),
}
# Broken in its shape: body, where.
BAD: dict[str, tuple[Any, str]] = {
    "no object": ([], "$"),
    "another version": ({"program": 2, "root": {}}, "$.program"),
    "no root": ({"program": 1}, "$"),
    "an unknown key": (body() | {"colour": 1}, "$.colour"),
    "an unknown key of a step": (body(do("a", colour=1)), "$.root.steps[0].colour"),
    "no type": (body({"id": "a"}), "$.root.steps[0]"),
    "no id": (body({"type": "do"}), "$.root.steps[0]"),
    "a wrong id": (body(do("1a")), "$.root.steps[0].id"),
    "a reserved id": (body(do("Document")), "$.root.steps[0].id"),
    "no branches": (body({"id": "i", "type": "if", "branches": []}), "$.root.steps[0].branches"),
    "an endless loop of nothing": (
        body({"id": "w", "type": "while", "when": [], "steps": []}),
        "$.root.steps[0].steps",
    ),
    "too many turns": (
        body({"id": "w", "type": "while", "when": [], "steps": [do("a")], "most": 9999}),
        "$.root.steps[0].most",
    ),
    "two waits in one": (
        body({"id": "w", "type": "wait", "for": {"duration": "1d", "event": "x"}}),
        "$.root.steps[0].for",
    ),
    "a limit of a timer": (
        body({"id": "w", "type": "wait", "for": {"duration": "1d", "limit": "2d"}}),
        "$.root.steps[0].for.limit",
    ),
    "an unknown way of failing": (body(do("a", on_error="explode")), "$.root.steps[0].on_error"),
    "too many retries": (body(do("a", on_error={"retry": 99})), "$.root.steps[0].on_error.retry"),
    "a flag that is a text": (body(do("a", is_off="no")), "$.root.steps[0].is_off"),
    "a definition without a code": (body(variables=[{}]), "$.variables[0]"),
}
# What a schema cannot say.
WRONG: dict[str, tuple[Any, str]] = {
    "two steps of one id": (body(do("a"), do("a")), "$.root.steps[1].id"),
    "an else that is not the last": (
        body({"id": "i", "type": "if", "branches": [{}, {"when": []}]}),
        "$.root.steps[0].branches[0]",
    ),
    "a break outside": (body({"id": "b", "type": "break"}), "$.root.steps[0]"),
    "a break out of a branch": (
        body(
            {
                "id": "e",
                "type": "for_each",
                "over": [1],
                "steps": [
                    {
                        "id": "p",
                        "type": "parallel",
                        "branches": [{"steps": [{"id": "b", "type": "break"}]}],
                    }
                ],
            }
        ),
        "$.root.steps[0].steps[0].branches[0].steps[0]",
    ),
    "an unknown state": (
        body({"id": "m", "type": "state_machine", "initial": "x", "states": [{"id": "a"}]}),
        "$.root.steps[0].initial",
    ),
    "a state set outside": (
        body({"id": "s", "type": "set_state", "state": "a"}),
        "$.root.steps[0]",
    ),
    "a command outside of a state": (
        body({"id": "w", "type": "wait", "for": {"command": "x"}}),
        "$.root.steps[0].for",
    ),
    "a text that does not parse": (
        body(do("a", params={"x": ["{{=1+}}"]})),
        "$.root.steps[0].params.x[0]",
    ),
    "an unknown operator": (
        body(
            {
                "id": "i",
                "type": "if",
                "branches": [{"when": [{"object": "Document", "field": "a", "operator": "~"}]}],
            }
        ),
        "$.root.steps[0].branches[0].when[0].operator",
    ),
    "two variables of one code": (
        body(variables=[{"code": "v"}, {"code": "v"}]),
        "$.variables[1].code",
    ),
    "a pause that is no span": (
        body(do("a", on_error={"retry": 1, "backoff": "soon"})),
        "$.root.steps[0].on_error.backoff",
    ),
}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", GOOD)
def test_good_programs_are_read_and_fit_the_schema(name: str) -> None:
    parse_program(GOOD[name])

    assert [error.json_path for error in Draft202012Validator(SCHEMA).iter_errors(GOOD[name])] == []


@pytest.mark.parametrize("name", BAD)
def test_broken_programs_are_refused_with_the_place_by_both(name: str) -> None:
    broken, path = BAD[name]

    with pytest.raises(ProgramRefused) as refusal:
        parse_program(broken)

    assert path in [problem.path for problem in refusal.value.problems]
    assert all(problem.message for problem in refusal.value.problems)
    assert not Draft202012Validator(SCHEMA).is_valid(broken)


@pytest.mark.parametrize("name", WRONG)
def test_what_makes_no_sense_is_refused_with_its_place(name: str) -> None:
    wrong, path = WRONG[name]

    with pytest.raises(ProgramRefused) as refusal:
        parse_program(wrong)

    assert [problem.path for problem in refusal.value.problems] == [path]


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(ProgramRefused) as refusal:
        parse_program(body(do("1"), do("a", colour=1), {"id": "x"}))

    assert len(refusal.value.problems) == 3


def deep() -> Any:
    step: dict[str, Any] = do("a")
    for n in range(5_000):
        step = {"id": f"g{n}", "type": "group", "steps": [step]}
    return body(step)


@pytest.mark.parametrize(
    "bomb",
    [
        deep(),
        body(*(do(f"a{n}") for n in range(MOST_STEPS + 1))),
        body(do("a", params={"x": "y" * 1_100_000})),
        body(do("a", params={"x": "{{=" + "(" * 5_000})),
        body(do("a", params={"x": [[]] * 400_000})),
        body(do("a", params={"x": {1, 2}})),
    ],
    ids=["deep", "many steps", "long text", "brackets", "wide", "no JSON"],
)
def test_bombs_are_refused(bomb: Any) -> None:
    with pytest.raises(ProgramRefused):
        parse_program(bomb)


def test_equal_bodies_have_one_canonical_text() -> None:
    one, other = {"a": 1, "b": [{"c": 2, "d": 3}]}, {"b": [{"d": 3, "c": 2}], "a": 1}

    assert canonical(one) == canonical(other)
