"""What people may do to runs from pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from automation.actions.mending import (
    edit_variables,
    go_to_step,
    migrate_run,
    restart_run,
    skip_step,
)
from automation.actions.runs import cancel_run, pause_run, resume_run, retry_run
from automation.choices import RunStatus
from automation.models import Run
from automation.runtime.causation import is_cycle
from automation.runtime.programs import published


@dataclass(frozen=True)
class Steering:
    """An action on a run, and how pages offer it.

    Attributes:
        act: What is done.
        label: What its button says.
        said: What is told when it was done.
        is_first_choice: It is what a run in this state asks for.
        asks: A dialog asks for the reason first.
        is_rare: It stands in a menu, not beside the others.
    """

    act: Callable[..., Run]
    label: StrOrPromise
    icon: str
    said: StrOrPromise
    is_first_choice: bool = False
    asks: bool = False
    is_rare: bool = False


STEERING: Mapping[str, Steering] = {
    "retry": Steering(
        retry_run,
        _("Retry the step"),
        "arrow-path",
        _("The run goes on with the step that failed"),
        is_first_choice=True,
        asks=True,
    ),
    "resume": Steering(
        resume_run,
        _("Let the run go on"),
        "play",
        _("The run goes on"),
        is_first_choice=True,
        asks=True,
    ),
    "pause": Steering(pause_run, _("Pause the run"), "pause", _("The run is paused")),
    "cancel": Steering(
        cancel_run, _("Cancel the run"), "no-symbol", _("The run is cancelled"), asks=True
    ),
    "skip": Steering(
        skip_step,
        _("Skip the step"),
        "forward",
        _("The step is skipped"),
        asks=True,
        is_rare=True,
    ),
    "go": Steering(
        go_to_step,
        _("Go to a step"),
        "arrow-right-circle",
        _("The run stands at another step now"),
        asks=True,
        is_rare=True,
    ),
    "edit": Steering(
        edit_variables,
        _("Change variables"),
        "pencil-square",
        _("The variables are changed"),
        asks=True,
        is_rare=True,
    ),
    "migrate": Steering(
        migrate_run,
        _("Take to another version"),
        "arrow-up-circle",
        _("The run has another version now"),
        asks=True,
        is_rare=True,
    ),
    "restart": Steering(
        restart_run,
        _("Start again"),
        "arrow-uturn-left",
        _("A new run has begun"),
        asks=True,
        is_rare=True,
    ),
}


# What is offered for many runs: going to a step means something else in every program.
OFFERED = tuple(
    (how, STEERING[how].label, STEERING[how].icon)
    for how in ("retry", "resume", "pause", "skip", "migrate", "restart", "cancel")
)


@dataclass(frozen=True)
class Choice:
    """A button of a run's story."""

    steering: Steering
    url: str

    @property
    def label(self) -> StrOrPromise:
        """What it says."""
        return self.steering.label

    @property
    def icon(self) -> str:
        """Its icon."""
        return self.steering.icon

    @property
    def is_first_choice(self) -> bool:
        """Whether it stands out."""
        return self.steering.is_first_choice

    @property
    def is_rare(self) -> bool:
        """Whether it stands in the menu."""
        return self.steering.is_rare

    @property
    def asks(self) -> bool:
        """Whether it opens a dialog."""
        return self.steering.asks


def choices_for(run: Run) -> list[Choice]:
    """Return what can be done to a run in its state, what it asks for first."""
    fits = {
        "retry": may_retry(run),
        "resume": run.status == RunStatus.PAUSED,
        "pause": run.is_open and run.status != RunStatus.PAUSED,
        "cancel": may_cancel(run),
        "skip": may_retry(run),
        "go": _may_go(run),
        "edit": may_cancel(run) and bool(published(run.version_id).program.variables),
        "migrate": may_cancel(run) and _has_other_version(run),
        "restart": run.is_final or run.status == RunStatus.FAILED,
    }
    return [
        Choice(steering, reverse(f"crm:run_{how}", args=[run.pk]))
        for how, steering in STEERING.items()
        if fits[how]
    ]


def _may_go(run: Run) -> bool:
    is_begun = run.status != RunStatus.PENDING and not run.is_final
    return is_begun and not is_cycle(tuple(run.chain))


def _has_other_version(run: Run) -> bool:
    published_id = run.version.program.published_id
    return run.version.number > 1 or published_id not in {None, run.version_id}


def may_retry(run: Run) -> bool:
    """Return whether a run can go on with the step that failed."""
    return run.status == RunStatus.FAILED and not is_cycle(tuple(run.chain))


def may_cancel(run: Run) -> bool:
    """Return whether a run can be ended."""
    return run.is_open or run.status == RunStatus.FAILED
