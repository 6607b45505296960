"""Stored types as they stand in solution files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smart_processes.choices import Hue, StageSemantics
from smart_processes.drafts import HIDDEN_PIPELINE, HIDDEN_STAGE, EdgeDraft, StageDraft
from smart_processes.field_types.base import Names
from smart_processes.fields import Field
from smart_processes.models import FieldDefinition, Pipeline, RecordType
from smart_processes.schema import TypeSchema
from smart_processes.selectors.configuration import pipeline_draft

# Names in files -> attributes of the model.
TYPE_ATTRIBUTES: Mapping[str, str] = {
    "name_one": "name_one",
    "name_many": "name_many",
    "icon": "icon",
    "hue": "hue",
    "section": "menu_section",
    "position": "position",
    "number_prefix": "number_prefix",
}
SWITCH_ATTRIBUTES: Mapping[str, str] = {
    "stages": "has_stages",
    "pipelines": "has_pipelines",
    "client": "has_client",
    "amount": "has_amount",
    "dates": "has_dates",
    "source": "has_source",
    "observers": "has_observers",
    "recycle_bin": "has_recycle_bin",
    "open_by_default": "opened_by_default",
}
# Names in files -> (attribute of the model, usual value).
FIELD_ATTRIBUTES: Mapping[str, tuple[str, Any]] = {
    "label": ("label", None),
    "kind": ("kind", None),
    "help": ("help", ""),
    "section": ("section", ""),
    "required": ("is_required", False),
    "multiple": ("is_multiple", False),
    "unique": ("is_unique", False),
    "indexed": ("is_indexed", False),
    "on_card": ("on_card", False),
    "config": ("config", {}),
}
_CONDITION_ORDER = ("field", "operator", "value")


def type_content(record_type: RecordType, type_schema: TypeSchema) -> dict[str, Any]:
    """Return a type with its fields and pipelines."""
    content: dict[str, Any] = {"code": record_type.code}
    content |= {name: getattr(record_type, a) for name, a in TYPE_ATTRIBUTES.items()}
    content["switches"] = {n: getattr(record_type, a) for n, a in SWITCH_ATTRIBUTES.items()}
    definitions = record_type.definitions.prefetch_related("options")
    fields = [field_content(each, type_schema.fields[each.code]) for each in definitions]
    pipelines = [pipeline_content(pipeline) for pipeline in record_type.pipelines.all()]
    if fields:
        content["fields"] = fields
    if pipelines and not (len(pipelines) == 1 and _is_hidden(pipelines[0])):
        content["pipelines"] = pipelines
    return content


def field_content(definition: FieldDefinition, field: Field) -> dict[str, Any]:
    """Return a field; what has its usual value is left out."""
    content: dict[str, Any] = {"code": definition.code}
    for name, (attribute, usual) in FIELD_ATTRIBUTES.items():
        value = getattr(definition, attribute)
        if value != usual:
            content[name] = _sorted(value) if isinstance(value, dict) else value
    if definition.default is not None:
        content["default"] = _plain(field.form_value(field.from_json(definition.default), Names()))
    options = [
        {"code": option.code, "label": option.label}
        | ({"hue": option.hue} if option.hue != Hue.GREY else {})
        for option in definition.options.all()
        if option.retired_at is None
    ]
    if options:
        content["options"] = options
    return content


def pipeline_content(pipeline: Pipeline) -> dict[str, Any]:
    """Return a pipeline with its stages in use and its moves."""
    draft = pipeline_draft(pipeline)
    content: dict[str, Any] = {"code": pipeline.code, "name": pipeline.name, "hue": pipeline.hue}
    if pipeline.is_default:
        content["default"] = True
    content["stages"] = [stage_content(stage) for stage in draft.stages]
    if draft.edges:
        content["moves"] = [move_content(edge) for edge in draft.edges]
    return content


def stage_content(stage: StageDraft) -> dict[str, Any]:
    """Return a stage; what has its usual value is left out."""
    content: dict[str, Any] = {"code": stage.code, "name": stage.name, "hue": stage.hue}
    if stage.semantics != StageSemantics.IN_PROGRESS:
        content["semantics"] = str(stage.semantics)
    if stage.required_from_here:
        content["requires"] = list(stage.required_from_here)
    return content


def move_content(edge: EdgeDraft) -> dict[str, Any]:
    """Return a move; what has its usual value is left out."""
    content: dict[str, Any] = {"from": edge.source, "to": edge.target}
    if edge.roles:
        content["roles"] = sorted(edge.roles)
    if edge.required_fields:
        content["requires"] = list(edge.required_fields)
    if edge.conditions:
        content["conditions"] = [
            {key: row[key] for key in _CONDITION_ORDER if key in row} for row in edge.conditions
        ]
    return content


def _is_hidden(content: Mapping[str, Any]) -> bool:
    stages = [stage["code"] for stage in content["stages"]]
    return content["code"] == HIDDEN_PIPELINE and stages == [HIDDEN_STAGE]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | bool) else str(value)


def _sorted(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings by name: a database keeps no order of its own."""
    return {key: config[key] for key in sorted(config)}
