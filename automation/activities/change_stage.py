"""Move the record to another stage."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from automation.activities.base import Activity, ActivityContext, Group
from automation.activities.params import ParamKind, param
from automation.activities.registry import register
from automation.engine.outcomes import Done
from smart_processes.actions.stages import move_to_pipeline, move_to_stage
from smart_processes.schema import schema_for


@dataclass(frozen=True)
class ChangeStageParams:
    """Where the record goes."""

    stage: str = param(_("Stage"), ParamKind.STAGE)
    pipeline: str = param(
        _("Pipeline"), ParamKind.PIPELINE, default="", help=_("Empty: the one it is in.")
    )


@register
class ChangeStage(Activity[ChangeStageParams]):
    """Moves the record by the same rules as a person. Exactly once."""

    code = "change_stage"
    label = _("Change the stage")
    description = _("Moves the record to another stage, or to another pipeline.")
    group = Group.RECORD
    icon = "arrow-right-circle"
    params = ChangeStageParams

    def execute(self, params: ChangeStageParams, context: ActivityContext) -> Done:
        """Move it; a record that stands there already stays."""
        record = context.record()
        pipelines = schema_for(context.actor).pipelines
        before = (pipelines[record.pipeline_id].code, record.stage)
        if params.pipeline and params.pipeline != before[0]:
            moved = move_to_pipeline(record, params.pipeline, params.stage, actor=context.actor)
        else:
            moved = move_to_stage(record, params.stage, actor=context.actor)
        after = (pipelines[moved.pipeline_id].code, moved.stage)
        effects = [
            {"record": record.pk, "field": name, "before": old, "after": new}
            for name, old, new in zip(("pipeline", "stage"), before, after, strict=True)
            if old != new
        ]
        return Done(effects=effects)
