"""Set fields of another record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from automation.activities.base import Activity, ActivityContext, Group
from automation.activities.params import ParamKind, param
from automation.activities.record_values import changes, chosen_record, raw_values, values_of
from automation.activities.registry import register
from automation.engine.outcomes import Done
from smart_processes.actions.records import update_record
from smart_processes.schema import schema_for


@dataclass(frozen=True)
class UpdateRecordParams:
    """Which record, and its new values by field code."""

    record: int = param(_("Record"), ParamKind.RECORD)
    values: Mapping[str, Any] = param(_("Values"), ParamKind.VALUES_OF_RECORD)


@register
class UpdateRecord(Activity[UpdateRecordParams]):
    """Writes values of any record. Exactly once; what does not change is not written."""

    code = "update_record"
    label = _("Update another record")
    description = _("Fills in fields of a record that an earlier step found or made.")
    group = Group.RECORD
    icon = "pencil"
    params = UpdateRecordParams
    needs_record = False

    def execute(self, params: UpdateRecordParams, context: ActivityContext) -> Done:
        """Write the values."""
        record = chosen_record(context, params.record)
        type_schema = schema_for(context.actor).of(record)
        given = raw_values(type_schema, params.values)
        before = values_of(record, type_schema, given)
        fresh = update_record(record, given, actor=context.actor)
        return Done(effects=changes(record.pk, before, values_of(fresh, type_schema, given)))
