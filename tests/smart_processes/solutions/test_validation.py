"""The schema of solution files: complete, and its refusals told in sentences."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator

from accounts.choices import Action, Scope
from smart_processes.choices import Hue, MenuSection, StageSemantics
from smart_processes.field_types.registry import all_field_types
from smart_processes.solutions import registry
from smart_processes.solutions.document import SolutionRefused, read
from smart_processes.solutions.grants import INHERIT
from smart_processes.solutions.type_content import (
    FIELD_ATTRIBUTES,
    SWITCH_ATTRIBUTES,
    TYPE_ATTRIBUTES,
)
from smart_processes.solutions.validation import check, schema


def test_the_schema_is_one_and_closed_everywhere():
    whole = schema()

    Draft202012Validator.check_schema(whole)
    for name, definition in {"": whole, **whole["$defs"]}.items():
        if definition.get("type") == "object":
            assert definition["additionalProperties"] is False, name
            for code, described in definition["properties"].items():
                has_words = described.keys() & {"description", "$ref", "items"}
                assert has_words, f"{name}.{code} is not described"


def test_the_schema_names_everything_there_is():
    defs = schema()["$defs"]

    assert defs["hue"]["enum"] == Hue.values
    assert defs["type"]["properties"]["section"]["enum"] == MenuSection.values
    assert defs["stage"]["properties"]["semantics"]["enum"] == StageSemantics.values
    assert defs["scope"]["enum"] == [*(scope.code for scope in Scope), INHERIT]
    assert list(defs["scopes"]["properties"]) == Action.values
    assert defs["field"]["properties"]["kind"]["enum"] == list(all_field_types())
    assert defs["switches"]["properties"].keys() == SWITCH_ATTRIBUTES.keys()
    assert TYPE_ATTRIBUTES.keys() <= defs["type"]["properties"].keys()
    assert FIELD_ATTRIBUTES.keys() <= defs["field"]["properties"].keys()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name: X", "“solution” is missing"),
        ("solution: 2", "line 1, solution: This must be 1, not 2"),
        ("solution: 1\nkinds: []", "line 2, kinds: “kinds” is not known here"),
        ("solution: 1\ntypes:\n  - {name_one: X}", r"line 3, types\[0\]: “code” is missing"),
        ("solution: 1\ntypes:\n  - code: Big", r"line 3.*\"Big\" is not written.*Latin"),
        ("solution: 1\ntypes: {}", "This must be array"),
        (
            "solution: 1\ntypes:\n  - code: x\n    hue: magenta",
            r"line 4, types\[0\].hue: \"magenta\" is none of: grey",
        ),
        (
            "solution: 1\ntypes:\n  - code: x\n    fields:\n      - {code: a, label: A, kind: b}",
            r"line 5, types\[0\].fields\[0\].kind: \"b\" is none of",
        ),
        (
            "solution: 1\nroles:\n  - code: r\n    grants: {deal: {fly: all}}",
            "“fly” is not known here. Known are: view",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(text, sentence):
    with pytest.raises(SolutionRefused, match=sentence):
        check(read(text))


def test_many_problems_are_told_at_once():
    with pytest.raises(SolutionRefused) as refused:
        check(read("solution: 1\ntypes:\n  - {code: x, a: 1}\n  - {code: y, b: 2, hue: z}\n"))

    assert len(refused.value.problems) == 3


def test_an_app_above_adds_its_part(monkeypatch):
    class Robots:
        key = "robots"

        def schema(self) -> dict[str, Any]:
            return {"type": "array", "items": {"$ref": "#/$defs/robot"}, "$defs": {"robot": {}}}

        def plan(self, wanted: Any, whole: Any, *, may_destroy: bool) -> list[Any]:
            return []

        def export(self, types: Any) -> Any:
            return None

    monkeypatch.setattr(registry, "_PARTS", [])
    registry.register(Robots())

    check(read("solution: 1\nrobots: [1, 2]"))
    assert list(schema()["properties"])[-1] == "robots"


def test_the_command_prints_the_schema(capsys):
    call_command("solution", "schema")

    assert '"title": "Solution file"' in capsys.readouterr().out
