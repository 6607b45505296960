"""Another system called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from automation.activities.params import ParamKind, param
from automation.json_paths import value_at
from automation.models import Trigger
from automation.triggers.base import EventKind, Heard, TriggerKind
from automation.triggers.registry import register
from smart_processes.actions.creation import create_record
from smart_processes.actions.records import update_record
from smart_processes.filters import filterset_for
from smart_processes.models import Item
from smart_processes.schema import schema_for
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.records import visible_records

MOST_RECORDS = 100


@dataclass(frozen=True)
class IncomingWebhookParams:
    """How a call is read; paths lead into its JSON, their parts divided by dots."""

    event_id: str = param(
        _("Path of the event's id"),
        default="event_id",
        help=_("A call with an id that was there before does nothing."),
    )
    field: str = param(
        _("Field that finds the record"),
        ParamKind.FIELD_OR_ID,
        default="id",
        help=_("A field's code; id: the number in the record's address."),
    )
    value: str = param(_("Path of its value"), default="record")
    mapping: Mapping[str, str] = param(
        _("Fields that are filled"), ParamKind.FIELD_VALUES, default={}, help=_("Field → path.")
    )
    is_made: bool = param(_("Make a record when none is found"), ParamKind.FLAG, default=False)


@register
class IncomingWebhook(TriggerKind[IncomingWebhookParams]):
    """A call of our address with the trigger's secret; values in it may fill fields."""

    code = "incoming_webhook"
    label = _("An incoming webhook")
    description = _("Another system calls an address of ours and says which record is meant.")
    icon = "globe-alt"
    params = IncomingWebhookParams
    listens = EventKind.WEBHOOK

    def records(
        self, params: IncomingWebhookParams, trigger: Trigger, heard: Heard, actor: Actor
    ) -> list[int]:
        """Return the records that the call means; a new one where that is wanted."""
        configured = schema_for(actor)
        pipeline = configured.pipelines[trigger.pipeline_id]
        type_schema = configured.types_by_id[pipeline.type_id]
        body, wanted = heard.payload["body"], value_at(heard.payload["body"], params.value)
        records = visible_records(actor, type_schema, pipeline=pipeline)
        if wanted in (None, ""):
            records = records.none()
        elif params.field == "id":
            text = str(wanted)
            records = records.filter(pk=int(text) if text.isdecimal() and len(text) < 19 else 0)
        else:
            asked = {params.field: str(wanted)}
            records = filterset_for(type_schema)(asked, records, lookups=lookups_for(actor)).qs
        found = list(records.order_by("pk").values_list("pk", flat=True)[:MOST_RECORDS])
        if found or not params.is_made:
            return found
        values = _mapped(params, body)
        if params.field != "id" and wanted not in (None, ""):
            values.setdefault(params.field, wanted)
        made = create_record(type_schema.code, values, actor=actor, pipeline=pipeline.code)
        return [made.pk]

    def prepare(
        self, params: IncomingWebhookParams, item: Item, heard: Heard, actor: Actor
    ) -> None:
        """Write the values that came along."""
        if values := _mapped(params, heard.payload["body"]):
            update_record(item, values, actor=actor)


def _mapped(params: IncomingWebhookParams, body: Any) -> dict[str, Any]:
    """Return the values by field; what the call does not say stays as it is."""
    found = {code: value_at(body, str(path)) for code, path in params.mapping.items()}
    return {code: value for code, value in found.items() if value is not None}
