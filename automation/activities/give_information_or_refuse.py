"""Ask people questions that they may refuse to answer."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from automation.activities.asking import ask
from automation.activities.base import Activity, ActivityContext, Group
from automation.activities.give_information import QUESTION_RESULTS, QuestionsParams
from automation.activities.params import ParamKind, param
from automation.activities.registry import register
from automation.choices import CountingRule, UserTaskKind
from automation.engine.outcomes import Done, Later
from automation.user_tasks.counting import Terms
from automation.user_tasks.questions import read_questions


@dataclass(frozen=True)
class GiveInformationOrRefuseParams(QuestionsParams):
    """Whose refusals decide, and what that button says."""

    refusal: str = param(
        _("It is refused"),
        ParamKind.CHOICE,
        default=CountingRule.ALL.value,
        choices=(
            (CountingRule.ANY.value, _("When the first one refuses")),
            (CountingRule.ALL.value, _("When everybody refuses")),
        ),
    )
    no_label: str = param(_("Button to refuse"), default="")


@register
class GiveInformationOrRefuse(Activity[GiveInformationOrRefuseParams]):
    """Asks people questions; the first answer, or refusals, end it. Exactly once.

    `is_yes` says whether there is an answer; `timed_out` whether the time limit passed.
    """

    code = "give_information_or_refuse"
    label = _("Ask for information, or a refusal")
    description = _("Puts a form before people, who may refuse to fill it in.")
    group = Group.PEOPLE
    icon = "question-mark-circle"
    params = GiveInformationOrRefuseParams
    results = QUESTION_RESULTS
    needs_record = False

    def execute(
        self, params: GiveInformationOrRefuseParams, context: ActivityContext
    ) -> Done | Later:
        """Ask."""
        return ask(
            params,
            context,
            Terms(UserTaskKind.INFORMATION_OR_REFUSAL, CountingRule(params.refusal)),
            if_nobody=params.if_nobody,
            questions=read_questions(params.questions),
            labels=(params.yes_label, params.no_label),
        )
