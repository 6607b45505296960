"""Making the stages and edges of a pipeline what a draft says, checked as a whole.

Every action on stages and edges ends here, so nothing wrong can be kept by doing it in
small steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actor import Actor
from accounts.models import Role
from smart_processes import configuration_checks
from smart_processes.actions.configuring import clean, read_schema, refuse, refuse_all
from smart_processes.actions.relocation import held_by, relocate
from smart_processes.choices import StageSemantics
from smart_processes.codes import make_code
from smart_processes.drafts import EdgeDraft, PipelineDraft, StageDraft
from smart_processes.exceptions import ConfigurationRefused
from smart_processes.models import Pipeline, Stage, StageTransition

STAGE_CODE_LENGTH = 64


def shape(
    pipeline: Pipeline,
    draft: PipelineDraft,
    *,
    actor: Actor,
    moving: Mapping[str, str] | None = None,
) -> None:
    """Make the stages and edges of a stored pipeline those of the draft.

    Args:
        pipeline: The pipeline; its row is locked here. Call it inside a transaction.
        draft: The stages in order and all edges. A stage in use that it does not name goes.
        actor: Who does it.
        moving: Code of a stage that goes -> code of the stage its records are moved to.

    Raises:
        ConfigurationRefused: the result would be wrong, or records would be left behind.
    """
    Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    stored = {stage.code: stage for stage in pipeline.stages.all()}
    draft = with_codes(draft, taken=set(stored))
    fields = read_schema(actor).types_by_id[pipeline.type_id].fields
    refuse_all(
        configuration_checks.problems(draft, fields, has_stages=pipeline.type.has_stages),
        of="stages",
    )
    wanted = {stage.code for stage in draft.stages}
    leaving = [s for s in stored.values() if s.retired_at is None and s.code not in wanted]
    goals = {stage.code: _goal(stage, wanted, moving or {}) for stage in leaving}
    # The winning stage last of all: the database allows only one at any moment.
    _retire_for_now(leaving)
    _write_stages(pipeline, draft, stored)
    present = {stage.code: stage for stage in pipeline.stages.all()}
    for stage in leaving:
        goal = goals[stage.code]
        if goal is not None:
            relocate(stage, present[goal], actor=actor)
        remove_stage(stage)
    _write_edges(pipeline, draft.edges, present)


def with_codes(draft: PipelineDraft, *, taken: set[str]) -> PipelineDraft:
    """Return the draft with a code for every stage."""
    used = {*taken, *(stage.code for stage in draft.stages)}
    stages: list[StageDraft] = []
    for stage in draft.stages:
        code = stage.code or make_code(
            stage.name, used, fallback="STAGE", limit=STAGE_CODE_LENGTH, capital=True
        )
        used.add(code)
        stages.append(replace(stage, code=code))
    return replace(draft, stages=tuple(stages))


def remove_stage(stage: Stage) -> None:
    """Delete a stage without records, or retire it where history points at it."""
    StageTransition.objects.filter(source=stage).delete()
    StageTransition.objects.filter(target=stage).delete()
    if stage.visits.exists():
        Stage.objects.filter(pk=stage.pk).update(retired_at=timezone.now())
    else:
        stage.delete()


def _goal(stage: Stage, wanted: set[str], moving: Mapping[str, str]) -> str | None:
    """Return where the records of a leaving stage go; None when there are none."""
    count = held_by(stage)
    if not count:
        return None
    goal = moving.get(stage.code)
    if not goal:
        raise ConfigurationRefused(
            ngettext(
                "“%(stage)s” holds %(count)d record. Choose the stage to move it to.",
                "“%(stage)s” holds %(count)d records. Choose the stage to move them to.",
                count,
            )
            % {"stage": stage.name, "count": count},
            stage=stage.code,
            count=count,
        )
    if goal not in wanted:
        refuse({"stages": _("There is no stage “%(code)s” to move records to.") % {"code": goal}})
    return goal


def _retire_for_now(stages: list[Stage]) -> None:
    Stage.objects.filter(pk__in=[stage.pk for stage in stages]).update(retired_at=timezone.now())


def _write_stages(pipeline: Pipeline, draft: PipelineDraft, stored: Mapping[str, Stage]) -> None:
    ordered = configuration_checks.in_order(draft.stages)
    changed: list[Stage] = []
    for position, wanted in enumerate(ordered):
        stage = stored.get(wanted.code) or Stage(pipeline=pipeline, code=wanted.code)
        before = _columns(stage) if stage.pk else None
        stage.name, stage.hue, stage.semantics = wanted.name, wanted.hue, wanted.semantics
        stage.required_from_here = list(wanted.required_from_here)
        stage.position, stage.retired_at = position, None
        if _columns(stage) != before:
            changed.append(stage)
    wins = StageSemantics.SUCCESS
    for stage in sorted(changed, key=lambda each: each.semantics == wins):
        clean(stage, called=stage.name)
        stage.save()


def _columns(stage: Stage) -> tuple[object, ...]:
    return (
        *(stage.name, stage.hue, stage.semantics, stage.position, stage.retired_at),
        tuple(stage.required_from_here),
    )


def _write_edges(
    pipeline: Pipeline, edges: tuple[EdgeDraft, ...], stages: Mapping[str, Stage]
) -> None:
    roles = _roles({code for edge in edges for code in edge.roles})
    stored = {
        (edge.source.code, edge.target.code): edge
        for edge in pipeline.edges.select_related("source", "target").prefetch_related("roles")
    }
    wanted = {(edge.source, edge.target): edge for edge in edges}
    gone = [edge.pk for pair, edge in stored.items() if pair not in wanted]
    if gone:
        StageTransition.objects.filter(pk__in=gone).delete()
    for pair, draft in wanted.items():
        edge = stored.get(pair) or StageTransition(
            pipeline=pipeline, source=stages[draft.source], target=stages[draft.target]
        )
        required, conditions = list(draft.required_fields), [dict(r) for r in draft.conditions]
        if not edge.pk or (edge.required_fields, edge.conditions) != (required, conditions):
            edge.required_fields, edge.conditions = required, conditions
            edge.save()
        chosen = [roles[code] for code in draft.roles]
        if {role.pk for role in edge.roles.all()} != {role.pk for role in chosen}:
            edge.roles.set(chosen)


def _roles(codes: set[str]) -> dict[str, Role]:
    found = {role.code: role for role in Role._base_manager.filter(code__in=codes)}
    if missing := sorted(codes - found.keys()):
        refuse({"edges": _("There is no role “%(codes)s”.") % {"codes": "”, “".join(missing)}})
    return found
