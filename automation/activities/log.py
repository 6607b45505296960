"""Write into the journal."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from automation.activities.base import Activity, ActivityContext, Group
from automation.activities.params import ParamKind, param
from automation.activities.registry import register
from automation.engine.outcomes import Done

LONGEST_MESSAGE = 500  # characters, the journal's column


@dataclass(frozen=True)
class LogParams:
    """What is written."""

    text: str = param(_("Text"), ParamKind.LINES)


@register
class Log(Activity[LogParams]):
    """Leaves a sentence in the story of the run. Exactly once."""

    code = "log"
    label = _("Write into the journal")
    description = _("Leaves a sentence in the story of the run.")
    group = Group.DATA
    icon = "document-text"
    params = LogParams
    needs_record = False

    def execute(self, params: LogParams, context: ActivityContext) -> Done:
        """Write it; what is too long for a sentence stands in the inputs of the line."""
        return Done(message=params.text[:LONGEST_MESSAGE])
