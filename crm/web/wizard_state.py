"""What the wizard has been told so far: a draft of a process, kept in the session.

Rows have keys of their own (`f3`, `s2`), so that stages and moves may require a field and
moves may join stages whatever these are called and in whichever order they stand.
"""

from __future__ import annotations

from collections.abc import Collection, MutableMapping
from dataclasses import asdict, dataclass, field
from typing import Any

from smart_processes.choices import Hue, StageSemantics
from smart_processes.configuration_checks import in_order
from smart_processes.drafts import StageDraft
from smart_processes.system_fields import SYSTEM_FIELDS

SESSION_KEY = "new_process"
STEPS = ("start", "fields", "stages", "access")
# More than people oversee; the matrix of moves grows with the square of the stages.
MOST_FIELDS = 60
MOST_STAGES = 24


@dataclass
class FieldRow:
    """A field; `options` are for choices, `target` (a type's code) for links."""

    key: str
    label: str = ""
    kind: str = "string"
    is_required: bool = False
    is_multiple: bool = False
    on_card: bool = False
    options: list[str] = field(default_factory=list)
    target: str = ""


@dataclass
class StageRow:
    """A stage; `required` names fields: keys of rows, or codes of the product's own."""

    key: str
    name: str = ""
    hue: str = Hue.BLUE.value
    semantics: str = StageSemantics.IN_PROGRESS.value
    required: list[str] = field(default_factory=list)


@dataclass
class MoveRow:
    """An allowed move between two stages by their keys; `required` as for stages."""

    source: str
    target: str
    required: list[str] = field(default_factory=list)


@dataclass
class WizardState:
    """The whole draft.

    Attributes:
        scopes: Code of a role -> action -> code of a scope; for chosen roles.
        reached: Place of the furthest step that was opened.
        last_key: The number of the last row that was made.
    """

    preset: str = ""
    name_one: str = ""
    name_many: str = ""
    number_prefix: str = ""
    icon: str = ""
    hue: str = Hue.BLUE.value
    switches: dict[str, bool] = field(default_factory=dict)
    fields: list[FieldRow] = field(default_factory=list)
    stages: list[StageRow] = field(default_factory=list)
    moves: list[MoveRow] = field(default_factory=list)
    is_for_everybody: bool = True
    scopes: dict[str, dict[str, str]] = field(default_factory=dict)
    reached: int = 0
    last_key: int = 0

    @property
    def has_stages(self) -> bool:
        """Whether the process has stages that people see."""
        return self.switches.get("has_stages", False)

    @property
    def ordered_stages(self) -> list[StageRow]:
        """The stages as the board will show them: ends last."""
        by_key = {row.key: row for row in self.stages}
        drafts = (StageDraft(name="", code=r.key, semantics=r.semantics) for r in self.stages)
        return [by_key[draft.code] for draft in in_order(drafts)]

    def new_key(self, letter: str) -> str:
        """Return the key of a further row."""
        self.last_key += 1
        return f"{letter}{self.last_key}"

    def requirable(self) -> dict[str, str]:
        """Return what stages and moves may require: reference -> name of the field."""
        own = {
            each.code: str(each.label)
            for each in SYSTEM_FIELDS
            if each.is_editable
            and each.code not in {"title", "opened", "external_id"}
            and (not each.switch or self.switches.get(each.switch, False))
        }
        return own | {row.key: row.label for row in self.fields if row.label}

    def prune(self) -> None:
        """Forget what names rows that are gone."""
        stages = {row.key for row in self.stages}
        references = {each.code for each in SYSTEM_FIELDS} | {row.key for row in self.fields}
        self.moves = [m for m in self.moves if {m.source, m.target} <= stages]
        asking: list[StageRow | MoveRow] = [*self.stages, *self.moves]
        for row in asking:
            row.required = _among(row.required, references)


def load(session: MutableMapping[str, Any]) -> WizardState | None:
    """Return the draft in a session; None when there is none that this version reads."""
    stored = session.get(SESSION_KEY)
    if not isinstance(stored, dict):
        return None
    try:
        rows: dict[str, Any] = {
            "fields": [FieldRow(**row) for row in stored["fields"]],
            "stages": [StageRow(**row) for row in stored["stages"]],
            "moves": [MoveRow(**row) for row in stored["moves"]],
        }
        return WizardState(**{**stored, **rows})
    except (KeyError, TypeError):
        return None


def save(state: WizardState, session: MutableMapping[str, Any]) -> None:
    """Keep the draft in a session."""
    session[SESSION_KEY] = asdict(state)


def forget(session: MutableMapping[str, Any]) -> None:
    """Throw the draft away."""
    session.pop(SESSION_KEY, None)


def _among(references: list[str], present: Collection[str]) -> list[str]:
    return [each for each in references if each in present]
