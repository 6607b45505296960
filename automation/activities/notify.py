"""Tell people something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from automation.actions import notifications
from automation.activities.base import Activity, ActivityContext, Group, ResultField
from automation.activities.params import ParamKind, param
from automation.activities.people_values import people_ids
from automation.activities.registry import register
from automation.choices import NotificationKind
from automation.engine.outcomes import Done
from automation.exceptions import StepRefused


@dataclass(frozen=True)
class NotifyParams:
    """Whom, and what."""

    people: Sequence[Any] = param(_("People"), ParamKind.PEOPLE)
    title: str = param(_("Notice"))
    text: str = param(_("Further words"), ParamKind.LINES, default="")


@register
class Notify(Activity[NotifyParams]):
    """Tells people something by the bell and, where they want it so, by mail. Exactly once.

    Each person decides how to be told by robots. The notice is written with the step; its
    mail leaves with the person's others.
    """

    code = "notify"
    label = _("Notify people")
    description = _("Tells people something by the bell, and by mail where they want it so.")
    group = Group.MESSAGES
    icon = "bell-alert"
    params = NotifyParams
    results = (ResultField("count", _("How many were told"), "integer"),)
    needs_record = False

    def execute(self, params: NotifyParams, context: ActivityContext) -> Done:
        """Tell them; who left is passed over."""
        people = people_ids(params.people)
        if not people:
            raise StepRefused(gettext("There is nobody to tell."))
        told = notifications.notify(
            people,
            NotificationKind.ROBOT,
            " ".join(params.title.split()),
            actor=context.actor,
            text=params.text,
            item=context.item_id,
        )
        return Done({"count": len(told)})
