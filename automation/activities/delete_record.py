"""Delete a record."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from automation.activities.base import Activity, ActivityContext, Group
from automation.activities.params import ParamKind, param
from automation.activities.record_values import chosen_record, whole_record
from automation.activities.registry import register
from automation.engine.outcomes import Done
from smart_processes.actions.records import delete_record


@dataclass(frozen=True)
class DeleteRecordParams:
    """Which record."""

    record: int = param(
        _("Record"),
        ParamKind.RECORD,
        help=_("The number of a record, for example a result of an earlier step."),
    )


@register
class DeleteRecord(Activity[DeleteRecordParams]):
    """Puts a record into the recycle bin, or deletes it where its type has none. Exactly once.

    Which one must be said, so that a step left empty deletes nothing.
    """

    code = "delete_record"
    label = _("Delete a record")
    description = _("Puts a record into the recycle bin.")
    group = Group.RECORD
    icon = "trash"
    params = DeleteRecordParams
    needs_record = False

    def execute(self, params: DeleteRecordParams, context: ActivityContext) -> Done:
        """Delete it."""
        record = chosen_record(context, params.record)
        effect = whole_record(record, is_made=False)
        delete_record(record, actor=context.actor)
        return Done(effects=[effect])
