"""Somebody else became responsible for the record."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from automation.activities.params import ParamKind, param
from automation.triggers.base import Answer, EventKind, Heard, TriggerKind
from automation.triggers.registry import register
from smart_processes.models import Item


@dataclass(frozen=True)
class ResponsibleChangedParams:
    """Whether it must be somebody."""

    is_somebody: bool = param(
        _("Only when there is somebody now"),
        ParamKind.FLAG,
        default=True,
        help=_("Off: taking the responsible person away counts as well."),
    )


@register
class ResponsibleChanged(TriggerKind[ResponsibleChangedParams]):
    """The record was given to somebody, or taken from them."""

    code = "responsible_changed"
    label = _("The responsible person changed")
    description = _("Somebody else became responsible for the record.")
    icon = "user"
    params = ResponsibleChangedParams
    listens = EventKind.FIELDS_CHANGED

    def concerns(self, params: ResponsibleChangedParams, heard: Heard) -> bool:
        """Return whether the responsible person is among what changed."""
        return "responsible" in heard.payload["changes"]

    def judge(
        self, params: ResponsibleChangedParams, item: Item, heard: Heard, actor: Actor
    ) -> Answer:
        """Return whether there is somebody, where that is asked for."""
        if params.is_somebody and item.responsible_id is None:
            return Answer(is_met=False, reason=gettext("Nobody is responsible for the record now."))
        return Answer(is_met=True)
