"""Ask people to read something."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from automation.activities.asking import (
    COMMON_RESULTS,
    FAIL,
    IF_NOBODY,
    SKIP,
    AskingParams,
    ask,
)
from automation.activities.base import Activity, ActivityContext, Group
from automation.activities.params import ParamKind, param
from automation.activities.registry import register
from automation.choices import CountingRule, UserTaskKind
from automation.engine.outcomes import Done, Later
from automation.user_tasks.counting import Terms


@dataclass(frozen=True)
class AcknowledgeParams(AskingParams):
    """Who has to read it, and what the button says."""

    rule: str = param(
        _("Who has to read it"),
        ParamKind.CHOICE,
        default=CountingRule.ALL.value,
        choices=tuple(each for each in CountingRule.choices if each[0] != CountingRule.VOTE),
    )
    yes_label: str = param(_("Button"), default="")
    if_nobody: str = param(
        _("If nobody can be asked"),
        ParamKind.CHOICE,
        default=FAIL,
        choices=(*IF_NOBODY, (SKIP, _("The workflow goes on"))),
    )


@register
class Acknowledge(Activity[AcknowledgeParams]):
    """Gives people something to read and waits until they have. Exactly once.

    When the time limit passes the workflow goes on, and `timed_out` says so.
    """

    code = "acknowledge"
    label = _("Ask to read")
    description = _("Gives people something to read and waits until they say that they have.")
    group = Group.PEOPLE
    icon = "book-open"
    params = AcknowledgeParams
    results = COMMON_RESULTS
    needs_record = False

    def execute(self, params: AcknowledgeParams, context: ActivityContext) -> Done | Later:
        """Ask."""
        terms = Terms(UserTaskKind.ACKNOWLEDGEMENT, CountingRule(params.rule))
        return ask(
            params,
            context,
            terms,
            if_nobody=params.if_nobody,
            labels=(params.yes_label, ""),
        )
