"""Set variables of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from automation.activities.base import Activity, ActivityContext, Group
from automation.activities.params import ParamKind, param
from automation.activities.registry import register
from automation.engine.outcomes import Done
from automation.engine.plain_values import plain


@dataclass(frozen=True)
class SetVariablesParams:
    """New values by code of the variable."""

    values: Mapping[str, Any] = param(_("Values"), ParamKind.VARIABLE_VALUES)


@register
class SetVariables(Activity[SetVariablesParams]):
    """Sets variables of the run; later steps read them. Exactly once."""

    code = "set_variables"
    label = _("Set variables")
    description = _("Gives variables of the run new values.")
    group = Group.DATA
    icon = "variable"
    params = SetVariablesParams
    needs_record = False

    def execute(self, params: SetVariablesParams, context: ActivityContext) -> Done:
        """Set them; all values were worked out before."""
        return Done(variables=plain(params.values))
