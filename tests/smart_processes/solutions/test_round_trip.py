"""Exported, applied to an empty system and exported again: the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.choices import Action
from smart_processes.choices import Hue
from smart_processes.models import FieldDefinition, RecordType, Stage
from smart_processes.solutions.document import Document, read, write
from smart_processes.solutions.planning import apply_solution, export_solution, make_plan
from tests.factories.accounts import make_role, make_user
from tests.factories.smart_processes import (
    make_edge,
    make_field,
    make_item,
    make_pipeline,
    make_type,
    system,
)

NAMES = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=20
).filter(lambda text: text.strip() == text and bool(text))
CODES = st.from_regex(r"\A[a-z][a-z0-9_]{1,8}\Z").filter(lambda code: code != "personal")
HUES = st.sampled_from(Hue.values)
KINDS: Mapping[str, Mapping[str, Any]] = {
    "string": {"unique": True, "indexed": True, "default": "x"},
    "text": {"help": "Say more."},
    "integer": {"default": 14, "config": {"max": 100, "min": 0}},
    "decimal": {"config": {"decimal_places": 2}, "default": "1.50"},
    "money": {"config": {"currency": "EUR"}},
    "date": {"default": "2024-02-29"},
    "flag": {"default": True},
    "choice": {"multiple": True},
    "link": {"config": {"target": "company"}, "multiple": True},
    "user": {"required": True},
    "phone": {"multiple": True},
}


@st.composite
def fields(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return some fields with some of what their kind may have."""
    made: list[dict[str, Any]] = []
    for code in draw(st.lists(CODES, max_size=4, unique=True)):
        kind = draw(st.sampled_from(sorted(KINDS)))
        field: dict[str, Any] = {"code": f"own_{code}", "label": draw(NAMES), "kind": kind}
        extras = KINDS[kind]
        field |= {name: extras[name] for name in extras if draw(st.booleans()) or name == "config"}
        if kind == "choice":
            labels = draw(st.lists(NAMES, min_size=1, max_size=3, unique_by=str.casefold))
            field["options"] = [
                {"code": f"o{n}", "label": label, "hue": draw(HUES)}
                for n, label in enumerate(labels)
            ]
        made.append(field)
    return made


@st.composite
def pipelines(draw: st.DrawFn, required: list[str], roles: list[str]) -> dict[str, Any]:
    """Return a pipeline that may be drawn: a way with ends, and some jumps."""
    count = draw(st.integers(1, 4))
    names = draw(
        st.lists(
            NAMES,
            min_size=count + 2,
            max_size=count + 2,
            unique_by=lambda n: " ".join(n.split()).casefold(),
        )
    )
    codes = [f"S{n}" for n in range(count)] + ["WON", "LOST"]
    ends = {"WON": "success", "LOST": "failure"}
    stages = [
        {"code": code, "name": name, "hue": draw(HUES)}
        | ({"semantics": ends[code]} if code in ends else {})
        | ({"requires": [draw(st.sampled_from(required))]} if draw(st.booleans()) else {})
        for code, name in zip(codes, names, strict=True)
    ]
    pipeline: dict[str, Any] = {"name": draw(NAMES), "hue": draw(HUES), "stages": stages}
    is_drawn: bool = draw(st.booleans())
    if is_drawn:
        way = codes[:count]
        pairs = [*zip(way, [*way[1:], "WON"], strict=True), *((code, "LOST") for code in way)]
        pipeline["moves"] = [
            {"from": source, "to": target}
            | ({"roles": [draw(st.sampled_from(roles))]} if draw(st.booleans()) and roles else {})
            | ({"requires": [draw(st.sampled_from(required))]} if draw(st.booleans()) else {})
            for source, target in pairs
        ]
    return pipeline


@st.composite
def solutions(draw: st.DrawFn) -> dict[str, Any]:
    """Return a solution that can be applied to an empty system."""
    roles = sorted(draw(st.sets(CODES, max_size=3)))
    departments = sorted(draw(st.sets(CODES, max_size=4)))
    types: list[dict[str, Any]] = []
    for code in draw(st.lists(CODES, min_size=1, max_size=2, unique=True)):
        own = draw(fields())
        required = ["title", *(field["code"] for field in own)]
        made = [
            draw(pipelines(required, roles)) | {"code": f"p{n}"}
            for n in range(draw(st.integers(1, 2)))
        ]
        made[draw(st.integers(0, len(made) - 1))]["default"] = True
        types.append(
            {
                "code": f"type_{code}",
                "name_one": draw(NAMES),
                "name_many": draw(NAMES),
                "position": draw(st.integers(5, 200)),
                "switches": {"pipelines": True, "amount": draw(st.booleans())},
                "fields": own,
                "pipelines": made,
            }
        )
    targets = [t["code"] for t in types] + [f"{t['code']}/p0/WON" for t in types] + ["deal"]
    scopes = st.sampled_from(["none", "own", "department", "subtree", "opened", "all"])
    actions = st.sampled_from([Action.VIEW.value, Action.CHANGE.value, Action.MOVE.value])
    return {
        "solution": 1,
        "currencies": {"base": "EUR", "rates": draw(st.sampled_from([{}, {"USD": "0.92"}]))},
        "departments": [
            {"code": code, "name": draw(NAMES)}
            | ({"parent": departments[place - 1]} if place and draw(st.booleans()) else {})
            for place, code in enumerate(departments)
        ],
        "roles": [
            {"code": code, "name": f"{code} {place}", "may_configure": draw(st.booleans())}
            | {"given_to": {"everybody": draw(st.booleans())}}
            | {
                "grants": draw(
                    st.dictionaries(
                        st.sampled_from(targets),
                        st.dictionaries(actions, scopes, min_size=1),
                        max_size=3,
                    )
                )
            }
            for place, code in enumerate(roles)
        ],
        "types": types,
        "views": [
            {"type": t["code"], "code": "v", "name": draw(NAMES), "pipeline": "p0"}
            | {"columns": ["title"], "filters": {"stage": ["WON"]}, "sort": "-created_at"}
            for t in types
            if draw(st.booleans())
        ],
    }


def exported() -> str:
    """Return the whole configuration as a file."""
    return write(export_solution())


class RoundTrip(TestCase):
    """Django's test case, because each example needs a fresh database."""

    @settings(max_examples=6, phases=[Phase.explicit, Phase.generate])
    @given(solutions())
    def test_any_solution_comes_out_as_it_went_in(self, content: dict[str, Any]) -> None:
        with transaction.atomic():
            apply_solution(Document(content), actor=system())
            first = exported()
            assert make_plan(read(first)).is_empty
            assert make_plan(Document(content)).is_empty
            transaction.set_rollback(True)

        apply_solution(read(first), actor=system())

        assert exported() == first


@pytest.mark.django_db
def test_what_was_made_by_hand_is_exported_and_a_used_system_gets_no_duplicates():
    request = make_type("request", has_pipelines=True)
    make_field(request, "size", "choice", options=["s", "l"], position=1)
    make_field(request, "days", "integer", is_required=False)
    second = make_pipeline(
        "A > B > DONE | NO",
        record_type=request,
        code="second",
        edges="A>B B>DONE B>NO",
        require={"B": ["days"]},
    )
    make_edge(second, "A", "NO", conditions=[{"value": "s", "operator": "eq", "field": "size"}])
    make_role("clerk", {request: {"view": "all"}, second: {"view": "none"}}, everybody=True)
    make_user("anna")
    make_item(request, size="s")
    text = exported()

    plan = apply_solution(read(text), actor=system())

    assert plan.is_empty
    assert exported() == text
    counts = (RecordType.objects.count(), FieldDefinition.objects.count(), Stage.objects.count())
    apply_solution(read(text.replace("name_many: Requests", "name_many: Asks")), actor=system())
    assert counts == (
        RecordType.objects.count(),
        FieldDefinition.objects.count(),
        Stage.objects.count(),
    )
    assert RecordType.objects.get(code="request").name_many == "Asks"


@pytest.mark.django_db
def test_one_type_is_exported_with_what_goes_with_it():
    make_type("request")
    clerk = make_role("clerk", {RecordType.objects.get(code="request"): {"view": "all"}})
    make_role("other", {RecordType.objects.get(code="deal"): {"view": "all"}})

    content = export_solution(["request"])

    assert [each["code"] for each in content["types"]] == ["request"]
    assert [each["code"] for each in content["roles"]] == [clerk.code]
    assert content["roles"][0]["grants"] == {"request": {"view": "all"}}
    assert "currencies" not in content
