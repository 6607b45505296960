"""Reading what a step's form sends into the draft; nothing is checked here but shapes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from django.http import QueryDict

from accounts.choices import Action, Scope
from crm.web import wizard_presets
from crm.web.wizard_state import (
    MOST_FIELDS,
    MOST_STAGES,
    FieldRow,
    MoveRow,
    StageRow,
    WizardState,
)
from smart_processes.choices import Hue, StageSemantics
from smart_processes.drafts import SWITCHES
from smart_processes.field_types.base import Family
from smart_processes.field_types.registry import all_field_types

Row = TypeVar("Row", FieldRow, StageRow)

# What the access step asks for; the other actions are set in the role matrix.
ASKED_ACTIONS = (Action.VIEW, Action.ADD, Action.CHANGE, Action.DELETE)
# Longer than anything that the models take, so that they refuse it and say so.
LONGEST = 300
MOST_OPTIONS = 200


def read(step: str, state: WizardState, sent: QueryDict) -> None:
    """Bring the draft up to what the form of one step says."""
    _READERS[step](state, sent)
    state.prune()


def change_rows(step: str, state: WizardState, change: str) -> str:
    """Add, remove or shift a row: `add`, `remove:f3`, `up:f3`, `down:f3`.

    Returns:
        The key of the row to go on with; empty for none.
    """
    verb, _colon, key = change.partition(":")
    if verb == "add":
        return _add(step, state)
    shift = _shift(state.fields, verb, key) if step == "fields" else _shift(state.stages, verb, key)
    state.prune()
    return shift


def _shift(rows: list[Row], verb: str, key: str) -> str:
    at = next((place for place, row in enumerate(rows) if row.key == key), None)
    if at is None:
        return ""
    if verb == "remove":
        del rows[at]
        return rows[min(at, len(rows) - 1)].key if rows else ""
    to = at + {"up": -1, "down": 1}.get(verb, 0)
    if 0 <= to < len(rows):
        rows.insert(to, rows.pop(at))
    return key


def _add(step: str, state: WizardState) -> str:
    if step == "fields" and len(state.fields) < MOST_FIELDS:
        state.fields.append(FieldRow(key=state.new_key("f")))
        return state.fields[-1].key
    if step == "stages" and len(state.stages) < MOST_STAGES:
        in_progress = [row for row in state.stages if row.semantics == StageSemantics.IN_PROGRESS]
        hues = [hue for hue in Hue.values if hue not in {row.hue for row in state.stages}]
        added = StageRow(key=state.new_key("s"), hue=hues[0] if hues else Hue.BLUE.value)
        # Before the ends, where the board will show it.
        place = state.stages.index(in_progress[-1]) + 1 if in_progress else 0
        state.stages.insert(place, added)
        return added.key
    return ""


def _read_start(state: WizardState, sent: QueryDict) -> None:
    icon, hue = sent.get("icon", ""), sent.get("hue", "")
    state.icon, state.hue = icon[:40], hue if hue in Hue.values else state.hue
    preset = sent.get("preset", "")
    if preset != state.preset and preset in wizard_presets.ORDER:
        wizard_presets.choose(state, preset)
    # Switches of another preset than the chosen one were not set by the person.
    if sent.get("switches_of") == state.preset:
        state.switches = {name: name in sent for name in SWITCHES}
    state.name_one, state.name_many = _text(sent, "name_one"), _text(sent, "name_many")
    state.number_prefix = _text(sent, "number_prefix")


def _read_fields(state: WizardState, sent: QueryDict) -> None:
    state.fields = [_field(key, sent) for key in _keys("f", state, sent)[:MOST_FIELDS]]


def _field(key: str, sent: QueryDict) -> FieldRow:
    kind = sent.get(f"kind-{key}", "")[:16]
    known = all_field_types().get(kind)
    lines = sent.get(f"options-{key}", "").splitlines()
    return FieldRow(
        key=key,
        label=_text(sent, f"label-{key}"),
        kind=kind,
        is_required=f"is_required-{key}" in sent,
        is_multiple=f"is_multiple-{key}" in sent and (known is None or known.can_be_multiple),
        on_card=f"on_card-{key}" in sent,
        options=[_squeezed(line) for line in lines if line.strip()][:MOST_OPTIONS],
        target=_text(sent, f"target-{key}")[:40],
    )


def _read_stages(state: WizardState, sent: QueryDict) -> None:
    state.stages = [_stage(key, sent) for key in _keys("s", state, sent)[:MOST_STAGES]]
    present = [row.key for row in state.stages]
    ticked = set(sent.getlist("move"))
    state.moves = [
        MoveRow(source, target, sent.getlist(f"needs-{source}-{target}"))
        for source in present
        for target in present
        if source != target and f"{source}-{target}" in ticked
    ]


def _stage(key: str, sent: QueryDict) -> StageRow:
    hue, semantics = sent.get(f"hue-{key}", ""), sent.get(f"semantics-{key}", "")
    return StageRow(
        key=key,
        name=_text(sent, f"name-{key}"),
        hue=hue if hue in Hue.values else Hue.BLUE.value,
        semantics=semantics if semantics in StageSemantics.values else "in_progress",
        required=sent.getlist(f"required-{key}"),
    )


def _read_access(state: WizardState, sent: QueryDict) -> None:
    state.is_for_everybody = sent.get("for") != "roles"
    state.scopes = {}
    codes = {scope.code for scope in Scope if scope > Scope.NONE}
    for role in dict.fromkeys(sent.getlist("role")):
        asked = {action.value: sent.get(f"{role}:{action.value}", "") for action in ASKED_ACTIONS}
        if given := {action: scope for action, scope in asked.items() if scope in codes}:
            state.scopes[role] = given


def _keys(letter: str, state: WizardState, sent: QueryDict) -> list[str]:
    """Return the keys of the rows in their order; those that were never given out are left."""
    keys = dict.fromkeys(sent.getlist("row"))
    known = (re.fullmatch(rf"{letter}([1-9]\d{{0,5}})", key) for key in keys)
    return [found[0] for found in known if found and int(found[1]) <= state.last_key]


def _text(sent: QueryDict, name: str) -> str:
    return _squeezed(sent.get(name, ""))


def _squeezed(text: str) -> str:
    return " ".join(text[:LONGEST].split(" ")).strip()


_READERS: dict[str, Callable[[WizardState, QueryDict], None]] = {
    "start": _read_start,
    "fields": _read_fields,
    "stages": _read_stages,
    "access": _read_access,
}


def has_options(kind: str) -> bool:
    """Return whether fields of a kind have options."""
    known = all_field_types().get(kind)
    return known is not None and known.family == Family.CHOICE


def has_target(kind: str) -> bool:
    """Return whether fields of a kind lead to records of a type."""
    known = all_field_types().get(kind)
    return known is not None and "target" in known.settings
