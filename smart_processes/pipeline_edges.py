"""Keeping moves whole when stages come and go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from smart_processes.choices import StageSemantics
from smart_processes.drafts import EdgeDraft, StageDraft


def edges_for_new(stage: StageDraft, stages: Sequence[StageDraft]) -> list[EdgeDraft]:
    """Return the moves that a new stage needs where moves are drawn.

    Args:
        stage: The new stage.
        stages: All stages in order, the new one among them.

    Returns:
        From and to its neighbours; into an end from every stage in progress.
    """
    going = [s.code for s in stages if s.semantics == StageSemantics.IN_PROGRESS]
    if stage.semantics != StageSemantics.IN_PROGRESS:
        return [EdgeDraft(source=code, target=stage.code) for code in going]
    winning = [s.code for s in stages if s.semantics == StageSemantics.SUCCESS]
    way = [*going, *winning]
    place = way.index(stage.code)
    pairs = [(way[place - 1], stage.code)] if place else []
    pairs += [(stage.code, way[place + 1])] if place + 1 < len(way) else []
    return [EdgeDraft(source=source, target=target) for source, target in pairs]


def edges_without(code: str, edges: Iterable[EdgeDraft]) -> list[EdgeDraft]:
    """Return the moves without a stage: what led into it leads on to where it led."""
    drawn = list(edges)
    kept = {(e.source, e.target): e for e in drawn if code not in (e.source, e.target)}
    onwards = [edge for edge in drawn if edge.source == code]
    for source in (edge.source for edge in drawn if edge.target == code):
        for edge in onwards:
            if edge.target != source:
                kept.setdefault((source, edge.target), replace(edge, source=source))
    return list(kept.values())
