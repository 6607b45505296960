"""Record types: making, changing and deleting them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actor import Actor
from smart_processes.actions.configuring import assign, begin, check_icon, clean, refuse
from smart_processes.actions.pipeline_shape import shape
from smart_processes.actions.pipelines import create_pipeline
from smart_processes.choices import Hue, StageSemantics
from smart_processes.codes import RESERVED_TYPE_CODES, make_code
from smart_processes.drafts import (
    HIDDEN_PIPELINE,
    HIDDEN_STAGE,
    SWITCHES,
    PipelineDraft,
    StageDraft,
    TypeDraft,
)
from smart_processes.exceptions import ConfigurationRefused
from smart_processes.models import FieldDefinition, Item, Pipeline, RecordType, StageVisit
from smart_processes.selectors.configuration import pipeline_draft

CHANGEABLE = (
    "name_one",
    "name_many",
    "icon",
    "hue",
    "menu_section",
    "position",
    "number_prefix",
    *SWITCHES,
)
# Integrations written for another system know types that people made by even numbers from here.
FIRST_ENTITY_TYPE_ID = 1030


@transaction.atomic
def create_type(draft: TypeDraft, *, actor: Actor) -> RecordType:
    """Make a record type with its default pipeline; every process shows it at its next request.

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was made; the message says why.
    """
    begin(actor)
    # Two people who make a type at once get two codes and two numbers: the second one waits.
    list(RecordType.objects.select_for_update().order_by("pk").values_list("pk"))
    record_type = RecordType(
        code=_code(draft),
        entity_type_id=_next_entity_type_id(),
        name_one=draft.name_one,
        name_many=draft.name_many,
        hue=draft.hue,
        menu_section=draft.menu_section,
        number_prefix=draft.number_prefix,
        **_switches(draft.switches),
    )
    if draft.icon:
        check_icon(draft.icon)
        record_type.icon = draft.icon
    if draft.position is not None:
        record_type.position = draft.position
    clean(record_type)
    record_type.save()
    pipeline = draft.pipeline or _usual_pipeline(record_type)
    if not record_type.has_stages:
        pipeline = _hidden_pipeline(record_type)
    create_pipeline(record_type, replace(pipeline, is_default=True), actor=actor, grants_from=None)
    return record_type


@transaction.atomic
def change_type(record_type: RecordType, changes: Mapping[str, Any], *, actor: Actor) -> RecordType:
    """Change names, look or switches of a type; its code never changes.

    Switching something off hides it and destroys nothing. Switching stages on gives a
    pipeline without an end the stages "Done" and "Cancelled".

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was changed; the message says why.
    """
    begin(actor)
    record_type = RecordType.objects.select_for_update().get(pk=record_type.pk)
    changed = assign(record_type, changes, CHANGEABLE)
    if "icon" in changed:
        check_icon(record_type.icon)
    if not changed:
        return record_type
    clean(record_type)
    record_type.save(update_fields=changed)
    if "has_stages" in changed and record_type.has_stages:
        for pipeline in record_type.pipelines.all():
            _give_ends(pipeline, actor=actor)
    return record_type


@transaction.atomic
def delete_type(record_type: RecordType, *, actor: Actor) -> None:
    """Delete a type that holds no records, with its fields, pipelines, grants and views.

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was deleted; the message says why.
    """
    begin(actor)
    record_type = RecordType.objects.select_for_update().get(pk=record_type.pk)
    if record_type.is_shipped:
        refuse(
            {
                "": _("“%(type)s” is part of the product. Hide it by taking the roles away.")
                % {"type": record_type.name_many}
            }
        )
    count = Item._base_manager.filter(type=record_type).count()
    if count:
        raise ConfigurationRefused(
            ngettext(
                "“%(type)s” holds %(count)d record, the recycle bin included. "
                "Delete it for good first.",
                "“%(type)s” holds %(count)d records, the recycle bin included. "
                "Delete them for good first.",
                count,
            )
            % {"type": record_type.name_many, "count": count},
            count=count,
        )
    _refuse_linked(record_type)
    # Visits protect stages; without records there are none left.
    StageVisit.objects.filter(stage__pipeline__type=record_type).delete()
    record_type.delete()


def _code(draft: TypeDraft) -> str:
    taken = {*RESERVED_TYPE_CODES, *RecordType.objects.values_list("code", flat=True)}
    if not draft.code:
        return make_code(draft.name_one, taken, fallback="process")
    if draft.code in taken:
        refuse(
            {"code": _("The code “%(code)s” is taken. Choose another one.") % {"code": draft.code}}
        )
    return draft.code


def _next_entity_type_id() -> int:
    highest = RecordType.objects.aggregate(highest=Max("entity_type_id"))["highest"] or 0
    following = max(highest + 1, FIRST_ENTITY_TYPE_ID)
    return following + following % 2


def _switches(switches: Mapping[str, bool]) -> dict[str, bool]:
    if unknown := sorted(switches.keys() - set(SWITCHES)):
        raise TypeError(f"{unknown} are no switches of a type")
    return dict(switches)


def _usual_pipeline(record_type: RecordType) -> PipelineDraft:
    return PipelineDraft(
        name=record_type.name_many[:60],
        code=HIDDEN_PIPELINE,
        stages=(StageDraft(name=_("New"), code="NEW", hue=Hue.GREY), *_ends()),
    )


def _hidden_pipeline(record_type: RecordType) -> PipelineDraft:
    stage = StageDraft(name=record_type.name_one, code=HIDDEN_STAGE, hue=Hue.GREY)
    return PipelineDraft(name=record_type.name_many, code=HIDDEN_PIPELINE, stages=(stage,))


def _ends() -> tuple[StageDraft, StageDraft]:
    return (
        StageDraft(name=_("Done"), code="DONE", hue=Hue.GREEN, semantics=StageSemantics.SUCCESS),
        StageDraft(
            name=_("Cancelled"), code="CANCELLED", hue=Hue.RED, semantics=StageSemantics.FAILURE
        ),
    )


def _give_ends(pipeline: Pipeline, *, actor: Actor) -> None:
    draft = pipeline_draft(pipeline)
    if any(stage.semantics == StageSemantics.SUCCESS for stage in draft.stages):
        return
    present = {stage.code for stage in draft.stages}
    added = [stage for stage in _ends() if stage.code not in present]
    shape(pipeline, replace(draft, stages=(*draft.stages, *added)), actor=actor)


def _refuse_linked(record_type: RecordType) -> None:
    linking = FieldDefinition.objects.filter(kind="link").exclude(type=record_type)
    for definition in linking.select_related("type"):
        if definition.config.get("target") == record_type.code:
            refuse(
                {
                    "": _(
                        "The field “%(field)s” of “%(type)s” links to it. Delete the field first."
                    )
                    % {"field": definition.label, "type": definition.type.name_many}
                }
            )
