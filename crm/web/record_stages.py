"""The stages of one record: the chevrons, Won and Lost, the next stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from crm.durations import age_text
from smart_processes.choices import StageSemantics
from smart_processes.models import Item, Stage
from smart_processes.schema import PipelineSchema
from smart_processes.selectors.moves import barred_moves
from smart_processes.selectors.visits import time_in_stages, visits_of


@dataclass(frozen=True)
class StageStep:
    """One stage as it is drawn.

    Attributes:
        state: "past", "now" or "".
        spent: How long the record stood there, "" for not at all.
        reason: Why the record may not go there; "" when it may try.
    """

    stage: Stage
    state: str
    spent: str
    reason: str

    @property
    def label(self) -> str:
        """What a press does."""
        if self.state == "now":
            return self.stage.name
        return self.reason or _("Move to %(stage)s") % {"stage": self.stage.name}


@dataclass
class StageBar:
    """All stages of the record's pipeline, in order."""

    steps: list[StageStep]

    @property
    def going(self) -> list[StageStep]:
        """The stages in progress."""
        return [step for step in self.steps if not step.stage.is_final]

    @property
    def success(self) -> StageStep | None:
        """The one success."""
        return next((step for step in self.steps if _means(step, StageSemantics.SUCCESS)), None)

    @property
    def failures(self) -> list[StageStep]:
        """The failures."""
        return [step for step in self.steps if _means(step, StageSemantics.FAILURE)]

    @property
    def lost(self) -> StageStep | None:
        """The failure where the record stands."""
        return next((step for step in self.failures if step.state == "now"), None)

    @cached_property
    def now(self) -> StageStep | None:
        """Where the record stands."""
        return next((step for step in self.steps if step.state == "now"), None)

    @property
    def next(self) -> StageStep | None:
        """The stage after this one that the record may enter: what phones offer first."""
        if self.now is None or self.now.stage.is_final:
            return None
        here = self.steps.index(self.now)
        later = self.steps[here + 1 :]
        return next(
            (s for s in later if not s.reason and not _means(s, StageSemantics.FAILURE)), None
        )


def stage_bar(
    actor: Actor, pipeline: PipelineSchema, record: Item, *, may_change: bool
) -> StageBar:
    """Return the stages of a record (one query: its visits)."""
    spent = time_in_stages(visits_of(record.pk), timezone.now())
    barred = barred_moves(actor, pipeline).get(record.stage, {})
    stages = list(pipeline.stages)
    current = pipeline.stage(record.stage)
    if current is not None and current not in stages:
        stages.insert(0, current)  # retired, but the record still stands there
    here = stages.index(current) if current is not None else -1
    steps = [
        StageStep(
            stage=stage,
            state=_state(stage, place, current, here),
            spent=_spent(spent.get(stage.pk)),
            reason=_reason(barred.get(stage.code, ""), may_change=may_change),
        )
        for place, stage in enumerate(stages)
    ]
    return StageBar(steps)


def _state(stage: Stage, place: int, current: Stage | None, here: int) -> str:
    if current is not None and stage.pk == current.pk:
        return "now"
    is_behind = place < here and not stage.is_final
    return "past" if is_behind else ""


def _spent(stay: timedelta | None) -> str:
    return age_text(stay) if stay is not None else ""


def _reason(barred: str, *, may_change: bool) -> str:
    if not may_change:
        return _("Your roles do not let you change this record.")
    return barred


def _means(step: StageStep, semantics: StageSemantics) -> bool:
    return step.stage.semantics == semantics
