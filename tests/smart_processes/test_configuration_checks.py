"""What a pipeline must be like, one refusal after the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smart_processes.configuration_checks import problems
from smart_processes.drafts import EdgeDraft, PipelineDraft, StageDraft
from smart_processes.field_types.registry import field_type
from smart_processes.fields import Field
from smart_processes.storages import ValueStorage

NEW = StageDraft(name="New", code="NEW")
CALL = StageDraft(name="Call", code="CALL")
WON = StageDraft(name="Won", code="WON", semantics="success")
LOST = StageDraft(name="Lost", code="LOST", semantics="failure")
PIPELINE = PipelineDraft(name="Sales", code="main", stages=(NEW, CALL, WON, LOST))
FIELDS = {
    "phone": Field("phone", "Phone", field_type("string"), ValueStorage("f1")),
    "number": Field("number", "No.", field_type("integer"), ValueStorage("f2"), is_editable=False),
}


def edges(text: str) -> tuple[EdgeDraft, ...]:
    """Return edges drawn as `NEW>CALL CALL>WON`."""
    pairs = (each.split(">") for each in text.split())
    return tuple(EdgeDraft(source=source, target=target) for source, target in pairs)


def test_a_usual_pipeline_is_right_with_and_without_moves_drawn():
    drawn = replace(PIPELINE, edges=edges("NEW>CALL CALL>WON CALL>LOST LOST>NEW"))

    assert problems(PIPELINE, FIELDS) == []
    assert problems(drawn, FIELDS) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"stages": ()}, "has no stage. Add"),
        ({"stages": (NEW, LOST)}, "has no success stage"),
        ({"stages": (NEW, WON, replace(WON, code="PAID", name="Paid"))}, "Won, Paid"),
        ({"stages": (WON, LOST)}, "has no stage in progress"),
        ({"stages": (NEW, replace(CALL, code="NEW"), WON)}, "have the code “NEW”"),
        ({"stages": (NEW, replace(CALL, name=" new "), WON)}, "are called"),
        ({"stages": (replace(NEW, semantics="maybe"), CALL, WON)}, "“maybe” is no meaning"),
        ({"edges": edges("NEW>WON NEW>LOST")}, "“New” to “Call”"),
        ({"edges": edges("NEW>CALL NEW>WON NEW>LOST")}, "From “Call” no moves"),
        ({"edges": edges("NEW>CALL CALL>WON CALL>LOST CALL>SIGNED")}, "“SIGNED”, which is no"),
        ({"edges": edges("NEW>CALL CALL>WON CALL>LOST NEW>NEW")}, "“New” to itself"),
        ({"edges": edges("NEW>CALL CALL>WON CALL>LOST NEW>CALL")}, "New → Call is drawn twice"),
    ],
)
def test_what_is_wrong_is_said(changes, sentence):
    found = problems(replace(PIPELINE, **changes), FIELDS)

    assert any(sentence in each for each in found), found


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("phone", None),
        ("fax", "Call: There is no field “fax”"),
        ("number", "“No.” is kept by the system"),
    ],
)
def test_only_fields_that_people_fill_in_can_be_required(code, sentence):
    stages = (NEW, replace(CALL, required_from_here=(code,)), WON, LOST)

    found = problems(replace(PIPELINE, stages=stages), FIELDS)

    assert found == [] if sentence is None else sentence in found[0]


def test_moves_are_checked_for_unknown_fields_and_wrong_conditions():
    first, *rest = edges("NEW>CALL CALL>WON CALL>LOST")
    wrong = replace(
        first, required_fields=("fax",), conditions=({"field": "phone", "operator": "louder"},)
    )

    found = problems(replace(PIPELINE, edges=(wrong, *rest)), FIELDS)

    assert any("New → Call: There is no field “fax”" in each for each in found)
    assert any("cannot be compared by “louder”" in each for each in found)


def test_a_list_without_stages_needs_no_success():
    hidden = PipelineDraft(name="Files", code="main", stages=(StageDraft(name="F", code="RECORD"),))

    assert problems(hidden, FIELDS, has_stages=False) == []
    assert len(problems(hidden, FIELDS)) == 1
