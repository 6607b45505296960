"""Set variables of the whole system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from automation.actions.global_values import write_variables
from automation.activities.base import Activity, ActivityContext, Group
from automation.activities.params import ParamKind, param
from automation.activities.registry import register
from automation.engine.outcomes import Done
from automation.engine.plain_values import plain


@dataclass(frozen=True)
class SetGlobalsParams:
    """New values by code of the variable."""

    values: Mapping[str, Any] = param(_("Values"), ParamKind.GLOBAL_VALUES)


@register
class SetGlobals(Activity[SetGlobalsParams]):
    """Sets variables of the whole system, which every program reads. Exactly once.

    Constants and secrets change by hand alone.
    """

    code = "set_globals"
    label = _("Set global variables")
    description = _("Gives variables of the whole system new values.")
    group = Group.DATA
    icon = "globe-europe-africa"
    params = SetGlobalsParams
    needs_record = False

    def execute(self, params: SetGlobalsParams, context: ActivityContext) -> Done:
        """Set them; all values were worked out before."""
        changed = write_variables(plain(params.values))
        return Done(
            effects=[
                {"record": None, "field": f"GlobalVar:{code}", "before": before, "after": after}
                for code, (before, after) in changed.items()
            ]
        )
