"""Move the record to another pipeline."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from automation.activities.base import Activity, ActivityContext, Group
from automation.activities.params import ParamKind, param
from automation.activities.record_values import changes
from automation.activities.registry import register
from automation.engine.outcomes import Done
from smart_processes.actions.stages import move_to_pipeline
from smart_processes.models import Item
from smart_processes.schema import Schema, schema_for


@dataclass(frozen=True)
class ChangePipelineParams:
    """Where the record goes."""

    pipeline: str = param(_("Pipeline"), ParamKind.PIPELINE)
    stage: str = param(
        _("Stage"), ParamKind.STAGE, default="", help=_("Empty: the first one of the pipeline.")
    )


@register
class ChangePipeline(Activity[ChangePipelineParams]):
    """Moves the record to another pipeline of its type. Exactly once.

    No edge leads between pipelines, so none is asked; the fields that the stage needs are.
    A record that is in the pipeline already stays where it stands.
    """

    code = "change_pipeline"
    label = _("Change the pipeline")
    description = _("Moves the record to another pipeline, by default into its first stage.")
    group = Group.RECORD
    icon = "arrows-right-left"
    params = ChangePipelineParams

    def execute(self, params: ChangePipelineParams, context: ActivityContext) -> Done:
        """Move it."""
        record = context.record()
        schema = schema_for(context.actor)
        before = _place(record, schema)
        moved = move_to_pipeline(record, params.pipeline, params.stage or None, actor=context.actor)
        return Done(effects=changes(record.pk, before, _place(moved, schema)))


def _place(record: Item, schema: Schema) -> dict[str, str]:
    return {"pipeline": schema.pipelines[record.pipeline_id].code, "stage": record.stage}
