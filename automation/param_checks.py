"""Comparing what is written in an activity's parameters with what is there.

Only what is written out is checked; what an expression gives is known when the step begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from automation.activities.params import ParamKind, params_of
from automation.activities.people_values import people_ids
from automation.choices import GlobalKind
from automation.engine.errors import Problem
from automation.engine.expressions import compile_value
from automation.engine.expressions.conversion import listed
from automation.exceptions import AutomationRefusal
from automation.models import GlobalValue
from smart_processes.filters import filterset_for
from smart_processes.schema import Schema, TypeSchema


@dataclass(frozen=True)
class Surrounding:
    """What the parameters of one step may name.

    Attributes:
        schema: The configuration.
        fields: The type of the run's records; None: any.
        variables: Codes of the program's variables.
    """

    schema: Schema
    fields: TypeSchema | None
    variables: frozenset[str] = frozenset()


def check_params(
    cls: type[Any], raw: Mapping[str, Any], around: Surrounding, path: str
) -> Iterator[Problem]:
    """Yield everything in a step's parameters that names something that is not there.

    Args:
        cls: The activity's dataclass of parameters.
        raw: The parameters as they stand in the program.
        around: What they may name.
        path: The JSON path of `raw`.
    """
    about = _About(around, _type_named(raw, around))
    for each in params_of(cls):
        check = _CHECKS.get(each.kind)
        written = raw.get(each.name)
        if check is not None and written not in (None, "", [], {}):
            yield from check(about, written, f"{path}.{each.name}")


@dataclass(frozen=True)
class _About:
    """One step: what surrounds it, and the type that its parameters name."""

    around: Surrounding
    named_type: TypeSchema | None

    @property
    def type(self) -> TypeSchema | None:
        """The type whose stages and pipelines are meant."""
        return self.named_type or self.around.fields

    def fields_of_run(self, written: Any, path: str) -> Iterator[Problem]:
        yield from self._codes(written, self.around.fields, path)

    def fields_of_named_type(self, written: Any, path: str) -> Iterator[Problem]:
        yield from self._codes(written, self.named_type, path)

    def filters_of_named_type(self, written: Any, path: str) -> Iterator[Problem]:
        if self.named_type is None or not isinstance(written, Mapping):
            return
        known = filterset_for(self.named_type).base_filters
        for name in written:
            if name not in known:
                yield _unknown(f"{path}.{name}", name)

    def variables(self, written: Any, path: str) -> Iterator[Problem]:
        if isinstance(written, Mapping):
            for code in written:
                if code not in self.around.variables:
                    yield _unknown(f"{path}.{code}", code)

    def global_variables(self, written: Any, path: str) -> Iterator[Problem]:
        if isinstance(written, Mapping):
            rows = GlobalValue.objects.filter(kind=GlobalKind.VARIABLE, is_secret=False)
            known = set(rows.values_list("code", flat=True))
            for code in written:
                if code not in known:
                    yield _unknown(f"{path}.{code}", code)

    def record_type(self, written: Any, path: str) -> Iterator[Problem]:
        if _is_constant(written) and written not in self.around.schema.types:
            yield _unknown(path, written)

    def stage(self, written: Any, path: str) -> Iterator[Problem]:
        if self.type is None or not _is_constant(written):
            return
        pipelines = self.type.pipelines
        if not any(stage.code == written for each in pipelines for stage in each.stages):
            yield _unknown(path, written)

    def pipeline(self, written: Any, path: str) -> Iterator[Problem]:
        if self.type is not None and _is_constant(written) and not self.type.pipeline(written):
            yield _unknown(path, written)

    def field(self, written: Any, path: str) -> Iterator[Problem]:
        if _is_constant(written):
            yield from self._codes({written: None}, self.around.fields, path, is_map=False)

    def field_or_id(self, written: Any, path: str) -> Iterator[Problem]:
        if written != "id":
            yield from self.field(written, path)

    def people(self, written: Any, path: str) -> Iterator[Problem]:
        for one in listed(written):
            if not isinstance(one, str | int) or (isinstance(one, str) and not _is_constant(one)):
                continue
            if isinstance(one, str) and "@" in one:
                continue  # a letter may go to anybody; other steps say so when they begin
            try:
                people_ids([one])
            except AutomationRefusal as refusal:
                params = {"name": str(one)[:50], "reason": refusal.message}
                yield Problem(path, "parameter_refused", params)

    def _codes(
        self, written: Any, fields: TypeSchema | None, path: str, *, is_map: bool = True
    ) -> Iterator[Problem]:
        if fields is None or not isinstance(written, Mapping):
            return
        for code in written:
            if code not in fields.fields and code.lower() not in fields.fields:
                yield _unknown(f"{path}.{code}" if is_map else path, code)


def _type_named(raw: Mapping[str, Any], around: Surrounding) -> TypeSchema | None:
    """Return the type that a parameter `type` names."""
    written = raw.get("type")
    return around.schema.types.get(written) if isinstance(written, str) else None


def _is_constant(written: Any) -> bool:
    return isinstance(written, str) and compile_value(written).is_constant


def _unknown(path: str, name: str) -> Problem:
    return Problem(path, "reference_unknown", {"name": name})


_CHECKS: Mapping[ParamKind, Callable[[_About, Any, str], Iterator[Problem]]] = {
    ParamKind.FIELD_VALUES: _About.fields_of_run,
    ParamKind.VALUES_OF_TYPE: _About.fields_of_named_type,
    ParamKind.FILTERS: _About.filters_of_named_type,
    ParamKind.VARIABLE_VALUES: _About.variables,
    ParamKind.GLOBAL_VALUES: _About.global_variables,
    ParamKind.RECORD_TYPE: _About.record_type,
    ParamKind.STAGE: _About.stage,
    ParamKind.PIPELINE: _About.pipeline,
    ParamKind.FIELD: _About.field,
    ParamKind.FIELD_OR_ID: _About.field_or_id,
    ParamKind.PEOPLE: _About.people,
}
