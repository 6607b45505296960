"""Comparing the condition of a rule with the fields of its records, before it is kept.

A value that an expression gives is known only when the rule is asked; what is written out is
checked: a row that can never hold would keep its rule silent for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from automation.engine.condition_rows import ALONE, Operator
from automation.engine.errors import Problem
from automation.engine.expressions import LanguageRefused, compile_value
from automation.engine.expressions.conversion import day_or_moment, flag, is_empty, listed, number
from automation.engine.scope import Source
from smart_processes.field_types.base import Family
from smart_processes.fields import Field
from smart_processes.schema import TypeSchema

# Returns the problems of a program's body.
ProgramCheck = Callable[[Any], list[Problem]]
_PLACE = "$.root.steps[0].branches[0].when"

_EQUAL = frozenset({Operator.EQ, Operator.NE, Operator.IN, Operator.NOT_IN})
_ORDER = frozenset({Operator.GT, Operator.GTE, Operator.LT, Operator.LTE, Operator.BETWEEN})
_PARTS = frozenset({Operator.CONTAINS, Operator.NOT_CONTAINS})
_SPELLING = frozenset({Operator.STARTS_WITH, Operator.MATCHES})
_OF_ANY = ALONE | {Operator.CHANGED}
_OPERATORS: Mapping[Family, frozenset[Operator]] = {
    Family.TEXT: _EQUAL | _ORDER | _PARTS | _SPELLING,
    Family.NUMBER: _EQUAL | _ORDER | _PARTS | _SPELLING,
    Family.DATE: _EQUAL | _ORDER,
    Family.MOMENT: _EQUAL | _ORDER,
    Family.FLAG: _EQUAL,
    Family.CHOICE: _EQUAL | _PARTS | _SPELLING,
    Family.REFERENCE: _EQUAL | _PARTS,
    Family.FILE: frozenset(),
}


def check_condition(
    condition: Any,
    type_schema: TypeSchema,
    check_program: ProgramCheck,
    *,
    knows_changes: bool = False,
) -> list[Problem]:
    """Return everything that is wrong with the condition of a rule.

    Paths begin with `$.condition`: `$.condition[0].value`.

    Args:
        condition: Rows and groups as `automation.engine.conditions` reads them.
        type_schema: The type of the records it is asked about.
        check_program: Finds what is wrong with a program's body: shapes and names.
        knows_changes: Whether what it is asked about may be a change of fields.
    """
    if condition in ((), [], None):
        return []
    inside = {"id": "inside", "type": "log", "params": {"text": "x"}}
    branch = {"when": _plain(condition), "steps": [inside]}
    step = {"id": "asked", "type": "if", "branches": [branch]}
    root = {"type": "sequence", "steps": [step]}
    found = [
        each
        for each in check_program({"program": 1, "type": type_schema.code, "root": root})
        if each.code != "changes_unknown"  # said of its row below, where it is so
    ]
    if found:
        return [
            Problem(each.path.replace(_PLACE, "$.condition", 1), each.code, each.params)
            for each in found
        ]
    return list(_entries(condition, "$.condition", _Asked(type_schema, knows_changes)))


@dataclass(frozen=True)
class _Asked:
    """What rows are compared with."""

    type_schema: TypeSchema
    knows_changes: bool

    def field(self, code: str) -> Field | None:
        """Return a field of the record itself."""
        fields = self.type_schema.fields
        return fields.get(code) or fields.get(code.lower())


def _plain(condition: Any) -> Any:
    return list(condition) if isinstance(condition, tuple) else condition


def _entries(entries: Any, path: str, asked: _Asked) -> Iterator[Problem]:
    for place, entry in enumerate(entries):
        if "group" in entry:
            yield from _entries(entry["group"], f"{path}[{place}].group", asked)
        else:
            yield from _row(entry, f"{path}[{place}]", asked)


def _row(row: Mapping[str, Any], path: str, asked: _Asked) -> Iterator[Problem]:
    operator = Operator(str(row["operator"]))
    if operator is Operator.CHANGED and not asked.knows_changes:
        yield Problem(f"{path}.operator", "changes_unknown")
        return
    code = str(row["field"])
    if row["object"] != Source.DOCUMENT or operator in _OF_ANY:
        return
    if code == "stage":
        yield from _stages(row, operator, path, asked)
    field = asked.field(code)
    if field is None:
        return  # of a linked record, or what every record has
    if operator not in _OPERATORS[field.type.family] and not (
        field.is_multiple and operator in _PARTS
    ):
        params = {"name": str(field.label), "operator": str(operator)}
        yield Problem(f"{path}.operator", "operator_unfit", params)
        return
    if operator not in _SPELLING | (_PARTS if not field.is_multiple else frozenset()):
        for value in _written_out(row.get("value"), operator):
            yield from _value(field, value, f"{path}.value")


def _written_out(value: Any, operator: Operator) -> list[Any]:
    """Return the values that a row compares with, without what expressions give."""
    if isinstance(value, str) and operator is Operator.BETWEEN:
        value = value.split(";")
    return [each for each in listed(value) if not is_empty(each) and _is_constant(each)]


def _is_constant(value: Any) -> bool:
    try:
        return compile_value(value).is_constant
    except LanguageRefused:
        return False


def _value(field: Field, value: Any, path: str) -> Iterator[Problem]:
    if field.type.kind == "choice":
        codes = [option.code for option in field.options]
        if str(value).casefold() not in {code.casefold() for code in codes}:
            params = {"name": str(field.label), "value": str(value)[:50]}
            names = ", ".join(codes)[:300]
            yield Problem(path, "option_unknown", params | {"names": names})
    elif reason := _unfit(field, value):
        params = {"name": str(field.label), "reason": reason}
        yield Problem(path, "parameter_refused", params)


def _unfit(field: Field, value: Any) -> str:
    """Return why a field never has such a value; "" when it may."""
    said = {"value": str(value)[:50]}
    family = field.type.family
    try:
        if family == Family.NUMBER:
            number(value)
        if family in {Family.DATE, Family.MOMENT}:
            day_or_moment(value, timezone.get_default_timezone())
    except LanguageRefused as refusal:
        return str(refusal.message)
    if family == Family.FLAG and flag(value) is None:
        return _("“%(value)s” is neither yes nor no.") % said
    if family == Family.REFERENCE:
        if not str(value).isdecimal() or len(str(value)) > 18:
            return _("“%(value)s” is no id. Choose from the list, or enter a number.") % said
        if field.type.kind == "user" and not User.objects.filter(pk=int(value)).exists():
            return _("There is nobody with the number %(value)s.") % said
    return ""


def _stages(
    row: Mapping[str, Any], operator: Operator, path: str, asked: _Asked
) -> Iterator[Problem]:
    if operator not in _EQUAL:
        return
    pipelines = asked.type_schema.pipelines
    known = {stage.code for each in pipelines for stage in each.all_stages}
    for value in _written_out(row.get("value"), operator):
        if value not in known:
            yield Problem(f"{path}.value", "reference_unknown", {"name": str(value)[:50]})
