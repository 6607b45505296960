"""Copy a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from automation.activities.base import Activity, ActivityContext, Group, ResultField
from automation.activities.params import ParamKind, param
from automation.activities.record_values import chosen_record, raw_values, whole_record
from automation.activities.registry import register
from automation.engine.outcomes import Done
from smart_processes.actions.copies import copy_record
from smart_processes.actions.links import link_records
from smart_processes.schema import schema_for


@dataclass(frozen=True)
class CopyRecordParams:
    """What is copied, and what the copy has instead."""

    record: int | None = param(
        _("Record"), ParamKind.RECORD, default=None, help=_("Empty: the record of this run.")
    )
    values: Mapping[str, Any] = param(_("Other values"), ParamKind.VALUES_OF_RECORD, default={})
    pipeline: str = param(
        _("Pipeline"), ParamKind.PIPELINE, default="", help=_("Empty: that of the original.")
    )
    stage: str = param(_("Stage"), ParamKind.STAGE, default="", help=_("Empty: the first one."))
    is_linked: bool = param(_("Link it to the original"), ParamKind.FLAG, default=False)


@register
class CopyRecord(Activity[CopyRecordParams]):
    """Makes a record with the values of another one. Exactly once.

    Unique values and files stay with the original.
    """

    code = "copy_record"
    label = _("Copy a record")
    description = _("Makes a record with the same values, some of them replaced.")
    group = Group.RECORD
    icon = "document-duplicate"
    params = CopyRecordParams
    results = (
        ResultField("record", _("Number of the record"), "link"),
        ResultField("title", _("Title")),
    )
    needs_record = False

    def execute(self, params: CopyRecordParams, context: ActivityContext) -> Done:
        """Copy it."""
        original = chosen_record(context, params.record)
        made = copy_record(
            original,
            raw_values(schema_for(context.actor).of(original), params.values),
            actor=context.actor,
            pipeline=params.pipeline or None,
            stage=params.stage or None,
        )
        if params.is_linked:
            link_records(made, original, actor=context.actor, other_is_parent=True)
        return Done(
            {"record": made.pk, "title": made.title}, effects=[whole_record(made, is_made=True)]
        )
