"""What a new process may be like: the wizard's presets.

A preset brings switches, fields, stages and a look; everything may be changed afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from crm.presets import catalogue
from crm.web import wizard_examples
from crm.web.wizard_state import FieldRow, StageRow, WizardState
from smart_processes.drafts import SWITCHES

Row = Mapping[str, Any]  # like a `FieldRow` or `StageRow`, with names that are translated late


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One card of "What is it like?"."""

    title: StrOrPromise
    text: StrOrPromise
    icon: str
    hue: str
    on: frozenset[str]
    fields: tuple[Row, ...] = ()
    stages: tuple[Row, ...] = ()
    example: catalogue.Preset | None = None  # what fields, stages and moves are taken from


NEW = {"name": _("New"), "hue": "grey"}
DONE = {"name": _("Done"), "hue": "green", "semantics": "success"}
CANCELLED = {"name": _("Cancelled"), "hue": "red", "semantics": "failure"}
USUAL = (NEW, {"name": _("In work"), "hue": "blue"}, DONE, CANCELLED)
KEEPING = frozenset({"has_observers", "has_recycle_bin"})

OWN: Mapping[str, Preset] = {
    "sales": Preset(
        title=_("Sales-like"),
        text=_("Clients, amounts, stages to Won or Lost."),
        icon="currency-euro",
        hue="blue",
        on=KEEPING | {"has_stages", "has_client", "has_amount", "has_dates", "has_source"},
        fields=(
            {"label": _("What the client needs"), "kind": "text"},
            {"label": _("Reason of loss"), "kind": "string"},
        ),
        stages=(
            NEW,
            {"name": _("Talks"), "hue": "blue"},
            {"name": _("Offer"), "hue": "amber"},
            {"name": _("Won"), "hue": "green", "semantics": "success"},
            {
                "name": _("Lost"),
                "hue": "red",
                "semantics": "failure",
                "required": (_("Reason of loss"),),
            },
        ),
    ),
    "register": Preset(
        title=_("Register"),
        text=_("A plain list with numbers, dates and files, no stages."),
        icon="archive-box",
        hue="teal",
        on=KEEPING,
        fields=(
            {"label": _("Document number"), "kind": "string"},
            {"label": _("Signed on"), "kind": "date"},
            {"label": _("Valid until"), "kind": "date"},
            {"label": _("Files"), "kind": "file", "is_multiple": True},
        ),
        stages=USUAL,
    ),
    "essentials": Preset(
        title=_("Only the essentials"),
        text=_("A title, a person and four stages. The rest when you need it."),
        icon="square-3-stack-3d",
        hue="indigo",
        on=KEEPING | {"has_stages"},
        stages=USUAL,
    ),
    "everything": Preset(
        title=_("Everything"),
        text=_("All that records can have is on; switch off what you do not use."),
        icon="sparkles",
        hue="amber",
        on=frozenset(SWITCHES) - {"opened_by_default"},
        stages=USUAL,
    ),
    "empty": Preset(
        title=_("Empty"),
        text=_("A list of titles. Build it up yourself."),
        icon="cube-transparent",
        hue="grey",
        on=frozenset(),
        stages=USUAL,
    ),
}
FIRST = "requests"
# The cards: what most people begin with, then whole examples.
ORDER = (FIRST, *OWN, *(code for code in catalogue.CODES if code != FIRST))


def presets() -> dict[str, Preset]:
    """Return what is offered, in order and in the active language."""
    return {code: _preset(code) for code in ORDER}


class Cards:
    """The cards of "What is it like?", whole examples apart; templates read it."""

    def __init__(self, chosen: str) -> None:
        """Take the code of the chosen one."""
        cards = [
            {"code": code, "preset": preset, "is_chosen": code == chosen}
            for code, preset in presets().items()
        ]
        count = 1 + len(OWN)
        self.beginnings, self.examples = cards[:count], cards[count:]
        self.is_example_chosen = any(card["is_chosen"] for card in self.examples)


def fresh() -> WizardState:
    """Return the draft that the wizard begins with."""
    state = WizardState()
    choose(state, FIRST)
    return state


def choose(state: WizardState, code: str) -> None:
    """Bring a preset's switches, and its look, fields and stages unless they were changed."""
    preset = _preset(code)
    untouched = WizardState()
    if state.preset in ORDER:
        _fill(untouched, _preset(state.preset))
    if state.icon == untouched.icon and state.hue == untouched.hue:
        state.icon, state.hue = preset.icon, preset.hue
    if _texts(state) == _texts(untouched):
        _fill(state, preset)
    state.preset = code
    state.switches = {name: name in preset.on for name in SWITCHES}


def _preset(code: str) -> Preset:
    example = catalogue.preset(code)
    if example is None:
        return OWN[code]
    return Preset(
        title=example.name,
        text=example.description,
        icon=example.icon,
        hue=example.hue,
        on=wizard_examples.switches_of(example),
        example=example,
    )


def _fill(state: WizardState, preset: Preset) -> None:
    state.icon, state.hue = preset.icon, preset.hue
    if preset.example is not None:
        wizard_examples.fill(state, preset.example)
        return
    state.fields = [_field_row(state.new_key("f"), row) for row in preset.fields]
    keys = {row.label: row.key for row in state.fields}
    state.stages = [_stage_row(state.new_key("s"), row, keys) for row in preset.stages]
    state.moves = []


def _field_row(key: str, row: Row) -> FieldRow:
    options = [str(option) for option in row.get("options", ())]
    return FieldRow(key=key, **{**row, "label": str(row["label"]), "options": options})


def _stage_row(key: str, row: Row, keys: Mapping[str, str]) -> StageRow:
    required = [keys[str(label)] for label in row.get("required", ())]
    return StageRow(key=key, **{**row, "name": str(row["name"]), "required": required})


def _texts(state: WizardState) -> object:
    """Return fields, stages and moves without their keys, to compare two drafts."""
    labels = {row.key: row.label for row in state.fields}
    names = {row.key: row.name for row in state.stages}
    return (
        [
            (r.label, r.kind, r.is_required, r.is_multiple, r.on_card, r.options, r.target)
            for r in state.fields
        ],
        [
            (r.name, r.hue, r.semantics, [labels.get(each, each) for each in r.required])
            for r in state.stages
        ],
        [
            (names.get(m.source), names.get(m.target), [labels.get(r, r) for r in m.required])
            for m in state.moves
        ],
    )
