"""The record was made."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from automation.activities.params import param
from automation.triggers.base import Answer, EventKind, Heard, TriggerKind
from automation.triggers.registry import register
from smart_processes.models import Item


@dataclass(frozen=True)
class RecordCreatedParams:
    """Where from."""

    source: str = param(_("Only from the source"), default="", help=_("Empty: from anywhere."))


@register
class RecordCreated(TriggerKind[RecordCreatedParams]):
    """A record of the pipeline was made; records out of a file are left out."""

    code = "record_created"
    label = _("The record was made")
    description = _("A record was made in the pipeline, by a person or by an automation.")
    icon = "plus-circle"
    params = RecordCreatedParams
    listens = EventKind.RECORD_CREATED

    def concerns(self, params: RecordCreatedParams, heard: Heard) -> bool:
        """Return whether it is no import."""
        return not heard.payload.get("is_imported")

    def judge(self, params: RecordCreatedParams, item: Item, heard: Heard, actor: Actor) -> Answer:
        """Return whether it came from the source that is asked for."""
        if params.source and params.source.casefold() != item.source.casefold():
            reason = gettext("It came from “%(source)s”.") % {"source": item.source}
            return Answer(is_met=False, reason=reason)
        return Answer(is_met=True)
