"""What columns may go to: the fields of a type, its stages and pipelines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from smart_processes.fields import Field
from smart_processes.imports.mapping import (
    FIRST_NAME,
    FULL_NAME,
    LAST_NAME,
    PIPELINE,
    STAGE,
    ImportMapping,
    Rule,
)
from smart_processes.imports.plan import named
from smart_processes.imports.refusals import MappingRefused
from smart_processes.schema import PipelineSchema, TypeSchema


def targets_of(type_schema: TypeSchema) -> dict[str, Field | None]:
    """Return what a column may go to, by code: fields, and what is none (None)."""
    targets: dict[str, Field | None] = {
        code: field
        for code, field in type_schema.fields.items()
        if field.is_editable and field.type.kind != "file"
    }
    if type_schema.type.has_stages:
        targets[STAGE] = None
    if len(type_schema.pipelines) > 1:
        targets[PIPELINE] = None
    if {FIRST_NAME, LAST_NAME} <= targets.keys() and FULL_NAME not in targets:
        targets[FULL_NAME] = None
    return targets


def bound_field(rule: Rule, type_schema: TypeSchema) -> Field | None:
    """Return the field of a rule, read as the rule says; None for what is no field.

    Raises:
        MappingRefused: the field's kind is not read in such a way.
    """
    field = targets_of(type_schema)[rule.to]
    if field is None or not rule.settings:
        return field
    unknown = rule.settings.keys() - field.type.settings
    if unknown:
        raise MappingRefused(
            [
                _("“%(field)s” is read without “%(setting)s”: it is of the kind “%(kind)s”.")
                % {
                    "field": field.label,
                    "setting": min(unknown),
                    "kind": field.type.label,
                }
            ]
        )
    return field.with_settings(**rule.settings)


def problems_of(mapping: ImportMapping, type_schema: TypeSchema) -> Iterator[str]:
    """Yield a sentence for each thing in which a mapping does not fit a type."""
    if mapping.type and mapping.type != type_schema.code:
        yield _("The mapping is for “%(type)s”, not for “%(wanted)s”.") % {
            "type": mapping.type,
            "wanted": type_schema.code,
        }
    known = targets_of(type_schema)
    filled: set[str] = set()
    for rule in mapping.rules:
        if rule.to not in known:
            yield _unknown(rule.to, type_schema)
        elif rule.to in filled and not getattr(known[rule.to], "is_multiple", False):
            yield _("Two columns go to “%(field)s”. Leave one out.") % {"field": rule.to}
        filled.add(rule.to)
    reached = filled | ({FIRST_NAME, LAST_NAME} if FULL_NAME in filled else set())
    for code in mapping.key:
        field = type_schema.fields.get(code)
        if field is None or code == "amount" or field.type.kind == "file":
            yield _("Records cannot be found by “%(field)s”. Choose another key.") % {"field": code}
        elif code not in reached:
            yield _("The key “%(field)s” is filled by no column.") % {"field": code}


def _unknown(code: str, type_schema: TypeSchema) -> str:
    field = type_schema.fields.get(code)
    if field is not None:
        return _("“%(field)s” is kept by the system and cannot be imported.") % {
            "field": field.label
        }
    return _("“%(type)s” has no field “%(code)s”. It has: %(known)s.") % {
        "type": type_schema.type.name_many,
        "code": code,
        "known": named(list(targets_of(type_schema))),
    }


def stage_called(text: str, pipeline: PipelineSchema) -> str | None:
    """Return the code of the stage in use with this name or code, in any case."""
    found: str | None = called(text, {s.code: (s.code, s.name) for s in pipeline.stages})
    return found


def called(text: str, names: Mapping[Any, tuple[str, str]]) -> Any:
    """Return the one whose code or name is the text, in any case."""
    folded = " ".join(text.split()).casefold()
    for place in (0, 1):
        for one, called in names.items():
            if " ".join(called[place].split()).casefold() == folded:
                return one
    return None
