"""Conditions of rules as rows of controls: field, comparison, value; all or any of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from automation.engine.condition_rows import ALONE, Operator
from automation.engine.conditions import Joiner
from automation.engine.scope import Source
from crm.web.rule_widgets import shown_value, typed_value

Rows = list[tuple[str, str, str]]


def shown_rows(condition: Sequence[Any]) -> tuple[Rows, Joiner] | None:
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
            shown_value(each.get("value")),
        )
        for each in condition
    ]
    return rows, Joiner(joiners.pop() if joiners else Joiner.AND)


def typed_rows(rows: Sequence[Sequence[str]], joiner: str) -> tuple[dict[str, Any], ...]:
    """Return the condition that rows of controls say."""
    found: list[dict[str, Any]] = []
    for field, operator, value in rows:
        row = {"object": str(Source.DOCUMENT), "field": field, "operator": operator or "eq"}
        if operator not in ALONE:
            row["value"] = typed_value(value)
        found.append(row | ({"joiner": joiner} if found else {}))
    return tuple(found)
