"""What a pipeline must be like, in sentences: asked before every change of one is kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import gettext as _

from smart_processes import conditions
from smart_processes.choices import StageSemantics
from smart_processes.drafts import EdgeDraft, PipelineDraft, StageDraft
from smart_processes.fields import Field
from smart_processes.system_fields import SYSTEM_FIELDS

# Fields that a switch of the type hides: what requires one waits until it is on again.
_MAY_BE_OFF = frozenset(field.code for field in SYSTEM_FIELDS if field.switch)


def problems(
    pipeline: PipelineDraft, fields: Mapping[str, Field], *, has_stages: bool = True
) -> list[str]:
    """Return a sentence for everything that is wrong with a pipeline; none: it may be kept.

    Args:
        pipeline: The pipeline as it would be; every stage has its code.
        fields: The fields of its type by code.
        has_stages: Whether people see the stages; the hidden one of a list means nothing.
    """
    found = [*_wrong_codes(pipeline), *_wrong_semantics(pipeline, has_stages=has_stages)]
    wrong_edges = list(_wrong_edges(pipeline))
    found += wrong_edges
    if pipeline.edges and not wrong_edges:
        found += _unreachable(pipeline)
        found += _dead_ends(pipeline)
    found += _wrong_requirements(pipeline, fields)
    return found


def in_order(stages: Iterable[StageDraft]) -> list[StageDraft]:
    """Return stages as boards show them: in progress, then success, then failures."""
    ranks = {semantics.value: rank for rank, semantics in enumerate(StageSemantics)}
    return sorted(stages, key=lambda stage: ranks.get(stage.semantics, 0))


def _wrong_codes(pipeline: PipelineDraft) -> Iterator[str]:
    for code, count in Counter(stage.code for stage in pipeline.stages).items():
        if count > 1:
            yield _("Two stages have the code “%(code)s”. Give one of them another.") % {
                "code": code
            }
    names = Counter(" ".join(stage.name.split()).casefold() for stage in pipeline.stages)
    for stage in pipeline.stages:
        if names.pop(" ".join(stage.name.split()).casefold(), 1) > 1:
            yield _("Two stages are called “%(name)s”. Rename one of them.") % {"name": stage.name}


def _wrong_semantics(pipeline: PipelineDraft, *, has_stages: bool) -> Iterator[str]:
    if not pipeline.stages:
        yield _("The pipeline “%(name)s” has no stage. Add at least one.") % {"name": pipeline.name}
        return
    for stage in pipeline.stages:
        if stage.semantics not in StageSemantics.values:
            yield _("“%(code)s” is no meaning of a stage. Choose one of: %(known)s.") % {
                "code": stage.semantics,
                "known": ", ".join(StageSemantics.values),
            }
    if not has_stages:
        return
    winning = [s.name for s in pipeline.stages if s.semantics == StageSemantics.SUCCESS]
    if not winning:
        yield _("The pipeline “%(name)s” has no success stage. Mark one stage as success.") % {
            "name": pipeline.name
        }
    if len(winning) > 1:
        yield _("Only one stage may mean success; these do: %(names)s.") % {
            "names": ", ".join(winning)
        }
    if not any(s.semantics == StageSemantics.IN_PROGRESS for s in pipeline.stages):
        yield _(
            "The pipeline “%(name)s” has no stage in progress. New records begin in one: add it."
        ) % {"name": pipeline.name}


def _wrong_edges(pipeline: PipelineDraft) -> Iterator[str]:
    codes = {stage.code for stage in pipeline.stages}
    seen: set[tuple[str, str]] = set()
    for edge in pipeline.edges:
        for code in (edge.source, edge.target):
            if code not in codes:
                yield _(
                    "A move names “%(code)s”, which is no stage of the pipeline “%(name)s”."
                ) % {"code": code, "name": pipeline.name}
        if edge.source == edge.target:
            yield _("A move leads from “%(stage)s” to itself. Remove it.") % {
                "stage": _name(pipeline, edge.source)
            }
        if (edge.source, edge.target) in seen:
            yield _("The move %(move)s is drawn twice.") % {"move": _move(pipeline, edge)}
        seen.add((edge.source, edge.target))


def _unreachable(pipeline: PipelineDraft) -> Iterator[str]:
    first = in_order(pipeline.stages)[0]
    reached = _spread({first.code}, _arrows(pipeline.edges))
    for stage in pipeline.stages:
        if stage.code not in reached:
            yield _(
                "No moves lead from “%(first)s” to “%(stage)s”. Draw a move into it, "
                "or remove the stage."
            ) % {"first": first.name, "stage": stage.name}


def _dead_ends(pipeline: PipelineDraft) -> Iterator[str]:
    final = {s.code for s in pipeline.stages if s.semantics != StageSemantics.IN_PROGRESS}
    backwards = _spread(final, _arrows(pipeline.edges, backwards=True))
    for stage in pipeline.stages:
        if stage.code not in backwards:
            yield _(
                "From “%(stage)s” no moves lead to an end: records would stay there for ever. "
                "Draw a move out of it."
            ) % {"stage": stage.name}


def _wrong_requirements(pipeline: PipelineDraft, fields: Mapping[str, Field]) -> Iterator[str]:
    for stage in pipeline.stages:
        for sentence in _wrong_fields(stage.required_from_here, fields):
            yield f"{stage.name}: {sentence}"
    for edge in pipeline.edges:
        move = _move(pipeline, edge)
        for sentence in _wrong_fields(edge.required_fields, fields):
            yield f"{move}: {sentence}"
        for sentence in conditions.check([dict(row) for row in edge.conditions], fields):
            yield f"{move}: {sentence}"


def _wrong_fields(codes: Iterable[str], fields: Mapping[str, Field]) -> Iterator[str]:
    for code in codes:
        field = fields.get(code)
        if field is None and code in _MAY_BE_OFF:
            continue
        if field is None:
            yield _("There is no field “%(code)s” that could be required.") % {"code": code}
        elif not field.is_editable:
            yield _("“%(field)s” is kept by the system and cannot be required.") % {
                "field": field.label
            }


def _arrows(edges: Iterable[EdgeDraft], *, backwards: bool = False) -> dict[str, set[str]]:
    arrows: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        source, target = (edge.target, edge.source) if backwards else (edge.source, edge.target)
        arrows[source].add(target)
    return arrows


def _spread(start: set[str], arrows: Mapping[str, set[str]]) -> set[str]:
    reached, waiting = set(start), list(start)
    while waiting:
        for code in arrows.get(waiting.pop(), set()) - reached:
            reached.add(code)
            waiting.append(code)
    return reached


def _name(pipeline: PipelineDraft, code: str) -> str:
    return next((stage.name for stage in pipeline.stages if stage.code == code), code)


def _move(pipeline: PipelineDraft, edge: EdgeDraft) -> str:
    return f"{_name(pipeline, edge.source)} → {_name(pipeline, edge.target)}"
