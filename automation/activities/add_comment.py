"""Write a comment."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from automation.activities.base import Activity, ActivityContext, Group, ResultField
from automation.activities.params import ParamKind, param
from automation.activities.registry import register
from automation.engine.outcomes import Done
from smart_processes.actions import comments


@dataclass(frozen=True)
class AddCommentParams:
    """What is written."""

    text: str = param(_("Text"), ParamKind.LINES)


@register
class AddComment(Activity[AddCommentParams]):
    """Adds a comment to the record's timeline. Exactly once."""

    code = "add_comment"
    label = _("Add a comment")
    description = _("Writes a comment into the timeline of the record.")
    group = Group.RECORD
    icon = "chat-bubble-left"
    params = AddCommentParams
    results = (ResultField("comment", _("Number of the comment"), "integer"),)

    def execute(self, params: AddCommentParams, context: ActivityContext) -> Done:
        """Write it."""
        record = context.record()
        entry = comments.add_comment(record, params.text, actor=context.actor)
        effect = {"record": record.pk, "field": "comment", "before": None, "after": params.text}
        return Done({"comment": entry.pk}, effects=[effect])
