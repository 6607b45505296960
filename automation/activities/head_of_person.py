"""Find somebody's head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.selectors.heads import head_of
from automation.activities.base import Activity, ActivityContext, Group, ResultField
from automation.activities.params import ParamKind, param
from automation.activities.people_values import one_person
from automation.activities.registry import register
from automation.engine.outcomes import Done
from automation.exceptions import StepRefused


@dataclass(frozen=True)
class HeadOfPersonParams:
    """Whose head, and how far up."""

    person: Sequence[Any] = param(
        _("Person"),
        ParamKind.PEOPLE,
        default=[],
        help=_("Empty: who is responsible for the record."),
    )
    level: Decimal = param(
        _("How far up"),
        ParamKind.NUMBER,
        default=Decimal(1),
        help=_("1 is the head, 2 the head's head."),
    )


@register
class HeadOfPerson(Activity[HeadOfPersonParams]):
    """Finds the head of somebody by the departments. Exactly once; changes nothing."""

    code = "head_of_person"
    label = _("Find the head of a person")
    description = _("Finds who leads somebody, by the departments.")
    group = Group.PEOPLE
    icon = "user-plus"
    params = HeadOfPersonParams
    results = (ResultField("user", _("Head"), "user"), ResultField("name", _("Name")))
    needs_record = False

    def execute(self, params: HeadOfPersonParams, context: ActivityContext) -> Done:
        """Find the head; nobody at the top of the company is no failure."""
        person = one_person(params.person) if params.person else context.record().responsible_id
        if person is None:
            raise StepRefused(gettext("There is nobody whose head could be found."))
        head = head_of(person, int(params.level))
        name = User.objects.get(pk=head).full_name if head else ""
        return Done({"user": head, "name": name})
