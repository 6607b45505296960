"""A workflow's user task was decided."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from automation.activities.params import ParamKind, param
from automation.choices import UserTaskOutcome
from automation.triggers.base import EventKind, Heard, TriggerKind
from automation.triggers.registry import register

_ANY = "any"
_TIMED_OUT = "timed_out"


@dataclass(frozen=True)
class UserTaskFinishedParams:
    """Which task, and how it ended."""

    outcome: str = param(
        _("How it ended"),
        ParamKind.CHOICE,
        default=_ANY,
        choices=(
            (_ANY, _("In any way")),
            *((each.value, each.label) for each in UserTaskOutcome if each != "cancelled"),
            (_TIMED_OUT, _("The time limit passed")),
        ),
    )
    step: str = param(
        _("Step"),
        default="",
        help=_("The id of the step that asked. Empty: any."),
    )


@register
class UserTaskFinished(TriggerKind[UserTaskFinishedParams]):
    """The answers to a task about the record, or its time limit, decided it."""

    code = "user_task_finished"
    label = _("User task finished")
    description = _("What a workflow asked people about the record was decided.")
    icon = "hand-raised"
    params = UserTaskFinishedParams
    listens = EventKind.USER_TASK_FINISHED

    def concerns(self, params: UserTaskFinishedParams, heard: Heard) -> bool:
        """Return whether it is the step's task, and ended so."""
        if params.step and heard.payload["step"] != params.step:
            return False
        if params.outcome == _TIMED_OUT:
            return bool(heard.payload["is_timed_out"])
        return params.outcome in {_ANY, heard.payload["outcome"]}
