"""The wizard's page: what its templates read of a draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.choices import Scope
from accounts.models import Role
from accounts.presentation import PICKER_ICONS
from crm.web.wizard_creation import Problems
from crm.web.wizard_presets import Cards, presets
from crm.web.wizard_reading import ASKED_ACTIONS
from crm.web.wizard_state import MOST_FIELDS, MOST_STAGES, STEPS, FieldRow, StageRow, WizardState
from smart_processes.choices import Hue, StageSemantics
from smart_processes.drafts import SWITCHES
from smart_processes.drawing import draw
from smart_processes.field_types.base import Family
from smart_processes.field_types.registry import all_field_types
from smart_processes.models import Stage
from smart_processes.money import Money
from smart_processes.schema import schema_for
from smart_processes.system_fields import SYSTEM_FIELDS

TITLES = {
    "start": gettext_lazy("Start"),
    "fields": gettext_lazy("Fields"),
    "stages": gettext_lazy("Stages"),
    "access": gettext_lazy("Access"),
}
# The main button names where it leads.
NEXT = {
    "start": gettext_lazy("Next: fields"),
    "fields": gettext_lazy("Next: stages"),
    "stages": gettext_lazy("Next: access"),
}
SWITCH_WORDS = {
    "has_stages": (gettext_lazy("Stages and board"), gettext_lazy("Move records stage by stage")),
    "has_client": (gettext_lazy("Clients"), gettext_lazy("Link a company and a contact")),
    "has_amount": (gettext_lazy("Amount and currency"), gettext_lazy("Sums per stage")),
    "has_dates": (gettext_lazy("Planned dates"), gettext_lazy("Begin and close")),
    "has_source": (gettext_lazy("Source"), gettext_lazy("Where a record came from")),
    "has_observers": (gettext_lazy("Observers"), gettext_lazy("People who may watch a record")),
    "has_pipelines": (
        gettext_lazy("Several pipelines"),
        gettext_lazy("Stages of their own for different kinds of work"),
    ),
    "has_recycle_bin": (gettext_lazy("Recycle bin"), gettext_lazy("Deleted records come back")),
    "opened_by_default": (
        gettext_lazy("Open records"),
        gettext_lazy("New records are seen by roles with the scope “Open”"),
    ),
}
EXAMPLE_MAJOR = 1140  # of the base currency, on the example card


class StartForm(forms.Form):
    """Names and look; what is wrong with them the actions say."""

    name_many = forms.CharField(label=gettext_lazy("Many"), required=False)
    name_one = forms.CharField(label=gettext_lazy("One"), required=False)
    number_prefix = forms.CharField(
        label=gettext_lazy("Number prefix"),
        required=False,
        help_text=gettext_lazy("REQ gives REQ-000123; empty gives 123."),
    )
    icon = forms.CharField(label=gettext_lazy("Icon"), required=False)
    hue = forms.ChoiceField(label=gettext_lazy("Colour"), choices=Hue.choices, required=False)

    def __init__(self, state: WizardState, refused: Mapping[str, str]) -> None:
        values = {name: getattr(state, name) for name in self.base_fields}
        super().__init__(values, use_required_attribute=False)
        self.full_clean()
        for name, sentence in refused.items():
            self.add_error(name or None, sentence)
        # The star beside the label; what it means was asked for elsewhere.
        self.fields["name_many"].required = self.fields["name_one"].required = True
        for name in ("name_many", "name_one", "number_prefix"):
            self.fields[name].widget.attrs["autocomplete"] = "off"


@dataclass
class WizardPage:
    """One step with everything around it; templates know it as `page`.

    Attributes:
        problems: What was refused; only the step's own is shown.
        shown: The form as it stood when a preview was asked for: parts that show the same
            already are not sent again.
        focused: The key of a row whose name gets the focus.
        neighbour: The key of the row beside one that was removed.
    """

    actor: Actor
    state: WizardState
    step: str
    problems: Problems = field(default_factory=dict)
    shown: Mapping[str, str] | None = None
    focused: str = ""
    neighbour: str = ""

    # --- around the step ---------------------------------------------------------------------

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps for the stepper."""
        url = reverse("crm:wizard")
        return [
            {
                "title": TITLES[step],
                "is_current": step == self.step,
                "is_done": place <= self.state.reached and step != self.step,
                "url": f"{url}?step={step}"
                if place <= self.state.reached and step != self.step
                else "",
            }
            for place, step in enumerate(STEPS)
        ]

    @property
    def is_first(self) -> bool:
        """Whether there is nothing to go back to."""
        return self.step == STEPS[0]

    @property
    def next_words(self) -> str:
        """What the button to the next step says; empty at the last one."""
        return str(NEXT.get(self.step, ""))

    @property
    def template(self) -> str:
        """The step's template."""
        return f"crm/wizard/_{self.step}.html"

    @property
    def own_problems(self) -> dict[str, str]:
        """What was refused at this step, by place."""
        return self.problems.get(self.step, {})

    @property
    def problem(self) -> str:
        """What was refused about the whole step."""
        return self.own_problems.get("", "")

    # --- start -------------------------------------------------------------------------------

    @cached_property
    def form(self) -> StartForm:
        """Names and look."""
        places = {name: each for name, each in self.own_problems.items() if name}
        return StartForm(self.state, places if self.step == "start" else {})

    @cached_property
    def cards(self) -> Cards:
        """The cards of "What is it like?"."""
        return Cards(self.state.preset)

    @property
    def icons(self) -> tuple[str, ...]:
        """The icons that are offered, the preset's own first."""
        mine = [preset.icon for preset in presets().values() if preset.icon not in PICKER_ICONS]
        return (*mine, *PICKER_ICONS)

    @property
    def switches(self) -> Iterator[dict[str, Any]]:
        """What a process may have."""
        assert SWITCH_WORDS.keys() == set(SWITCHES)
        for name, (title, text) in SWITCH_WORDS.items():
            is_on = self.state.switches.get(name, False)
            yield {"name": name, "title": title, "text": text, "is_on": is_on}

    @property
    def has_other_switches(self) -> bool:
        """Whether the form shows the switches of another preset."""
        return self._differs("switches_of", self.state.preset)

    # --- fields ------------------------------------------------------------------------------

    @property
    def field_rows(self) -> Iterator[dict[str, Any]]:
        """The fields with what is wrong about each."""
        kinds = all_field_types()
        for row in self.state.fields:
            known = kinds.get(row.kind)
            yield {**self._row(row), "is_single": known is not None and not known.can_be_multiple}

    @property
    def kinds(self) -> Iterator[dict[str, Any]]:
        """The kinds that fields may be of, and what each asks for besides."""
        for code, kind in all_field_types().items():
            asks = "options" if kind.family == Family.CHOICE else ""
            asks = "target" if "target" in kind.settings else asks
            yield {
                "code": code,
                "label": kind.label,
                "asks": asks,
                "is_single": not kind.can_be_multiple,
            }

    @property
    def targets(self) -> list[tuple[str, str]]:
        """The types that links may lead to."""
        types = schema_for(self.actor).types
        return [(code, each.type.name_many) for code, each in types.items()]

    @property
    def own_fields(self) -> list[str]:
        """The names of the fields that it has anyway."""
        switches = self.state.switches
        hidden = {"number", "opened", "external_id", "source_details"}
        return [
            str(each.label)
            for each in SYSTEM_FIELDS
            if each.is_editable
            and each.code not in hidden
            and (not each.switch or switches.get(each.switch))
        ]

    @property
    def may_add_field(self) -> bool:
        """Whether there is room for another field."""
        return len(self.state.fields) < MOST_FIELDS

    # --- stages ------------------------------------------------------------------------------

    @property
    def stage_rows(self) -> Iterator[dict[str, Any]]:
        """The stages with what is wrong about each."""
        for row in self.state.stages:
            yield {**self._row(row), "needs": self._needs(row.required)}

    @property
    def hues(self) -> list[tuple[str, str]]:
        """The twelve hues."""
        return [(hue.value, str(hue.label)) for hue in Hue]

    @property
    def meanings(self) -> list[tuple[str, str]]:
        """What a stage may mean."""
        return [(each.value, str(each.label)) for each in StageSemantics]

    @property
    def may_add_stage(self) -> bool:
        """Whether there is room for another stage."""
        return len(self.state.stages) < MOST_STAGES

    @property
    def matrix(self) -> Iterator[dict[str, Any]]:
        """Which stage may follow which: a row per stage with a cell per stage."""
        drawn = {(move.source, move.target) for move in self.state.moves}
        stages = self.state.ordered_stages
        for source in stages:
            cells = [(each, (source.key, each.key) in drawn) for each in stages]
            yield {"stage": source, "cells": cells}

    @property
    def moves(self) -> Iterator[dict[str, Any]]:
        """The moves that are drawn, with the fields each may require."""
        stages = {row.key: row for row in self.state.stages}
        for move in self.state.moves:
            yield {
                "key": f"{move.source}-{move.target}",
                "source": stages[move.source],
                "target": stages[move.target],
                "needs": self._needs(move.required),
            }

    @property
    def drawing(self) -> SafeString:
        """The state machine as it would be."""
        stages = [
            Stage(code=row.key, name=row.name or "…", hue=row.hue, semantics=row.semantics)
            for row in self.state.ordered_stages
        ]
        return draw(stages, [(move.source, move.target) for move in self.state.moves])

    @property
    def matrix_shape(self) -> str:
        """What the matrix shows, to tell whether it has to be drawn again."""
        rows = self.state.ordered_stages
        return "|".join(f"{row.key} {row.name} {row.hue}" for row in rows)

    @property
    def moves_shape(self) -> str:
        """What the list of moves shows."""
        pairs = ",".join(f"{move.source}-{move.target}" for move in self.state.moves)
        return f"{self.matrix_shape}||{pairs}"

    @property
    def has_other_matrix(self) -> bool:
        """Whether the form shows another matrix."""
        return self._differs("matrix_shape", self.matrix_shape)

    @property
    def has_other_moves(self) -> bool:
        """Whether the form shows another list of moves."""
        return self._differs("moves_shape", self.moves_shape)

    # --- access ------------------------------------------------------------------------------

    @property
    def actions(self) -> list[str]:
        """The columns of the table of roles."""
        return [str(action.label) for action in ASKED_ACTIONS]

    @property
    def roles(self) -> Iterator[dict[str, Any]]:
        """The roles with what each may do."""
        for role in Role.objects.order_by("name"):
            given = self.state.scopes.get(role.code, {})
            cells = [
                {
                    "name": f"{role.code}:{action.value}",
                    "label": f"{role.name}, {action.label}",
                    "chosen": given.get(action.value, Scope.NONE.code),
                }
                for action in ASKED_ACTIONS
            ]
            yield {"role": role, "cells": cells}

    @property
    def scopes(self) -> list[tuple[str, str]]:
        """How far an action may reach."""
        return [(scope.code, str(scope.label)) for scope in Scope]

    # --- preview -----------------------------------------------------------------------------

    @property
    def shown_icon(self) -> str:
        """The chosen icon; one that is not offered is refused when the process is made."""
        return self.state.icon if self.state.icon in self.icons else PICKER_ICONS[0]

    @property
    def example(self) -> dict[str, Any]:
        """A card as the board would show it."""
        state = self.state
        base = schema_for(self.actor).base_currency
        tag = next((row for row in state.fields if row.on_card and row.label), None)
        closes = timezone.localdate() + timedelta(days=7)
        return {
            "title": state.name_one or _("One record"),
            "number": f"{state.number_prefix}-000001" if state.number_prefix else "1",
            "amount": Money.from_major(Decimal(EXAMPLE_MAJOR), base).text(cents=False)
            if state.switches.get("has_amount") and base
            else "",
            "client": _("A client") if state.switches.get("has_client") else "",
            "closes": closes if state.switches.get("has_dates") else None,
            "tag": (tag.options[0] if tag.options else tag.label) if tag else "",
        }

    # --- common ------------------------------------------------------------------------------

    def _row(self, row: FieldRow | StageRow) -> dict[str, Any]:
        start = f"{row.key}:"
        errors = {
            place.removeprefix(start): sentence
            for place, sentence in self.own_problems.items()
            if place.startswith(start)
        }
        return {
            "row": row,
            "errors": errors,
            "is_focused": row.key == self.focused,
            "is_neighbour": row.key == self.neighbour,
        }

    def _needs(self, required: list[str]) -> dict[str, Any]:
        fields = self.state.requirable()
        chosen = [label for reference, label in fields.items() if reference in required]
        return {
            "fields": [(code, label, code in required) for code, label in fields.items()],
            "words": ", ".join(chosen),
        }

    def _differs(self, name: str, value: str) -> bool:
        return self.shown is not None and self.shown.get(name, value) != value
