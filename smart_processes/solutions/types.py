"""The part `types`: record types with their fields and pipelines."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from smart_processes.actions import record_types as actions
from smart_processes.choices import Hue, MenuSection
from smart_processes.drafts import PipelineDraft, TypeDraft
from smart_processes.models import RecordType
from smart_processes.schema import TypeSchema, schema_for
from smart_processes.solutions.document import Path
from smart_processes.solutions.registry import Step
from smart_processes.solutions.type_content import (
    SWITCH_ATTRIBUTES,
    TYPE_ATTRIBUTES,
    type_content,
)
from smart_processes.solutions.type_fields import field_steps
from smart_processes.solutions.type_pipelines import pipeline_draft_of, pipeline_steps
from smart_processes.solutions.words import differences

CREATED, CHANGED = 40, 41


class TypesPart:
    """Record types, matched by code."""

    key = "types"

    def schema(self) -> Mapping[str, Any]:
        """Return nothing: the whole's own file describes the part."""
        return {}

    def plan(self, wanted: Any, whole: Mapping[str, Any], *, may_destroy: bool) -> list[Step]:
        """Return the steps for every type of the file."""
        is_exact = bool(whole.get("exact"))
        types = schema_for(Actor.system("solution")).types
        steps: list[Step] = []
        for place, entry in enumerate(wanted):
            path: Path = ("types", place)
            stored = types.get(entry["code"])
            steps += _type_steps(entry, stored, path)
            steps += field_steps(entry, stored, path, is_exact=is_exact)
            steps += pipeline_steps(
                entry,
                stored.type if stored else None,
                path,
                is_exact=is_exact,
                may_destroy=may_destroy,
            )
        return steps

    def export(self, types: Collection[str] | None) -> Any:
        """Return the types, in the order of the menu."""
        schema = schema_for(Actor.system("solution"))
        chosen = RecordType.objects.order_by("position", "code")
        if types is not None:
            chosen = chosen.filter(code__in=types)
        return [type_content(each, schema.types[each.code]) for each in chosen] or None


def type_draft_of(entry: Mapping[str, Any]) -> TypeDraft:
    """Return the draft of a new type; requirements and moves follow when its fields are there."""
    pipelines = [pipeline_draft_of(each) for each in entry.get("pipelines", ())]
    first = next((each for each in pipelines if each.is_default), None)
    pipeline = first or (pipelines[0] if pipelines else None)
    return TypeDraft(
        code=entry["code"],
        name_one=entry.get("name_one", ""),
        name_many=entry.get("name_many", ""),
        icon=entry.get("icon", ""),
        hue=entry.get("hue", Hue.BLUE),
        menu_section=entry.get("section", MenuSection.PROCESSES),
        position=entry.get("position"),
        number_prefix=entry.get("number_prefix", ""),
        switches={SWITCH_ATTRIBUTES[n]: on for n, on in entry.get("switches", {}).items()},
        pipeline=_bare(pipeline) if pipeline else None,
    )


def _type_steps(entry: Mapping[str, Any], stored: TypeSchema | None, path: Path) -> Iterator[Step]:
    code = entry["code"]
    if stored is None:
        draft = type_draft_of(entry)

        def create(actor: Actor) -> None:
            actions.create_type(draft, actor=actor)

        sentence = _("Create the type “%(name)s” (%(code)s)")
        yield Step(CREATED, path, (sentence % {"name": draft.name_many, "code": code},), create)
        return
    wanted = {name: entry[name] for name in TYPE_ATTRIBUTES if name in entry}
    wanted |= entry.get("switches", {})
    attributes = {**TYPE_ATTRIBUTES, **SWITCH_ATTRIBUTES}
    current = {name: getattr(stored.type, attributes[name]) for name in wanted}
    if difference := differences(current, wanted):
        changes = {attributes[name]: value for name, value in wanted.items()}

        def change(actor: Actor) -> None:
            actions.change_type(RecordType.objects.get(code=code), changes, actor=actor)

        yield Step(CHANGED, path, (f"{code}: {difference}",), change)


def _bare(pipeline: PipelineDraft) -> PipelineDraft:
    stages = tuple(replace(stage, required_from_here=()) for stage in pipeline.stages)
    return replace(pipeline, stages=stages, edges=())
