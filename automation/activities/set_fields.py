"""Set fields of the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from automation.activities.base import Activity, ActivityContext, Group
from automation.activities.params import ParamKind, param
from automation.activities.record_values import write_values
from automation.activities.registry import register
from automation.engine.outcomes import Done


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
        return Done(effects=write_values(context, params.values))
