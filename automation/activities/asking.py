"""What the steps that ask people have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from automation.actions.user_tasks import open_user_task
from automation.activities.base import ActivityContext, ResultField
from automation.activities.params import ParamKind, param
from automation.activities.people_values import people_ids
from automation.calendars.stored import StoredCalendar
from automation.choices import CommentRule, DelegationRule, UserTaskKind
from automation.engine.expressions import LanguageRefused
from automation.engine.expressions.functions.intervals import read_span
from automation.engine.nodes import WaitKind
from automation.engine.outcomes import Done, Later
from automation.exceptions import StepRefused
from automation.user_tasks.asking import TaskContent
from automation.user_tasks.counting import Terms
from automation.user_tasks.people import Asked, owner_of, with_substitutes
from smart_processes.field_types.base import ValueRefused
from smart_processes.field_types.string import read_line, read_lines

LONGEST_TITLE = 255  # characters
LONGEST_DESCRIPTION = 10_000
LONGEST_LABEL = 60
FAIL, ASK_OWNER, YES, NO, SKIP = "fail", "ask_owner", "yes", "no", "skip"
IF_NOBODY = ((FAIL, _("The step fails")), (ASK_OWNER, _("The owner of the process is asked")))


@dataclass(frozen=True)
class AskingParams:
    """What is asked, whom, and until when."""

    title: str = param(_("What is asked"))
    people: Sequence[Any] = param(_("Who is asked"), ParamKind.PEOPLE)
    description: str = param(_("Description"), ParamKind.LINES, default="")
    limit: str = param(
        _("Time limit"),
        ParamKind.SPAN,
        default="",
        help=_("For example 2d or 4h. Empty: whenever."),
    )
    in_work_time: bool = param(
        _("The limit counts working time only"), ParamKind.FLAG, default=False
    )
    to_substitute: bool = param(
        _("Ask the substitute of who is absent"), ParamKind.FLAG, default=True
    )
    comment: str = param(
        _("Comment"),
        ParamKind.CHOICE,
        default=CommentRule.OPTIONAL.value,
        choices=tuple(CommentRule.choices),
    )
    comment_label: str = param(_("What the comment is called"), default="")
    delegation: str = param(
        _("May be given on to"),
        ParamKind.CHOICE,
        default=DelegationRule.SUBORDINATES.value,
        choices=tuple(DelegationRule.choices),
    )


COMMON_RESULTS = (
    ResultField("task", _("Number of the task"), "integer"),
    ResultField("outcome", _("Outcome")),
    ResultField("is_yes", _("Agreed, or answered"), "flag"),
    ResultField("timed_out", _("The time limit passed"), "flag"),
    ResultField("total_count", _("How many were asked"), "integer"),
    ResultField("voted_count", _("How many answered"), "integer"),
    ResultField("voted_percent", _("Percentage that answered"), "integer"),
    ResultField("people", _("Who answered"), "user"),
    ResultField("last_person", _("Who answered last"), "user"),
    ResultField("last_comment", _("The last answer's comment"), "text"),
    ResultField("comments", _("All comments"), "text"),
)


def ask(
    params: AskingParams,
    context: ActivityContext,
    terms: Terms,
    *,
    if_nobody: str,
    questions: Sequence[dict[str, Any]] = (),
    labels: tuple[str, str] = ("", ""),
) -> Done | Later:
    """Ask the people of a step, or do what it says where nobody could be found.

    Args:
        params: Of the step.
        context: Of the step.
        terms: What is asked for, and how it is counted.
        if_nobody: What is done where there is nobody.
        questions: The form.
        labels: What the buttons say, agreement first; empty: the usual words.

    Raises:
        StepRefused: somebody is not known, nobody could be found, or a text is too long.
    """
    asked = _people(params, context.now)
    if not asked:
        if if_nobody in {YES, NO, SKIP}:
            return Done(_without_people(terms.kind, if_nobody))
        owner = owner_of(context.run_id) if if_nobody == ASK_OWNER else None
        if owner is None:
            raise StepRefused(gettext("There is nobody who could be asked."))
        asked = [Asked(owner)]
    content = TaskContent(
        terms=terms,
        title=_line(params.title, LONGEST_TITLE),
        description=_lines(params.description),
        questions=questions,
        comment_rule=CommentRule(params.comment),
        comment_label=_line(params.comment_label, LONGEST_LABEL),
        yes_label=_line(labels[0], LONGEST_LABEL),
        no_label=_line(labels[1], LONGEST_LABEL),
        delegation=DelegationRule(params.delegation),
        due_at=_due_at(params, context.now),
    )
    task = open_user_task(
        content,
        asked,
        run_id=context.run_id,
        step=context.step_id,
        actor=context.actor,
        now=context.now,
    )
    result = {"task": task.pk, "asked": [each.person_id for each in asked]}
    return Later(WaitKind.TASK, key=task.wait_key, due_at=task.due_at, result=result)


def _people(params: AskingParams, now: datetime) -> list[Asked]:
    people = people_ids(params.people)
    if params.to_substitute:
        return with_substitutes(people, now)
    return [Asked(each) for each in people]


def _without_people(kind: UserTaskKind, decision: str) -> dict[str, Any]:
    """Return the results of a task that nobody was asked."""
    is_approval = kind == UserTaskKind.APPROVAL
    agreed, refused = ("approved", "rejected") if is_approval else ("done", "refused")
    is_yes = decision != NO
    counts = {"total_count": 0, "voted_count": 0, "voted_percent": 0}
    outcome = agreed if is_yes else refused
    return {"outcome": outcome, "is_yes": is_yes, "timed_out": False, **counts}


def _due_at(params: AskingParams, now: datetime) -> datetime | None:
    if not params.limit:
        return None
    try:
        span = read_span(params.limit)
        if not params.in_work_time:
            due_at = span.added_to(now)
            assert isinstance(due_at, datetime)
        else:
            length = timedelta(days=span.days + 30 * span.months, seconds=span.seconds)
            due_at = StoredCalendar().add_work_time(now, length)
    except LanguageRefused as refusal:
        raise StepRefused(refusal.message) from refusal
    if due_at <= now:
        raise StepRefused(gettext("The time limit must lie in the future."))
    return due_at


def _line(text: str, longest: int) -> str:
    if not text.strip():
        return ""
    try:
        return read_line(text, longest)
    except ValueRefused as refusal:
        raise StepRefused(refusal.message) from refusal


def _lines(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return read_lines(text, LONGEST_DESCRIPTION)
    except ValueRefused as refusal:
        raise StepRefused(refusal.message) from refusal
