"""Ask people questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from automation.activities.asking import (
    COMMON_RESULTS,
    FAIL,
    IF_NOBODY,
    SKIP,
    AskingParams,
    ask,
)
from automation.activities.base import Activity, ActivityContext, Group, ResultField
from automation.activities.params import ParamKind, param
from automation.activities.registry import register
from automation.choices import CountingRule, UserTaskKind
from automation.engine.outcomes import Done, Later
from automation.user_tasks.counting import Terms
from automation.user_tasks.questions import read_questions

QUESTION_RESULTS = (
    *COMMON_RESULTS,
    ResultField("values", _("Answers by the codes of the questions"), "text"),
)


@dataclass(frozen=True)
class QuestionsParams(AskingParams):
    """The questions; defaults alone, so that dataclasses below may add to it."""

    questions: Any = param(
        _("Questions"),
        ParamKind.ANY,
        default=None,
        help=_(
            "One per line; or a list of maps with code, label, kind, required, multiple, options."
        ),
    )
    if_nobody: str = param(
        _("If nobody can be asked"),
        ParamKind.CHOICE,
        default=FAIL,
        choices=(*IF_NOBODY, (SKIP, _("The workflow goes on"))),
    )
    yes_label: str = param(_("Button to answer"), default="")


@register
class GiveInformation(Activity[QuestionsParams]):
    """Asks people questions; the first who answers ends it. Exactly once.

    When the time limit passes there are no values, and `timed_out` says so.
    """

    code = "give_information"
    label = _("Ask for information")
    description = _("Puts a form before people; the first who fills it in lets the workflow go on.")
    group = Group.PEOPLE
    icon = "pencil-square"
    params = QuestionsParams
    results = QUESTION_RESULTS
    needs_record = False

    def execute(self, params: QuestionsParams, context: ActivityContext) -> Done | Later:
        """Ask."""
        return ask(
            params,
            context,
            Terms(UserTaskKind.INFORMATION, CountingRule.ANY),
            if_nobody=params.if_nobody,
            questions=read_questions(params.questions),
            labels=(params.yes_label, ""),
        )
