"""Ask people to approve."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from automation.activities.asking import (
    COMMON_RESULTS,
    FAIL,
    IF_NOBODY,
    NO,
    YES,
    AskingParams,
    ask,
)
from automation.activities.base import Activity, ActivityContext, Group, ResultField
from automation.activities.params import ParamKind, param
from automation.activities.registry import register
from automation.choices import CountingRule, UserTaskKind
from automation.engine.outcomes import Done, Later
from automation.exceptions import StepRefused
from automation.user_tasks.counting import Terms


@dataclass(frozen=True)
class ApproveParams(AskingParams):
    """How votes are counted, and what the buttons say."""

    rule: str = param(
        _("Who decides"),
        ParamKind.CHOICE,
        default=CountingRule.ALL.value,
        choices=tuple(CountingRule.choices),
    )
    min_percent: Decimal = param(
        _("More than this percentage must approve"),
        ParamKind.NUMBER,
        default=Decimal(50),
        help=_("Of everybody who is asked. For a share of the votes only."),
    )
    waits_for_all: bool = param(_("Wait until everybody voted"), ParamKind.FLAG, default=False)
    yes_label: str = param(_("Button to approve"), default="")
    no_label: str = param(_("Button to reject"), default="")
    if_nobody: str = param(
        _("If nobody can be asked"),
        ParamKind.CHOICE,
        default=FAIL,
        choices=(*IF_NOBODY, (YES, _("Approved")), (NO, _("Rejected"))),
    )


@register
class Approve(Activity[ApproveParams]):
    """Asks people to approve or reject and waits for their votes. Exactly once.

    When the time limit passes it is rejected, and `timed_out` says so.
    """

    code = "approve"
    label = _("Ask for approval")
    description = _("Asks people to approve or reject, counts their votes and waits for them.")
    group = Group.PEOPLE
    icon = "hand-raised"
    params = ApproveParams
    results = (
        *COMMON_RESULTS,
        ResultField("approved_count", _("How many approved"), "integer"),
        ResultField("rejected_count", _("How many rejected"), "integer"),
        ResultField("approved_percent", _("Percentage that approved"), "integer"),
        ResultField("rejected_percent", _("Percentage that rejected"), "integer"),
        ResultField("approvers", _("Who approved"), "user"),
        ResultField("rejecters", _("Who rejected"), "user"),
    )
    needs_record = False

    def execute(self, params: ApproveParams, context: ActivityContext) -> Done | Later:
        """Ask."""
        if not 0 <= params.min_percent < 100:
            raise StepRefused(gettext("The percentage is a number from 0 to 99."))
        terms = Terms(
            UserTaskKind.APPROVAL,
            CountingRule(params.rule),
            int(params.min_percent),
            params.waits_for_all,
        )
        return ask(
            params,
            context,
            terms,
            if_nobody=params.if_nobody,
            labels=(params.yes_label, params.no_label),
        )
