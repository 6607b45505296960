"""Shipped presets as rows of the wizard's draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crm.presets import catalogue
from crm.web.wizard_state import FieldRow, MoveRow, StageRow, WizardState
from smart_processes.choices import Hue, StageSemantics
from smart_processes.solutions.type_content import SWITCH_ATTRIBUTES

Entry = Mapping[str, Any]


def switches_of(example: catalogue.Preset) -> frozenset[str]:
    """Return the switches that are on."""
    on = example.type_content["switches"].items()
    return frozenset(SWITCH_ATTRIBUTES[name] for name, is_on in on if is_on)


def fill(state: WizardState, example: catalogue.Preset) -> None:
    """Put the fields, stages and moves of a preset into a draft."""
    content = example.type_content
    codes: dict[str, str] = {}
    state.fields = []
    for entry in content.get("fields", ()):
        codes[entry["code"]] = state.new_key("f")
        state.fields.append(_field_row(codes[entry["code"]], entry))
    (pipeline,) = content["pipelines"]
    stages: dict[str, str] = {}
    state.stages = []
    for entry in pipeline["stages"]:
        stages[entry["code"]] = state.new_key("s")
        state.stages.append(_stage_row(stages[entry["code"]], entry, codes))
    state.moves = list(_moves(pipeline, stages, codes))


def _field_row(key: str, entry: Entry) -> FieldRow:
    return FieldRow(
        key=key,
        label=entry["label"],
        kind=entry["kind"],
        is_required=entry.get("required", False),
        is_multiple=entry.get("multiple", False),
        on_card=entry.get("on_card", False),
        options=[option["label"] for option in entry.get("options", ())],
        target=entry.get("config", {}).get("target", ""),
    )


def _stage_row(key: str, entry: Entry, codes: Mapping[str, str]) -> StageRow:
    return StageRow(
        key=key,
        name=entry["name"],
        hue=entry.get("hue", Hue.BLUE.value),
        semantics=entry.get("semantics", StageSemantics.IN_PROGRESS.value),
        required=[codes.get(code, code) for code in entry.get("requires", ())],
    )


def _moves(
    pipeline: Entry, stages: Mapping[str, str], codes: Mapping[str, str]
) -> Iterator[MoveRow]:
    for entry in pipeline.get("moves", ()):
        required = [codes.get(code, code) for code in entry.get("requires", ())]
        yield MoveRow(stages[entry["from"]], stages[entry["to"]], required)
