"""Another record was linked with this one."""

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
class RecordLinkedParams:
    """With what."""

    type: str = param(_("Record type"), ParamKind.RECORD_TYPE, default="", help=_("Empty: any."))


@register
class RecordLinked(TriggerKind[RecordLinkedParams]):
    """Somebody drew a link between this record and another."""

    code = "record_linked"
    label = _("A record was linked")
    description = _("Another record was linked with this one.")
    icon = "link"
    params = RecordLinkedParams
    listens = EventKind.RECORDS_LINKED

    def judge(self, params: RecordLinkedParams, item: Item, heard: Heard, actor: Actor) -> Answer:
        """Return whether the other record is of the type asked for (one query)."""
        if not params.type:
            return Answer(is_met=True)
        other = Item._base_manager.filter(
            pk=heard.payload["other"], type__code=params.type, deleted_at=None
        )
        if other.exists():
            return Answer(is_met=True)
        return Answer(is_met=False, reason=gettext("The linked record is of another type."))
