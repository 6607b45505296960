"""Make a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from automation.activities.base import Activity, ActivityContext, Group, ResultField
from automation.activities.params import ParamKind, param
from automation.activities.record_values import raw_values, whole_record
from automation.activities.registry import register
from automation.engine.outcomes import Done
from smart_processes.actions.creation import create_record
from smart_processes.actions.links import link_records
from smart_processes.schema import schema_for


@dataclass(frozen=True)
class CreateRecordParams:
    """What is made and where."""

    type: str = param(_("Record type"), ParamKind.RECORD_TYPE)
    values: Mapping[str, Any] = param(_("Values"), ParamKind.VALUES_OF_TYPE, default={})
    pipeline: str = param(
        _("Pipeline"), ParamKind.PIPELINE, default="", help=_("Empty: the usual one.")
    )
    stage: str = param(_("Stage"), ParamKind.STAGE, default="", help=_("Empty: the first one."))
    is_linked: bool = param(_("Link it to the record of this run"), ParamKind.FLAG, default=True)


@register
class CreateRecord(Activity[CreateRecordParams]):
    """Makes a record of any type, by the same rules as a person. Exactly once.

    Where the run has a record, the new one is linked to it as made for it.
    """

    code = "create_record"
    label = _("Create a record")
    description = _("Makes a record of any type and links it to the one of the run.")
    group = Group.RECORD
    icon = "plus-circle"
    params = CreateRecordParams
    results = (
        ResultField("record", _("Number of the record"), "link"),
        ResultField("title", _("Title")),
    )
    needs_record = False

    def execute(self, params: CreateRecordParams, context: ActivityContext) -> Done:
        """Make it."""
        type_schema = schema_for(context.actor).type(params.type)
        made = create_record(
            params.type,
            raw_values(type_schema, params.values),
            actor=context.actor,
            pipeline=params.pipeline or None,
            stage=params.stage or None,
        )
        if params.is_linked and context.item_id is not None:
            link_records(made, context.record(), actor=context.actor, other_is_parent=True)
        return Done(
            {"record": made.pk, "title": made.title}, effects=[whole_record(made, is_made=True)]
        )
