"""A letter came from somebody the record knows."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from automation.activities.params import ParamKind, param
from automation.models import Trigger
from automation.triggers.base import Answer, EventKind, Heard, TriggerKind
from automation.triggers.registry import register
from smart_processes.actions.comments import LONGEST_COMMENT, add_comment
from smart_processes.choices import StageSemantics
from smart_processes.filters import filterset_for
from smart_processes.models import Item
from smart_processes.schema import schema_for
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.records import visible_records

MOST_RECORDS = 100  # of one sender


@dataclass(frozen=True)
class EmailReceivedParams:
    """Whose letter, and what becomes of its text."""

    field: str = param(
        _("Field with the sender's address"), ParamKind.FIELD, help=_("A field of the record.")
    )
    subject: str = param(_("Only with the words in the subject"), default="", help=_("Empty: any."))
    is_kept: bool = param(_("Write the letter into the timeline"), ParamKind.FLAG, default=True)


@register
class EmailReceived(TriggerKind[EmailReceivedParams]):
    """A letter arrived in the company's mailbox; the sender's address finds the record.

    Records that are won or lost stay where they are.
    """

    code = "email_received"
    label = _("An e-mail was received")
    description = _("A letter came from the address that stands in a field of the record.")
    icon = "envelope"
    params = EmailReceivedParams
    listens = EventKind.LETTER

    def records(
        self, params: EmailReceivedParams, trigger: Trigger, heard: Heard, actor: Actor
    ) -> list[int]:
        """Return the records in progress that hold the sender's address (one query)."""
        pipeline = schema_for(actor).pipelines[trigger.pipeline_id]
        type_schema = schema_for(actor).types_by_id[pipeline.type_id]
        going = [s.code for s in pipeline.stages if s.semantics == StageSemantics.IN_PROGRESS]
        records = visible_records(actor, type_schema, pipeline=pipeline).filter(Q(stage__in=going))
        found = filterset_for(type_schema)(
            {params.field: str(heard.payload["from"])}, records, lookups=lookups_for(actor)
        )
        return list(found.qs.order_by("pk").values_list("pk", flat=True)[:MOST_RECORDS])

    def judge(self, params: EmailReceivedParams, item: Item, heard: Heard, actor: Actor) -> Answer:
        """Return whether the subject holds the words."""
        subject = str(heard.payload.get("subject", ""))
        if params.subject.casefold() in subject.casefold():
            return Answer(is_met=True)
        reason = gettext("The subject does not hold the words: “%(subject)s”.")
        return Answer(is_met=False, reason=reason % {"subject": subject[:200]})

    def prepare(self, params: EmailReceivedParams, item: Item, heard: Heard, actor: Actor) -> None:
        """Write the letter into the record's timeline."""
        if params.is_kept:
            lines = [
                gettext("E-mail from %(address)s") % {"address": heard.payload["from"]},
                str(heard.payload.get("subject", "")),
                "",
                str(heard.payload.get("text", "")),
            ]
            add_comment(item, "\n".join(lines)[:LONGEST_COMMENT], actor=actor)
