"""Conditions of rules in words: "Amount is more than 100", with the value a record had."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_date
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.models import User
from automation.engine.condition_rows import ALONE, Operator
from automation.engine.scope import Source
from crm.templatetags.crm_format import exact_moment
from smart_processes.field_types.date import DAY_PATTERN
from smart_processes.fields import Field
from smart_processes.locales import active_locale
from smart_processes.schema import TypeSchema

OPERATORS: Mapping[Operator, StrOrPromise] = {
    Operator.EQ: pgettext_lazy("comparison", "is"),
    Operator.NE: pgettext_lazy("comparison", "is not"),
    Operator.GT: pgettext_lazy("comparison", "is more than"),
    Operator.GTE: pgettext_lazy("comparison", "is at least"),
    Operator.LT: pgettext_lazy("comparison", "is less than"),
    Operator.LTE: pgettext_lazy("comparison", "is at most"),
    Operator.IN: pgettext_lazy("comparison", "is one of"),
    Operator.NOT_IN: pgettext_lazy("comparison", "is none of"),
    Operator.CONTAINS: pgettext_lazy("comparison", "contains"),
    Operator.NOT_CONTAINS: pgettext_lazy("comparison", "does not contain"),
    Operator.STARTS_WITH: pgettext_lazy("comparison", "begins with"),
    Operator.MATCHES: pgettext_lazy("comparison", "matches"),
    Operator.BETWEEN: pgettext_lazy("comparison", "is between"),
    Operator.EMPTY: pgettext_lazy("comparison", "is empty"),
    Operator.NOT_EMPTY: pgettext_lazy("comparison", "is filled in"),
    Operator.CHANGED: pgettext_lazy("comparison", "has changed"),
}

_CODES = frozenset(map(str, Operator))


@dataclass(frozen=True)
class RowWords:
    """One row of a condition as it is drawn.

    Attributes:
        label: What it asks for.
        left: The value it had, in words; empty for an empty one.
        field_code: The record's field it is about, where it is about one.
    """

    label: str
    truth: bool
    left: str = ""
    problem: str = ""
    field_code: str = ""


def decided_rows(
    rows: Iterable[Mapping[str, Any]], type_schema: TypeSchema | None
) -> list[RowWords]:
    """Return rows as journals and decisions keep them, in words (one query for names at most).

    Args:
        rows: `{"text" or "row": "Document:amount gt 100", "truth", "left", "right", "problem"}`.
        type_schema: Of the record they were judged for.
    """
    found = []
    for row in rows:
        text = str(row.get("text") or row.get("row") or "")
        name, _space, rest = text.partition(" ")
        code, _space, _value = rest.partition(" ")
        field = _field(name, type_schema)
        operator = Operator(code) if code in _CODES else None
        label = _row_label(name, operator, row.get("right"), field) if operator else text
        found.append(
            RowWords(
                label=label,
                truth=bool(row.get("truth")),
                left=value_words(row.get("left"), field),
                problem=str(row.get("problem") or ""),
                field_code=field.code if field else "",
            )
        )
    return found


def condition_words(condition: Sequence[Any], type_schema: TypeSchema) -> str:
    """Return a condition for a card: its first row, and how many follow; "" for none."""
    rows = list(_flat(condition))
    if not rows:
        return ""
    first, further = rows[0], len(rows) - 1
    source = first.get("object", Source.DOCUMENT)
    field = _field(f"{source}:{first.get('field', '')}", type_schema)
    operator = Operator(str(first.get("operator", "eq")))
    name = f"{source}:{first.get('field', '')}"
    label = _row_label(name, operator, first.get("value"), field)
    if not further:
        return _("If %(condition)s") % {"condition": label}
    words = ngettext(
        "If %(condition)s, and %(count)d more", "If %(condition)s, and %(count)d more", further
    )
    return words % {"condition": label, "count": further}


def _flat(entries: Sequence[Any]) -> Iterable[Mapping[str, Any]]:
    for entry in entries:
        if "group" in entry:
            yield from _flat(entry["group"])
        else:
            yield entry


def _row_label(name: str, operator: Operator, value: Any, field: Field | None) -> str:
    left = str(field.label) if field else name.partition(":")[2] or name
    words = str(OPERATORS[operator])
    if operator in ALONE or operator == Operator.CHANGED:
        return f"{left} {words}"
    return f"{left} {words} {value_words(value, field) or '“”'}"


def _field(name: str, type_schema: TypeSchema | None) -> Field | None:
    source, _colon, path = name.partition(":")
    if type_schema is None or source != Source.DOCUMENT:
        return None
    code = path.partition(".")[0]
    return type_schema.fields.get(code) or type_schema.fields.get(code.lower())


def value_words(value: Any, field: Field | None) -> str:
    """Return a value as journals keep it as people read it; of no field as it stands."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, list):
        return ", ".join(value_words(each, field) for each in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _of_field(value, field) if field is not None else str(value)


def _of_field(value: Any, field: Field) -> str:
    """Return a value of a field as people know it; what is none (an expression) as it is."""
    kind = field.type.kind
    if kind == "choice":
        labels = {option.code: str(option.label) for option in field.options}
        return labels.get(str(value), str(value))
    if kind == "user" and str(value).isdecimal():
        user = User.objects.filter(pk=int(value)).first()
        return user.full_name if user else str(value)
    if kind in {"date", "datetime"}:
        return _day_words(str(value), kind)
    return str(value).replace("|", " ") if kind == "money" else str(value)


def _day_words(text: str, kind: str) -> str:
    """Return a day or a moment as it is written everywhere."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    if kind == "date":
        return format_date(at.date(), DAY_PATTERN, locale=active_locale())
    return exact_moment(at if at.tzinfo else timezone.make_aware(at))
