"""The stored configuration, in the form that configuration actions take."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext as _

from accounts.models import Role
from smart_processes.configuration_checks import in_order
from smart_processes.drafts import EdgeDraft, PipelineDraft, StageDraft
from smart_processes.models import Pipeline, StageTransition


def pipeline_draft(pipeline: Pipeline) -> PipelineDraft:
    """Return a pipeline with its stages in use and its edges (three queries)."""
    stages = [
        StageDraft(
            name=stage.name,
            code=stage.code,
            hue=stage.hue,
            semantics=stage.semantics,
            required_from_here=tuple(stage.required_from_here),
        )
        for stage in pipeline.stages.filter(retired_at=None)
    ]
    return PipelineDraft(
        name=pipeline.name,
        code=pipeline.code,
        hue=pipeline.hue,
        is_default=pipeline.is_default,
        stages=tuple(in_order(stages)),
        edges=edge_drafts(pipeline),
    )


def edge_drafts(pipeline: Pipeline) -> tuple[EdgeDraft, ...]:
    """Return the edges of a pipeline in the order of their stages (two queries)."""
    roles: dict[int, list[str]] = defaultdict(list)
    through = StageTransition.roles.through.objects.filter(stagetransition__pipeline=pipeline)
    for edge_id, code in through.order_by("role__code").values_list(
        "stagetransition_id", "role__code"
    ):
        roles[edge_id].append(code)
    edges = pipeline.edges.select_related("source", "target").order_by(
        "source__position", "source__pk", "target__position", "target__pk"
    )
    return tuple(
        EdgeDraft(
            source=edge.source.code,
            target=edge.target.code,
            roles=tuple(roles[edge.pk]),
            required_fields=tuple(edge.required_fields),
            conditions=tuple(edge.conditions),
        )
        for edge in edges
        if edge.source.retired_at is None and edge.target.retired_at is None
    )


def uses_of_role(role: Role) -> list[str]:
    """Return a sentence for each move that only this role may make: without it all could."""
    edges = StageTransition.objects.filter(roles=role).select_related("source", "target")
    return [
        _("The move %(move)s is for this role. Change it first.") % {"move": str(edge)}
        for edge in edges
    ]
