"""Comparing a program with what is there, before it is published.

What the engine checks is its shape; here every name is looked for: steps, variables, fields,
activities and their parameters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping

from accounts.actor import Actor
from automation.activities import registry
from automation.activities.params import ParamKind, params_of
from automation.choices import GlobalKind
from automation.engine.compiled import Program
from automation.engine.conditions import Condition
from automation.engine.errors import Problem
from automation.engine.expressions import Reference, Value
from automation.engine.nodes import (
    Activity,
    Answer,
    Awaited,
    Branch,
    ForEach,
    Node,
    Terminate,
    Wait,
    WaitKind,
    While,
)
from automation.engine.scope import Source
from automation.models import GlobalValue
from automation.param_checks import Surrounding, check_params
from smart_processes.schema import Schema, TypeSchema, schema_for

_ALWAYS = frozenset({str(Source.USER), str(Source.SYSTEM), "Workflow"})
# Beside its fields, every record has these.
_OF_EVERY_RECORD = frozenset({"id", "url", "stage", "type", "pipeline"})


def check_program(program: Program, *, actor: Actor, type_code: str = "") -> list[Problem]:
    """Return everything in a program that names something that is not there.

    Args:
        program: Compiled.
        actor: Who publishes it.
        type_code: The type of its records; empty: the one the body names, or any.
    """
    code = type_code or program.type_code
    schema = schema_for(actor)
    fields = schema.types.get(code) if code else None
    problems = list(_Check(program, fields, schema).problems())
    if code and fields is None:
        problems.insert(0, Problem("$.type", "reference_unknown", {"name": code}))
    return problems


def activity_label(code: str) -> str:
    """Return what people call an activity; empty when there is none."""
    doer = registry.activity(code)
    return str(doer.label) if doer else ""


def programs_started(program: Program, among: Container[str] | None = None) -> frozenset[str]:
    """Return the codes of the programs that steps of a program start, where they are written.

    Args:
        program: Compiled.
        among: Ids of the steps that are meant; None: all.
    """
    found = set()
    for node in program.nodes.values():
        if among is not None and node.id not in among:
            continue
        raw = node.params.raw if isinstance(node, Activity) and node.params else {}
        if isinstance(node, Activity) and isinstance(raw, Mapping):
            doer = registry.activity(node.activity)
            for each in params_of(doer.params) if doer else ():
                if each.kind is ParamKind.PROGRAM:
                    found.add(str(raw.get(each.name, "")))
    return frozenset(found)


class _Check:
    """One program while it is checked."""

    def __init__(self, program: Program, fields: TypeSchema | None, schema: Schema) -> None:
        self._program = program
        self._fields = fields
        self._around = Surrounding(schema, fields, frozenset(program.variables))
        self._globals: dict[str, set[str]] = defaultdict(set)
        for kind, code in GlobalValue.objects.values_list("kind", "code"):
            self._globals[kind].add(code)

    def problems(self) -> Iterator[Problem]:
        for node in self._program.nodes.values():
            path = self._program.paths.get(node.id, "$")
            if isinstance(node, Activity):
                yield from self._activity(node, path)
            for place, written in _written(node):
                if isinstance(written, Condition) and written.asks_for_changes:
                    yield Problem(f"{path}{place}", "changes_unknown")
            for place, reference in references_of(node):
                if not self._is_known(reference):
                    name = f"{reference.source}:{'.'.join(reference.path)}"
                    yield Problem(f"{path}{place}", "reference_unknown", {"name": name})
            yield from self._date_field(node, path)

    def _activity(self, step: Activity, path: str) -> Iterator[Problem]:
        doer = registry.activity(step.activity)
        if doer is None:
            yield Problem(f"{path}.type", "activity_unknown", {"name": step.activity})
            return
        raw = step.params.raw if step.params else {}
        if not isinstance(raw, Mapping):
            return  # an expression; what it gives is checked when the step begins
        known = {each.name: each for each in params_of(doer.params)}
        for name in raw.keys() - known.keys():
            yield Problem(f"{path}.params.{name}", "unknown_key", {"name": name})
        for name, each in known.items():
            if each.is_required and raw.get(name) in (None, ""):
                yield Problem(f"{path}.params", "missing", {"name": name})
        yield from check_params(doer.params, raw, self._around, f"{path}.params")

    def _date_field(self, node: Node, path: str) -> Iterator[Problem]:
        if isinstance(node, Wait | Answer) and node.awaited.kind is WaitKind.FIELD:
            value = node.awaited.value
            if value is not None and value.is_constant and not self._has_field(str(value.raw)):
                name = str(value.raw)
                yield Problem(f"{path}.for.field", "reference_unknown", {"name": name})

    def _is_known(self, reference: Reference) -> bool:
        source, first = reference.source, reference.path[0]
        if source == Source.DOCUMENT:
            return self._has_field(first)
        known: Mapping[str, Container[str]] = {
            Source.VARIABLE: self._program.variables,
            Source.PARAMETER: self._program.parameters,
            Source.CONSTANT: self._program.constants,
            Source.GLOBAL_CONSTANT: self._globals[GlobalKind.CONSTANT],
            Source.GLOBAL_VARIABLE: self._globals[GlobalKind.VARIABLE],
        }
        if source in known:
            return first in known[source]
        return source in _ALWAYS or source in self._program.nodes

    def _has_field(self, code: str) -> bool:
        """Return whether records have the field; always where their type is not known."""
        if self._fields is None:
            return True
        plain = code.lower().removesuffix("_printable").split(".")[0]
        known = self._fields.fields
        return code in known or plain in known or plain in _OF_EVERY_RECORD


def references_of(node: Node) -> Iterator[tuple[str, Reference]]:
    """Yield what a step refers to with the place inside it."""
    for place, written in _written(node):
        if isinstance(written, Value | Condition):
            for reference in written.references():
                yield place, reference


def _written(node: Node) -> Iterator[tuple[str, Value | Condition | None]]:
    match node:
        case Activity():
            yield ".params", node.params
        case Branch() | While():
            yield ".when", node.condition
        case ForEach():
            yield ".over", node.over
        case Terminate():
            yield ".message", node.message
        case Wait() | Answer():
            yield from _of_wait(node.awaited)


def _of_wait(awaited: Awaited) -> Iterator[tuple[str, Value | Condition | None]]:
    yield ".for", awaited.value
    yield ".for.offset", awaited.offset
    yield ".for.condition", awaited.condition
    yield ".for.limit", awaited.limit
