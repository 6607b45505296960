"""Plan a to-do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from automation.actions.todos import TodoContent, add_todo
from automation.activities.base import Activity, ActivityContext, Group, ResultField
from automation.activities.params import ParamKind, param
from automation.activities.people_values import one_person
from automation.activities.registry import register
from automation.calendars.people import substitute_of
from automation.calendars.stored import company_zone
from automation.engine.expressions import LanguageRefused
from automation.engine.expressions.conversion import moment
from automation.engine.nodes import WaitKind
from automation.engine.outcomes import Done, Later
from automation.exceptions import StepRefused


@dataclass(frozen=True)
class CreateTodoParams:
    """What is to be done, by whom, until when."""

    title: str = param(_("To-do"))
    assignee: Sequence[Any] = param(
        _("Who does it"),
        ParamKind.PEOPLE,
        default=[],
        help=_("Empty: who is responsible for the record."),
    )
    deadline: Any = param(
        _("Until"),
        ParamKind.ANY,
        default=None,
        help=_('A date, or a formula like =dateadd({=System:Now},"3d").'),
    )
    description: str = param(_("Description"), ParamKind.LINES, default="")
    checklist: str = param(
        _("Checklist"), ParamKind.LINES, default="", help=_("One step per line.")
    )
    to_substitute: bool = param(
        _("Give it to the substitute of who is absent"), ParamKind.FLAG, default=True
    )
    is_awaited: bool = param(_("Wait until it is done"), ParamKind.FLAG, default=False)


@register
class CreateTodo(Activity[CreateTodoParams]):
    """Plans work on the record and, if asked to, waits until it is done. Exactly once.

    A to-do that is deleted ends the wait as well.
    """

    code = "create_todo"
    label = _("Create a to-do")
    description = _("Plans work on the record for somebody, with a deadline and a checklist.")
    group = Group.PEOPLE
    icon = "check-circle"
    params = CreateTodoParams
    results = (
        ResultField("todo", _("Number of the to-do"), "integer"),
        ResultField("assignee", _("Who does it"), "user"),
        ResultField("done_by", _("Who did it"), "user"),
        ResultField("is_deleted", _("It was deleted"), "flag"),
    )

    def execute(self, params: CreateTodoParams, context: ActivityContext) -> Done | Later:
        """Plan it."""
        record = context.record()
        asked = one_person(params.assignee) if params.assignee else record.responsible_id
        if params.to_substitute and asked is not None:
            asked = substitute_of(asked, context.now) or asked
        content = TodoContent(
            title=params.title,
            assignee=User.objects.filter(pk=asked).first() if asked else None,
            deadline_at=_moment(params.deadline),
            description=params.description,
            checklist=[line.strip() for line in params.checklist.splitlines() if line.strip()],
        )
        todo = add_todo(record, content, actor=context.actor)
        effect = {"record": record.pk, "field": "todo", "before": None, "after": todo.title}
        result = {"todo": todo.pk, "assignee": todo.assignee_id}
        if params.is_awaited:
            return Later(WaitKind.TASK, key=todo.wait_key, result=result, effects=[effect])
        return Done(result, effects=[effect])


def _moment(written: Any) -> datetime | None:
    if written in (None, ""):
        return None
    try:
        return moment(written, company_zone())
    except LanguageRefused as refusal:
        raise StepRefused(refusal.message) from refusal
