"""Set fields of the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from automation.activities.base import Activity, ActivityContext, Group
from automation.activities.params import ParamKind, param
from automation.activities.record_values import changes, raw_values, values_of
from automation.activities.registry import register
from automation.engine.outcomes import Done
from smart_processes.actions.records import update_record
from smart_processes.schema import schema_for


@dataclass(frozen=True)
class SetFieldsParams:
    """New values by field code; all are worked out before the first is written."""

    values: Mapping[str, Any] = param(_("Values"), ParamKind.FIELD_VALUES)


@register
class SetFields(Activity[SetFieldsParams]):
    """Writes values of the record. Exactly once; what does not change is not written."""

    code = "set_fields"
    label = _("Set fields")
    description = _("Fills in fields of the record, with fixed values or ones worked out.")
    group = Group.RECORD
    icon = "pencil-square"
    params = SetFieldsParams

    def execute(self, params: SetFieldsParams, context: ActivityContext) -> Done:
        """Write the values."""
        record = context.record()
        type_schema = schema_for(context.actor).of(record)
        given = raw_values(type_schema, params.values)
        before = values_of(record, type_schema, given)
        fresh = update_record(record, given, actor=context.actor)
        after = values_of(fresh, type_schema, given)
        return Done(effects=changes(record.pk, before, after))
