"""Values written into steps that were right when they were published and may not be now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from automation.activities import registry
from automation.activities.params import ParamKind, params_of
from automation.activities.people_values import people_ids
from automation.engine.compiled import Program
from automation.engine.expressions import compile_value
from automation.engine.expressions.conversion import listed
from automation.engine.nodes import Activity
from automation.exceptions import AutomationRefusal
from smart_processes.field_types.base import ValueRefused
from smart_processes.schema import TypeSchema


def problems_of_steps(
    program: Program, step_ids: Collection[str], type_schema: TypeSchema | None
) -> Iterator[tuple[str, str]]:
    """Yield steps with a sentence each: nobody of their people is here, or an option is gone.

    Args:
        program: The version.
        step_ids: Which steps are looked at.
        type_schema: The type of the record; None: there is none.
    """
    for step_id in sorted(step_ids):
        step = program.nodes[step_id]
        if not isinstance(step, Activity) or step.params is None:
            continue
        doer = registry.activity(step.activity)
        raw = step.params.raw
        if doer is None or not isinstance(raw, Mapping):
            continue
        for each in params_of(doer.params):
            written = raw.get(each.name)
            if each.kind is ParamKind.PEOPLE and _is_nobody(written):
                yield step_id, _("Nobody of those it names is here any more. Name somebody else.")
            if each.kind is ParamKind.FIELD_VALUES and isinstance(written, Mapping):
                for text in _of_values(written, type_schema):
                    yield step_id, text


def _is_nobody(written: Any) -> bool:
    if written in (None, "", []) or not compile_value(written).is_constant:
        return False
    if any("@" in str(one) for one in listed(written)):
        return False  # a letter may go to anybody
    try:
        return not people_ids(listed(written))
    except AutomationRefusal:
        return False  # unknown people are named by the check of the program


def _of_values(written: Mapping[str, Any], type_schema: TypeSchema | None) -> Iterator[str]:
    """Yield which values the record's fields do not take any more."""
    fields = type_schema.fields if type_schema else {}
    for code, value in written.items():
        field = fields.get(code) or fields.get(str(code).lower())
        if field is None or not compile_value(value).is_constant:
            continue
        try:
            field.parse(value)
        except ValueRefused as refusal:
            yield f"{field.label}: {refusal.message}"
