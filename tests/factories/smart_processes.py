"""Types, pipelines and records, built by intent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from accounts.actor import Actor
from smart_processes.actions.creation import create_record
from smart_processes.choices import StageSemantics
from smart_processes.models import (
    FieldDefinition,
    FieldOption,
    Item,
    Pipeline,
    RecordType,
    Stage,
    StageTransition,
)

SYSTEM = "tests"
_numbers = count(1)


def system() -> Actor:
    """Return the actor who may do everything."""
    return Actor.system(SYSTEM)


def make_type(
    code: str = "request", stages: str = "NEW > CALL > WON | LOST", **switches: Any
) -> RecordType:
    """Return a type with a default pipeline; `stages` as in `make_pipeline`, "" for none."""
    record_type = RecordType.objects.create(
        code=code,
        entity_type_id=2000 + next(_numbers),
        name_one=code.replace("_", " ").capitalize(),
        name_many=f"{code.replace('_', ' ').capitalize()}s",
        **{"has_amount": True, "has_dates": True, **switches},
    )
    if stages:
        make_pipeline(stages, record_type=record_type, is_default=True)
    return record_type


def make_pipeline(
    stages: str = "NEW > CALL > WON | LOST",
    *,
    record_type: RecordType | None = None,
    code: str = "main",
    is_default: bool = False,
    edges: str | None = None,
    require: Mapping[str, Sequence[str]] | None = None,
) -> Pipeline:
    """Return a pipeline drawn as text.

    Args:
        stages: `NEW > CALL > WON | LOST`: in progress, the last one before `|` is success,
            what follows are failures.
        record_type: The type; default: a new one.
        code: The pipeline's code.
        is_default: Whether new records enter it.
        edges: `NEW>CALL CALL>WON`; default: none drawn, so every move is allowed.
        require: Stage code -> codes of fields required from there on.
    """
    if record_type is None:
        record_type = make_type(f"kind{next(_numbers)}", "")
        is_default = True
    pipeline = Pipeline.objects.create(
        type=record_type, code=code, name=code.capitalize(), is_default=is_default
    )
    going, _, failing = stages.partition("|")
    codes = [each.strip() for each in going.split(">")]
    for position, stage_code in enumerate(codes):
        semantics = (
            StageSemantics.SUCCESS if stage_code == codes[-1] else StageSemantics.IN_PROGRESS
        )
        _stage(pipeline, stage_code, position, semantics, require)
    for position, stage_code in enumerate(each.strip() for each in failing.split("|") if each):
        _stage(pipeline, stage_code, 100 + position, StageSemantics.FAILURE, require)
    for edge in (edges or "").split():
        source, _, target = edge.partition(">")
        make_edge(pipeline, source, target)
    return pipeline


def make_edge(pipeline: Pipeline, source: str, target: str, **attributes: Any) -> StageTransition:
    """Return an allowed move between two stages of the pipeline."""
    return StageTransition.objects.create(
        pipeline=pipeline,
        source=pipeline.stages.get(code=source),
        target=pipeline.stages.get(code=target),
        **attributes,
    )


def make_field(
    record_type: RecordType,
    code: str,
    kind: str = "string",
    *,
    options: Sequence[str] = (),
    **attributes: Any,
) -> FieldDefinition:
    """Return a field; `options` are the codes of a choice field's options."""
    definition = FieldDefinition.objects.create(
        type=record_type,
        code=code,
        label=code.replace("_", " ").capitalize(),
        kind=kind,
        **attributes,
    )
    for position, option in enumerate(options):
        FieldOption.objects.create(
            definition=definition, code=option, label=option.capitalize(), position=position
        )
    return definition


def make_item(
    place: Pipeline | RecordType,
    *,
    stage: str | None = None,
    actor: Actor | None = None,
    **values: Any,
) -> Item:
    """Return a record made by the action; `values` are raw, by field code."""
    record_type = place.type if isinstance(place, Pipeline) else place
    pipeline = place.code if isinstance(place, Pipeline) else None
    raw = {"title": f"Record {next(_numbers)}", **values}
    return create_record(
        record_type.code, raw, actor=actor or system(), pipeline=pipeline, stage=stage
    )


def _stage(
    pipeline: Pipeline,
    code: str,
    position: int,
    semantics: StageSemantics,
    require: Mapping[str, Sequence[str]] | None,
) -> Stage:
    return Stage.objects.create(
        pipeline=pipeline,
        code=code,
        name=code.capitalize(),
        position=position,
        semantics=semantics,
        required_from_here=list((require or {}).get(code, ())),
    )
