"""Conditions on one record: rows that must all hold.

A row is `{"field": code, "operator": code, "value": raw}`. Values are compared by the
field's kind, never as text; text is compared without case. What a row cannot be
understood for (an unknown field, a retired person's name misspelt) makes it false, and
`check` says so where conditions are entered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from smart_processes.field_types.base import Family, Names, ValueRefused
from smart_processes.fields import Field
from smart_processes.lookups import Lookups
from smart_processes.models import Item
from smart_processes.periods import PERIODS

LONGEST_PATTERN = 200  # characters
_TODAY = re.compile(r"today(?:([+-])([0-9]{1,4}))?")  # today, today+7, today-30


class Operator(StrEnum):
    """How a row compares."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    AFTER = "after"
    BEFORE = "before"
    BETWEEN = "between"
    WITHIN = "within"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    MATCHES = "matches"
    CONTAINS_ANY = "contains_any"
    CONTAINS_ALL = "contains_all"
    EMPTY = "empty"
    NOT_EMPTY = "not_empty"


# "%(field)s" is the field's name, "%(value)s" what is asked for.
_SENTENCES: Mapping[Operator, StrOrPromise] = {
    Operator.EQ: gettext_lazy("“%(field)s” must be %(value)s"),
    Operator.NE: gettext_lazy("“%(field)s” must not be %(value)s"),
    Operator.GT: gettext_lazy("“%(field)s” must be more than %(value)s"),
    Operator.GTE: gettext_lazy("“%(field)s” must be at least %(value)s"),
    Operator.LT: gettext_lazy("“%(field)s” must be less than %(value)s"),
    Operator.LTE: gettext_lazy("“%(field)s” must be at most %(value)s"),
    Operator.AFTER: gettext_lazy("“%(field)s” must be after %(value)s"),
    Operator.BEFORE: gettext_lazy("“%(field)s” must be before %(value)s"),
    Operator.BETWEEN: gettext_lazy("“%(field)s” must be between %(value)s"),
    Operator.WITHIN: gettext_lazy("“%(field)s” must fall into: %(value)s"),
    Operator.IN: gettext_lazy("“%(field)s” must be one of: %(value)s"),
    Operator.NOT_IN: gettext_lazy("“%(field)s” must be none of: %(value)s"),
    Operator.CONTAINS: gettext_lazy("“%(field)s” must contain %(value)s"),
    Operator.NOT_CONTAINS: gettext_lazy("“%(field)s” must not contain %(value)s"),
    Operator.STARTS_WITH: gettext_lazy("“%(field)s” must start with %(value)s"),
    Operator.MATCHES: gettext_lazy("“%(field)s” must look like %(value)s"),
    Operator.CONTAINS_ANY: gettext_lazy("“%(field)s” must hold any of: %(value)s"),
    Operator.CONTAINS_ALL: gettext_lazy("“%(field)s” must hold all of: %(value)s"),
    Operator.EMPTY: gettext_lazy("“%(field)s” must be empty"),
    Operator.NOT_EMPTY: gettext_lazy("“%(field)s” must be filled in"),
}

_ALWAYS = (Operator.EMPTY, Operator.NOT_EMPTY)
_EQUAL = (Operator.EQ, Operator.NE, Operator.IN, Operator.NOT_IN)
_ORDER = (Operator.GT, Operator.GTE, Operator.LT, Operator.LTE, Operator.BETWEEN)
_TIME = (
    *(Operator.EQ, Operator.NE, Operator.AFTER, Operator.BEFORE),
    *(Operator.GTE, Operator.LTE, Operator.BETWEEN, Operator.WITHIN),
)
_TEXT = (*(Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.STARTS_WITH, Operator.MATCHES),)
_OPERATORS: Mapping[Family, tuple[Operator, ...]] = {
    Family.TEXT: (*_EQUAL, *_TEXT),
    Family.NUMBER: (*_EQUAL, *_ORDER),
    Family.DATE: _TIME,
    Family.MOMENT: _TIME,
    Family.FLAG: (Operator.EQ,),
    Family.CHOICE: _EQUAL,
    Family.REFERENCE: _EQUAL,
    Family.FILE: (),
}
_OF_SEVERAL = (Operator.EQ, Operator.NE, Operator.CONTAINS_ANY, Operator.CONTAINS_ALL)
_TAKES_LIST = frozenset(
    {Operator.IN, Operator.NOT_IN, Operator.CONTAINS_ANY, Operator.CONTAINS_ALL, Operator.BETWEEN}
)
_TAKES_TEXT = frozenset(_TEXT)


@dataclass(frozen=True)
class RowResult:
    """What became of one row.

    Attributes:
        row: The row as it was given.
        holds: Whether it is true for the record.
        actual: The record's value in JSON form, None when empty or unknown.
        sentence: What the row asks for, without a full stop.
    """

    row: Mapping[str, Any]
    holds: bool
    actual: Any
    sentence: str


def operators_for(field: Field) -> tuple[Operator, ...]:
    """Return the operators that make sense for a field."""
    if field.type.family == Family.FILE:
        return _ALWAYS
    if field.is_multiple:
        return (*_OF_SEVERAL, *_ALWAYS)
    return (*_OPERATORS[field.type.family], *_ALWAYS)


def evaluate(
    rows: Iterable[Mapping[str, Any]], record: Item, fields: Mapping[str, Field]
) -> list[RowResult]:
    """Return what each row says about a record; all must hold.

    Asks the database only where a row names a person by name or a record by title.
    """
    lookups = Lookups()
    return [_evaluate(row, record, fields, lookups) for row in rows]


def check(rows: Any, fields: Mapping[str, Field]) -> list[str]:
    """Return a sentence for each row that is wrong; none when all are right."""
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return [_("Conditions are a list of rows.")]
    lookups = Lookups()
    sentences: list[str] = []
    for number, row in enumerate(rows, start=1):
        try:
            _parse(row, fields, lookups)
        except ValueRefused as wrong:
            sentences.append(
                _("Condition %(number)d: %(reason)s") % {"number": number, "reason": wrong.message}
            )
    return sentences


# A range is the first and last comparable value that one raw value stands for.
_Range = tuple[Any, Any]


@dataclass(frozen=True)
class _Row:
    field: Field
    operator: Operator
    wanted: list[_Range]


def _parse(row: Any, fields: Mapping[str, Field], lookups: Lookups) -> _Row:
    if not isinstance(row, Mapping):
        raise ValueRefused(_("A condition has a field, an operator and a value."))
    if unknown := row.keys() - {"field", "operator", "value"}:
        raise ValueRefused(
            _("A condition has no part “%(part)s”.") % {"part": min(map(str, unknown))}
        )
    field = fields.get(str(row.get("field")))
    if field is None:
        raise ValueRefused(_("There is no field “%(code)s”.") % {"code": row.get("field")})
    code = row.get("operator")
    operator = next((each for each in operators_for(field) if each == code), None)
    if operator is None:
        raise ValueRefused(
            _("“%(field)s” cannot be compared by “%(operator)s”.")
            % {"field": field.label, "operator": code}
        )
    return _Row(field, operator, _wanted(field, operator, row.get("value"), lookups))


def _wanted(field: Field, operator: Operator, raw: Any, lookups: Lookups) -> list[_Range]:
    if operator in _ALWAYS:
        return []
    if raw in (None, "", []):
        raise ValueRefused(_("“%(field)s” is compared with nothing.") % {"field": field.label})
    if operator == Operator.WITHIN:
        return [_period(field, raw)]
    takes_list = operator in _TAKES_LIST or field.is_multiple
    parts = raw if takes_list and isinstance(raw, list | tuple) else [raw]
    if operator == Operator.BETWEEN and len(parts) != 2:
        raise ValueRefused(_("“Between” needs two values."))
    if operator in _TAKES_TEXT:
        text = str(raw).casefold()[:LONGEST_PATTERN]
        return [(text, text)]
    return [_range(field, part, lookups) for part in parts]


def _period(field: Field, raw: Any) -> _Range:
    period = PERIODS.get(str(raw))
    if period is None:
        raise ValueRefused(_("There is no period “%(code)s”.") % {"code": raw})
    first, last = period.days(timezone.localdate())
    lookups = Lookups()
    return _range(field, first, lookups)[0], _range(field, last, lookups)[1]


def _range(field: Field, raw: Any, lookups: Lookups) -> _Range:
    first, last = field.type.parse_range(_day(field, raw), field, lookups)
    return _comparable(field, first), _comparable(field, last)


def _day(field: Field, raw: Any) -> Any:
    """Return the day that "today+7" means, in fields of days and moments."""
    if field.type.family not in {Family.DATE, Family.MOMENT} or not isinstance(raw, str):
        return raw
    moved = _TODAY.fullmatch(raw.strip())
    if moved is None:
        return raw
    days = int(moved[2] or 0) * (-1 if moved[1] == "-" else 1)
    return timezone.localdate() + timedelta(days=days)


def _comparable(field: Field, value: Any) -> Any:
    comparable = field.storage.comparable(value, field)
    return comparable.casefold() if isinstance(comparable, str) else comparable


def _evaluate(
    row: Mapping[str, Any], record: Item, fields: Mapping[str, Field], lookups: Lookups
) -> RowResult:
    try:
        parsed = _parse(row, fields, lookups)
    except ValueRefused as wrong:
        return RowResult(row, holds=False, actual=None, sentence=wrong.message.rstrip("."))
    field = parsed.field
    have = [
        each.casefold() if isinstance(each, str) else each
        for each in field.storage.comparable_of(record, field)
    ]
    return RowResult(
        row,
        holds=_holds(parsed, have),
        actual=field.to_json(field.read(record)),
        sentence=str(_SENTENCES[parsed.operator])
        % {"field": field.label, "value": _said(parsed, row.get("value"), lookups)},
    )


def _holds(row: _Row, have: list[Any]) -> bool:
    if row.operator in _ALWAYS:
        return bool(have) == (row.operator == Operator.NOT_EMPTY)
    if row.operator in {Operator.NE, Operator.NOT_IN, Operator.NOT_CONTAINS}:
        opposite = {
            Operator.NE: Operator.EQ,
            Operator.NOT_IN: Operator.IN,
            Operator.NOT_CONTAINS: Operator.CONTAINS,
        }
        return not _holds(_Row(row.field, opposite[row.operator], row.wanted), have)
    if row.field.is_multiple:
        held, wanted = set(have), {first for first, _last in row.wanted}
        if row.operator == Operator.CONTAINS_ANY:
            return bool(held & wanted)
        return held == wanted if row.operator == Operator.EQ else wanted <= held
    return bool(have) and _TESTS[row.operator](have[0], row.wanted)


_TESTS: Mapping[Operator, Callable[[Any, list[_Range]], bool]] = {
    Operator.EQ: lambda have, wanted: wanted[0][0] <= have <= wanted[0][1],
    Operator.GT: lambda have, wanted: have > wanted[0][1],
    Operator.AFTER: lambda have, wanted: have > wanted[0][1],
    Operator.GTE: lambda have, wanted: have >= wanted[0][0],
    Operator.LT: lambda have, wanted: have < wanted[0][0],
    Operator.BEFORE: lambda have, wanted: have < wanted[0][0],
    Operator.LTE: lambda have, wanted: have <= wanted[0][1],
    Operator.BETWEEN: lambda have, wanted: wanted[0][0] <= have <= wanted[1][1],
    Operator.WITHIN: lambda have, wanted: wanted[0][0] <= have <= wanted[0][1],
    Operator.IN: lambda have, wanted: any(first <= have <= last for first, last in wanted),
    Operator.CONTAINS: lambda have, wanted: wanted[0][0] in have,
    Operator.STARTS_WITH: lambda have, wanted: have.startswith(wanted[0][0]),
    # * and ?, not regular expressions: a hostile one would hang the move.
    Operator.MATCHES: lambda have, wanted: fnmatchcase(have, wanted[0][0]),
}


def _said(row: _Row, raw: Any, lookups: Lookups) -> str:
    """Return what the row compares with as people read it."""
    if row.operator == Operator.WITHIN:
        return str(PERIODS[str(raw)].label)
    parts = raw if isinstance(raw, list | tuple) else [raw]
    if row.operator in _TAKES_TEXT or row.field.type.family == Family.REFERENCE:
        return ", ".join(_("“%(text)s”") % {"text": part} for part in parts)
    values = [
        row.field.type.parse_wanted(_day(row.field, part), row.field, lookups)
        for part in parts
        if part is not None
    ]
    texts = [row.field.type.text(value, row.field, Names()) for value in values]
    return " – ".join(texts) if row.operator == Operator.BETWEEN else ", ".join(texts)
