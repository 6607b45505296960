"""Conditions of rules as rows of controls: field, comparison, value; all or any of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from automation.engine.condition_rows import ALONE, Operator
from automation.engine.conditions import Joiner
from automation.engine.scope import Source
from crm.web.rule_params import RuleChoices
from crm.web.rule_widgets import shown_value, typed_value

Rows = list[tuple[str, str, str]]
_SEVERAL = frozenset({Operator.IN, Operator.NOT_IN})


def shown_rows(condition: Sequence[Any], choices: RuleChoices) -> tuple[Rows, Joiner] | None:
    """Return a condition as rows and what joins them; None when rows cannot say it.

    Groups, mixed joiners and sources other than the record are written as JSON.
    """
    joiners = {entry.get("joiner", Joiner.AND) for entry in condition[1:] if "group" not in entry}
    plain = all(
        "group" not in entry and entry.get("object") == Source.DOCUMENT for entry in condition
    )
    if not plain or len(joiners) > 1:
        return None
    rows = [
        (
            str(each.get("field", "")),
            str(Operator(each["operator"])),
            _shown(each.get("value"), _names(str(each.get("field", "")), choices)),
        )
        for each in condition
    ]
    return rows, Joiner(joiners.pop() if joiners else Joiner.AND)


def typed_rows(
    rows: Sequence[Sequence[str]], joiner: str, choices: RuleChoices
) -> tuple[dict[str, Any], ...]:
    """Return the condition that rows of controls say."""
    found: list[dict[str, Any]] = []
    for field, operator, value in rows:
        row = {"object": str(Source.DOCUMENT), "field": field, "operator": operator or "eq"}
        if operator not in ALONE:
            names = {name.casefold(): code for code, name in _names(field, choices).items()}
            row["value"] = _typed(value, is_list=operator in _SEVERAL, codes=names)
        found.append(row | ({"joiner": joiner} if found else {}))
    return tuple(found)


def _names(field_code: str, choices: RuleChoices) -> dict[str, str]:
    """Return what people call the values that programs know by a code or an id."""
    field = choices.type_schema.fields.get(field_code)
    if field is not None and field.type.kind == "choice":
        return {option.code: str(option.label) for option in field.options}
    if field is not None and field.type.kind == "user":
        return dict(choices.users)
    return {}


def _shown(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, list) and all(isinstance(each, str | int) for each in value):
        texts = [names.get(str(each), str(each)) for each in value]
        if not any("," in each for each in texts):
            return ", ".join(texts)
    return names.get(str(value), shown_value(value))


def _typed(text: str, *, is_list: bool, codes: Mapping[str, str]) -> Any:
    value = typed_value(text)
    if is_list and isinstance(value, str):
        value = [part for each in value.split(",") if (part := each.strip())]
    if isinstance(value, list):
        return [codes.get(str(each).casefold(), each) for each in value]
    return codes.get(str(value).strip().casefold(), value)
