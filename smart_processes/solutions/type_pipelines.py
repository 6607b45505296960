"""Pipelines of a type in a solution file: what differs, and the steps that make it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from smart_processes.actions import pipelines as actions
from smart_processes.choices import Hue, StageSemantics
from smart_processes.configuration_checks import in_order
from smart_processes.drafts import EdgeDraft, PipelineDraft, StageDraft
from smart_processes.models import Pipeline, RecordType
from smart_processes.pipeline_edges import edges_without
from smart_processes.solutions.document import Path
from smart_processes.solutions.registry import Step
from smart_processes.solutions.type_content import (
    move_content,
    pipeline_content,
    stage_content,
)
from smart_processes.solutions.words import differences, in_wanted_order

MADE, ORDERED, DESTROYED, DELETED = 60, 61, 63, 66
Entry = Mapping[str, Any]


def pipeline_steps(
    wanted: Entry,
    stored: RecordType | None,
    path: Path,
    *,
    is_exact: bool,
    may_destroy: bool,
) -> Iterator[Step]:
    """Yield the steps for the pipelines of one type; a new type has its default one already."""
    type_code = str(wanted["code"])
    entries: Sequence[Entry] = wanted.get("pipelines", ())
    present = {p.code: p for p in stored.pipelines.all()} if stored else {}
    for place, entry in enumerate(entries):
        here = (*path, "pipelines", place)
        pipeline = present.get(entry["code"])
        if pipeline is None:
            yield _made(type_code, entry, here)
        else:
            plan = _Change(type_code, entry, pipeline, here, is_exact=is_exact)
            yield from plan.steps(may_destroy=may_destroy)
    # A new type is made with its default pipeline, the others follow.
    first = [entry["code"] for entry in entries if entry.get("default")]
    stands = list(present) if stored else first[:1]
    yield from _ordered(type_code, stands, entries, (*path, "pipelines"))
    named = {entry["code"] for entry in entries}
    going = {each["code"]: each for each in wanted.get("remove", {}).get("pipelines", ())}
    if is_exact and entries:
        going |= {code: {"code": code} for code in present if code not in named}
    for code, entry in going.items():
        if code in present:
            yield _removed(type_code, present[code], entry.get("move_to"), path)


def pipeline_draft_of(entry: Entry) -> PipelineDraft:
    """Return the draft that a file's entry describes."""
    return PipelineDraft(
        name=entry.get("name") or entry["code"],
        code=entry["code"],
        hue=entry.get("hue", Hue.BLUE),
        is_default=entry.get("default", False),
        stages=tuple(_stage(each) for each in entry.get("stages", ())),
        edges=tuple(_edge(each) for each in entry.get("moves", ())),
    )


class _Change:
    """One pipeline that is there and is to look like its entry."""

    def __init__(
        self, type_code: str, entry: Entry, pipeline: Pipeline, path: Path, *, is_exact: bool
    ) -> None:
        self.type_code = type_code
        self.entry = entry
        self.pipeline = pipeline
        self.path = path
        self.where = f"{type_code}/{pipeline.code}"
        self.current = pipeline_content(pipeline)
        self.stages = {each["code"]: each for each in self.current["stages"]}
        self.moves = {(m["from"], m["to"]): m for m in self.current.get("moves", ())}
        wanted = in_order(_stage(each) for each in entry.get("stages", ()))
        self.wanted_stages = {stage.code: stage_content(stage) for stage in wanted}
        self.wanted_moves = {
            (e["from"], e["to"]): move_content(_edge(e)) for e in entry.get("moves", ())
        }
        removed = entry.get("remove", {})
        self.leaving = {e["code"]: e.get("move_to") for e in removed.get("stages", ())}
        self.ended = {(e["from"], e["to"]) for e in removed.get("moves", ())}
        if is_exact:
            gone = self.stages.keys() - self.wanted_stages.keys()
            self.leaving |= dict.fromkeys(gone - self.leaving.keys()) if self.wanted_stages else {}
            self.ended |= self.moves.keys() - self.wanted_moves.keys()
        self.leaving = {c: goal for c, goal in self.leaving.items() if c in self.stages}
        self.ended &= self.moves.keys()

    def steps(self, *, may_destroy: bool) -> Iterator[Step]:
        """Yield what differs; with the right to destroy all of it is one step."""
        yield from self._attributes()
        losses = [*self._lost_stages(), *self._lost_moves()]
        if may_destroy and losses:
            sentences = (*self._gains(), *losses)
            yield Step(MADE, self.path, sentences, self._shape(destroy=True), is_destructive=True)
            return
        if gains := self._gains():
            yield Step(MADE, self.path, tuple(gains), self._shape(destroy=False))
        if losses:
            run = self._shape(destroy=True)
            yield Step(DESTROYED, self.path, tuple(losses), run, is_destructive=True)

    def _attributes(self) -> Iterator[Step]:
        wanted = {n: self.entry[n] for n in ("name", "hue", "default") if n in self.entry}
        current = {name: self.current.get(name) for name in wanted}
        if difference := differences(current, wanted):
            changes = {"is_default" if n == "default" else n: v for n, v in wanted.items()}
            run = partial(_change, self.type_code, self.pipeline.code, changes)
            yield Step(MADE, self.path, (f"{self.where}: {difference}",), run)

    def _gains(self) -> list[str]:
        sentences = []
        for code, stage in self.wanted_stages.items():
            if code not in self.stages:
                sentence = _("%(where)s: add the stage “%(stage)s” (%(code)s)")
                names = {"where": self.where, "stage": stage["name"], "code": code}
                sentences.append(sentence % names)
            elif difference := differences(self.stages[code], stage):
                sentences.append(f"{self.where}/{code}: {difference}")
        for pair, move in self.wanted_moves.items():
            if pair not in self.moves:
                sentences.append(_("%(where)s: allow the move %(move)s") % self._names(pair))
            elif difference := differences(self.moves[pair], move):
                sentences.append(f"{self.where}/{' → '.join(pair)}: {difference}")
        if order := in_wanted_order(list(self.stages), self.wanted_stages):
            sentences.append(
                _("%(where)s: order of stages: %(order)s")
                % {"where": self.where, "order": ", ".join(order)}
            )
        return sentences

    def _lost_stages(self) -> Iterator[str]:
        for code in self.leaving:
            sentence = _("%(where)s: remove the stage “%(stage)s” (%(code)s)")
            name = self.stages[code]["name"]
            yield sentence % {"where": self.where, "stage": name, "code": code}

    def _lost_moves(self) -> Iterator[str]:
        for pair in sorted(self.ended):
            yield _("%(where)s: end the move %(move)s") % self._names(pair)

    def _names(self, pair: tuple[str, str]) -> dict[str, str]:
        return {"where": self.where, "move": " → ".join(pair)}

    def _shape(self, *, destroy: bool) -> Any:
        """Return the call that writes stages and moves, with or without what leaves."""
        leaving = self.leaving if destroy else {}
        stages = {**self.stages, **self.wanted_stages}
        order = in_wanted_order(list(stages), self.wanted_stages) or list(stages)
        moves = {**self.moves, **self.wanted_moves}
        kept = [m for pair, m in moves.items() if not (destroy and pair in self.ended)]
        edges = [_edge(move) for move in kept]
        for code in leaving:
            edges = edges_without(code, edges)
        draft = PipelineDraft(
            name=self.pipeline.name,
            stages=tuple(_stage(stages[code]) for code in order if code not in leaving),
            edges=tuple(edges),
        )
        moving = {code: goal for code, goal in leaving.items() if goal}
        return partial(_shape, self.type_code, self.pipeline.code, draft, moving)


def _made(type_code: str, entry: Entry, path: Path) -> Step:
    draft = pipeline_draft_of(entry)

    def run(actor: Actor) -> None:
        record_type = RecordType.objects.get(code=type_code)
        present = record_type.pipelines.filter(code=draft.code).first()
        if present is None:
            actions.create_pipeline(record_type, draft, actor=actor, grants_from=None)
        else:  # made with its type, without moves and requirements
            actions.set_shape(present, draft, actor=actor)

    sentence = _("%(type)s: pipeline “%(name)s” (%(code)s): %(stages)s") % {
        "type": type_code,
        "name": draft.name,
        "code": draft.code,
        "stages": ", ".join(stage.name for stage in draft.stages),
    }
    return Step(MADE, path, (sentence,), run)


def _ordered(
    type_code: str, stored: list[str], entries: Sequence[Entry], path: Path
) -> Iterator[Step]:
    wanted = [str(entry["code"]) for entry in entries]
    order = in_wanted_order([*stored, *(code for code in wanted if code not in stored)], wanted)
    if order is None:
        return

    def run(actor: Actor) -> None:
        for position, code in enumerate(order):
            _change(type_code, code, {"position": position}, actor)

    sentence = _("%(type)s: order of pipelines: %(order)s") % {
        "type": type_code,
        "order": ", ".join(order),
    }
    yield Step(ORDERED, path, (sentence,), run)


def _removed(type_code: str, pipeline: Pipeline, goal: str | None, path: Path) -> Step:
    def run(actor: Actor) -> None:
        others: Collection[Pipeline] = Pipeline.objects.filter(type__code=type_code, code=goal)
        move_to = next(iter(others), None)
        actions.delete_pipeline(_pipeline(type_code, pipeline.code), actor=actor, move_to=move_to)

    sentence = _("%(type)s: delete the pipeline “%(name)s” (%(code)s)") % {
        "type": type_code,
        "name": pipeline.name,
        "code": pipeline.code,
    }
    return Step(DELETED, (*path, "remove", "pipelines"), (sentence,), run, is_destructive=True)


def _change(type_code: str, code: str, changes: Mapping[str, Any], actor: Actor) -> None:
    actions.change_pipeline(_pipeline(type_code, code), changes, actor=actor)


def _shape(
    type_code: str, code: str, draft: PipelineDraft, moving: Mapping[str, str], actor: Actor
) -> None:
    actions.set_shape(_pipeline(type_code, code), draft, actor=actor, moving=moving)


def _pipeline(type_code: str, code: str) -> Pipeline:
    return Pipeline.objects.get(type__code=type_code, code=code)


def _stage(entry: Entry) -> StageDraft:
    return StageDraft(
        name=entry["name"],
        code=entry["code"],
        hue=entry.get("hue", Hue.BLUE),
        semantics=entry.get("semantics", StageSemantics.IN_PROGRESS),
        required_from_here=tuple(entry.get("requires", ())),
    )


def _edge(entry: Entry) -> EdgeDraft:
    return EdgeDraft(
        source=entry["from"],
        target=entry["to"],
        roles=tuple(entry.get("roles", ())),
        required_fields=tuple(entry.get("requires", ())),
        conditions=tuple(entry.get("conditions", ())),
    )
