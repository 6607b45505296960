"""A linked record reached a stage."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from automation.activities.params import ParamKind, param
from automation.models import Trigger
from automation.triggers.base import EventKind, Heard, TriggerKind
from automation.triggers.registry import register
from smart_processes.models import Item

MOST_RECORDS = 1_000  # linked with one; more is a mistake in the data


@dataclass(frozen=True)
class OtherRecordStageParams:
    """Which record, and where."""

    type: str = param(_("Record type"), ParamKind.RECORD_TYPE)
    stage: str = param(_("Stage"), ParamKind.STAGE)
    pipeline: str = param(_("Pipeline"), ParamKind.PIPELINE, default="", help=_("Empty: any."))


@register
class OtherRecordStage(TriggerKind[OtherRecordStageParams]):
    """A record that is linked with this one, or that a field names, reached a stage."""

    code = "other_record_stage"
    label = _("A linked record reached a stage")
    description = _("A record of any type that is linked with this one reached a stage.")
    icon = "arrow-right-circle"
    params = OtherRecordStageParams
    listens = EventKind.STAGE_ENTERED
    is_own = False

    def concerns(self, params: OtherRecordStageParams, heard: Heard) -> bool:
        """Return whether it is that stage of that type."""
        return (
            heard.type_code == params.type
            and heard.payload["target"] == params.stage
            and params.pipeline in {"", heard.payload["pipeline"]}
        )

    def records(
        self, params: OtherRecordStageParams, trigger: Trigger, heard: Heard, actor: Actor
    ) -> list[int]:
        """Return the records of the pipeline that are linked with it, either way (one query)."""
        if heard.item_id is None:
            return []
        other = Item._base_manager.filter(pk=heard.item_id)
        here = Q(parent_links__parent_id=heard.item_id) | Q(child_links__child_id=heard.item_id)
        here |= Q(company_id=heard.item_id) | Q(contact_id=heard.item_id)
        here |= Q(pk__in=other.values("company_id")) | Q(pk__in=other.values("contact_id"))
        linked = Item._base_manager.filter(here, pipeline_id=trigger.pipeline_id, deleted_at=None)
        return list(linked.order_by("pk").values_list("pk", flat=True).distinct()[:MOST_RECORDS])
