"""What configuration is made of before it is stored: the input of configuration actions.

Drafts name everything by code, never by id, so the wizard, solution files and the admin
hand over the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from smart_processes.choices import Hue, MenuSection, StageSemantics

# The pipeline and the stage of a type whose records have neither for people.
HIDDEN_PIPELINE = "main"
HIDDEN_STAGE = "RECORD"

SWITCHES = (
    "has_stages",
    "has_pipelines",
    "has_client",
    "has_amount",
    "has_dates",
    "has_source",
    "has_observers",
    "has_recycle_bin",
    "opened_by_default",
)


@dataclass(frozen=True, kw_only=True)
class OptionDraft:
    """One option of a choice field; an empty code is made from the name."""

    label: str
    code: str = ""
    hue: str = Hue.GREY


@dataclass(frozen=True, kw_only=True)
class FieldDraft:
    """A user-defined field; an empty code is made from the name."""

    label: str
    kind: str
    code: str = ""
    help: str = ""
    section: str = ""
    position: int | None = None  # None: behind the others
    is_required: bool = False
    is_multiple: bool = False
    is_unique: bool = False
    is_indexed: bool = False
    on_card: bool = False
    default: Any = None  # raw, as a form would send it
    config: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[OptionDraft, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StageDraft:
    """A stage; its place is its place in the list."""

    name: str
    code: str = ""
    hue: str = Hue.BLUE
    semantics: str = StageSemantics.IN_PROGRESS
    required_from_here: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EdgeDraft:
    """An allowed move between two stages; roles by code, none means everybody."""

    source: str
    target: str
    roles: tuple[str, ...] = ()
    required_fields: tuple[str, ...] = ()
    conditions: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class PipelineDraft:
    """A pipeline with its stages in order; no edges allow every move."""

    name: str
    code: str = ""
    hue: str = Hue.BLUE
    is_default: bool = False
    stages: tuple[StageDraft, ...] = ()
    edges: tuple[EdgeDraft, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TypeDraft:
    """A record type with the pipeline its records enter.

    Attributes:
        switches: Names of `SWITCHES` -> on or off; what is not named keeps its default.
        pipeline: The default pipeline; None for one with "New", "Done" and "Cancelled",
            or for the hidden one of a type without stages.
    """

    name_one: str
    name_many: str
    code: str = ""
    icon: str = ""
    hue: str = Hue.BLUE
    menu_section: str = MenuSection.PROCESSES
    position: int | None = None
    number_prefix: str = ""
    switches: Mapping[str, bool] = field(default_factory=dict)
    pipeline: PipelineDraft | None = None
