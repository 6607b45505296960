"""Pipelines, their stages and the moves between them.

Each function makes the draft of the whole pipeline as it would be and hands it to
`pipeline_shape.shape`, which checks it and keeps it or refuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from smart_processes.actions.configuring import assign, begin, clean, refuse
from smart_processes.actions.grant_copies import copy_grants
from smart_processes.actions.pipeline_shape import shape, with_codes
from smart_processes.actions.relocation import held_by, relocate
from smart_processes.codes import make_code
from smart_processes.drafts import EdgeDraft, PipelineDraft, StageDraft
from smart_processes.exceptions import ConfigurationRefused
from smart_processes.models import Pipeline, RecordType, Stage, StageVisit
from smart_processes.pipeline_edges import edges_for_new, edges_without
from smart_processes.selectors.configuration import pipeline_draft

CHANGEABLE = ("name", "hue", "position", "is_default")
STAGE_CHANGEABLE = ("name", "hue", "semantics", "required_from_here", "code")


@transaction.atomic
def create_pipeline(
    record_type: RecordType,
    draft: PipelineDraft,
    *,
    actor: Actor,
    grants_from: Pipeline | None,
) -> Pipeline:
    """Make a pipeline with its stages and edges.

    Args:
        record_type: Its type.
        draft: The pipeline; empty codes are made from names.
        actor: Who makes it.
        grants_from: The pipeline whose grants it gets, stage by stage; None for none, so
            that the grants on the type hold.

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was made; the message says why.
    """
    begin(actor)
    record_type = RecordType.objects.select_for_update().get(pk=record_type.pk)
    others = list(record_type.pipelines.all())
    if others and not record_type.has_pipelines:
        refuse(
            {
                "": _("“%(type)s” has one pipeline. Switch on “several pipelines” first.")
                % {"type": record_type.name_many}
            }
        )
    taken = {each.code for each in others}
    pipeline = Pipeline(
        type=record_type,
        code=draft.code or make_code(draft.name, taken, fallback="pipeline"),
        name=draft.name,
        hue=draft.hue,
        position=max((each.position + 1 for each in others), default=0),
        is_default=draft.is_default or not others,
    )
    if pipeline.code in taken:
        refuse({"code": _("There is a pipeline “%(code)s” already.") % {"code": pipeline.code}})
    if pipeline.is_default:
        record_type.pipelines.update(is_default=False)
    clean(pipeline)
    pipeline.save()
    shape(pipeline, draft, actor=actor)
    if grants_from is not None:
        copy_grants(grants_from, pipeline)
    return pipeline


@transaction.atomic
def change_pipeline(pipeline: Pipeline, changes: Mapping[str, Any], *, actor: Actor) -> Pipeline:
    """Change name, colour or place of a pipeline, or make it the default one.

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was changed; the message says why.
    """
    begin(actor)
    pipeline = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    changed = assign(pipeline, changes, CHANGEABLE)
    if "is_default" in changed:
        if not pipeline.is_default:
            refuse({"is_default": _("Make another pipeline the default one instead.")})
        pipeline.type.pipelines.exclude(pk=pipeline.pk).update(is_default=False)
    if changed:
        clean(pipeline)
        pipeline.save(update_fields=changed)
    return pipeline


@transaction.atomic
def delete_pipeline(pipeline: Pipeline, *, actor: Actor, move_to: Pipeline | None = None) -> int:
    """Delete a pipeline; its records go to another one, into stages of the same meaning.

    The visits to its stages go with it; the timeline of its records stays.

    Args:
        pipeline: Not the default one.
        actor: Who deletes it.
        move_to: Where its records go; needed when there are any, also in the recycle bin.

    Returns:
        How many records were moved.

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was deleted; the message says why.
    """
    begin(actor)
    pipeline = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    if pipeline.is_default:
        refuse(
            {
                "": _("“%(name)s” is the default pipeline. Make another one the default first.")
                % {"name": pipeline.name}
            }
        )
    moved = 0
    for stage in pipeline.stages.all():
        count = held_by(stage)
        if not count:
            continue
        if move_to is None or move_to.type_id != pipeline.type_id or move_to.pk == pipeline.pk:
            raise ConfigurationRefused(
                _("“%(name)s” holds records. Choose another pipeline of the type for them.")
                % {"name": pipeline.name},
                pipeline=pipeline.code,
            )
        moved += relocate(stage, _counterpart(stage, move_to), actor=actor)
    StageVisit.objects.filter(stage__pipeline=pipeline).delete()
    pipeline.delete()
    return moved


@transaction.atomic
def add_stage(
    pipeline: Pipeline, stage: StageDraft, *, actor: Actor, after: str | None = None
) -> Stage:
    """Add a stage, or take a retired one with this code into use again.

    Where moves are drawn, the new stage gets those that keep it reachable: from and to its
    neighbours, or from every stage in progress into a failure.

    Args:
        pipeline: Where.
        stage: The stage; an empty code is made from the name.
        actor: Who adds it.
        after: Code of the stage before it; default: last of its meaning.

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was added; the message says why.
    """
    begin(actor)
    draft = pipeline_draft(pipeline)
    used = set(pipeline.stages.values_list("code", flat=True))
    (stage,) = with_codes(replace(draft, stages=(stage,)), taken=used).stages
    if any(each.code == stage.code for each in draft.stages):
        refuse({"code": _("There is a stage “%(code)s” already.") % {"code": stage.code}})
    stages = list(draft.stages)
    place = next((n + 1 for n, each in enumerate(stages) if each.code == after), None)
    if place is None:
        same = [n + 1 for n, each in enumerate(stages) if each.semantics == stage.semantics]
        place = same[-1] if same else len(stages)
    stages.insert(place, stage)
    edges = (*draft.edges, *edges_for_new(stage, stages)) if draft.edges else ()
    shape(pipeline, replace(draft, stages=tuple(stages), edges=edges), actor=actor)
    return pipeline.stages.get(code=stage.code)


@transaction.atomic
def change_stage(stage: Stage, changes: Mapping[str, Any], *, actor: Actor) -> Stage:
    """Change name, colour, meaning or requirements of a stage; a used code never changes.

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was changed; the message says why.
    """
    begin(actor)
    if unknown := changes.keys() - set(STAGE_CHANGEABLE):
        raise TypeError(f"{sorted(unknown)} cannot be changed here")
    wanted = dict(changes)
    code = wanted.pop("code", stage.code)
    if code != stage.code:
        _rename(stage, code)
    if "required_from_here" in wanted:
        wanted["required_from_here"] = tuple(wanted["required_from_here"])
    draft = pipeline_draft(stage.pipeline)
    stages = tuple(replace(s, **wanted) if s.code == code else s for s in draft.stages)
    shape(stage.pipeline, replace(draft, stages=stages), actor=actor)
    return stage.pipeline.stages.get(code=code)


@transaction.atomic
def reorder_stages(pipeline: Pipeline, codes: Sequence[str], *, actor: Actor) -> None:
    """Put stages into this order; those that are not named follow as they were.

    Stages in progress always stand before success, and success before failures.

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was changed; the message says why.
    """
    begin(actor)
    draft = pipeline_draft(pipeline)
    places = {code: place for place, code in enumerate(codes)}
    stages = sorted(draft.stages, key=lambda stage: places.get(stage.code, len(places)))
    shape(pipeline, replace(draft, stages=tuple(stages)), actor=actor)


@transaction.atomic
def delete_stage(stage: Stage, *, actor: Actor, move_records_to: Stage | None = None) -> None:
    """Remove a stage; history keeps a used one as retired.

    Where moves are drawn, those into the stage are drawn on to where it led.

    Args:
        stage: The stage.
        actor: Who removes it.
        move_records_to: Where its records go; needed when there are any.

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was removed; the message says why.
    """
    begin(actor)
    draft = pipeline_draft(stage.pipeline)
    stages = tuple(each for each in draft.stages if each.code != stage.code)
    if len(stages) == len(draft.stages):
        return  # retired already
    moving = {}
    if move_records_to is not None and move_records_to.pipeline_id == stage.pipeline_id:
        moving[stage.code] = move_records_to.code
    edges = tuple(edges_without(stage.code, draft.edges))
    shape(stage.pipeline, replace(draft, stages=stages, edges=edges), actor=actor, moving=moving)


@transaction.atomic
def set_edges(pipeline: Pipeline, edges: Iterable[EdgeDraft], *, actor: Actor) -> None:
    """Draw exactly these moves; none at all allows every move.

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was changed; the message says why.
    """
    begin(actor)
    shape(pipeline, replace(pipeline_draft(pipeline), edges=tuple(edges)), actor=actor)


@transaction.atomic
def set_shape(
    pipeline: Pipeline,
    draft: PipelineDraft,
    *,
    actor: Actor,
    moving: Mapping[str, str] | None = None,
) -> None:
    """Make all stages and edges those of the draft at once, as a form saves them.

    Args:
        pipeline: Which.
        draft: Stages in order and all edges; stages in use that it does not name go.
        actor: Who does it.
        moving: Code of a stage that goes -> code of the stage its records are moved to.

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was changed; the message says why.
    """
    begin(actor)
    shape(pipeline, draft, actor=actor, moving=moving)


def _rename(stage: Stage, code: str) -> None:
    if held_by(stage) or stage.visits.exists():
        refuse(
            {
                "code": _("The code “%(code)s” is in use and never changes. Change the name.")
                % {"code": stage.code}
            }
        )
    stage.code = code
    clean(stage, called=stage.name)
    stage.save(update_fields=["code"])


def _counterpart(stage: Stage, pipeline: Pipeline) -> Stage:
    """Return where records of a stage go in another pipeline."""
    in_use = [pipeline.stages.get(code=each.code) for each in pipeline_draft(pipeline).stages]
    same = [each for each in in_use if each.semantics == stage.semantics]
    return same[0] if same else in_use[0]
