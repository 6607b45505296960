"""The mapping as the form of the wizard says it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from smart_processes.imports.mapping import (
    ImportMapping,
    LinkRule,
    Missing,
    OnExisting,
    Rule,
)
from smart_processes.imports.mapping_files import from_content, to_content
from smart_processes.imports.matching import usual_settings
from smart_processes.imports.refusals import MappingRefused
from smart_processes.imports.rows import Layout, Row
from smart_processes.imports.targets import targets_of
from smart_processes.schema import TypeSchema

# The whole mapping rides along in the form: selects change parts of it, the rest stays.
CONTENT = "mapping"
ADDED = "add"
# What a select sends for "this value means nothing".
EMPTY = "-"

_VALUE = re.compile(r"text-([0-9]{1,4})-([0-9]{1,4})")


def content_text(mapping: ImportMapping) -> str:
    """Return a mapping as the form's hidden input holds it."""
    return json.dumps(to_content(mapping), ensure_ascii=False)


def read_content(data: Mapping[str, str]) -> ImportMapping:
    """Return the mapping that the form was drawn with.

    Raises:
        MappingRefused: somebody changed it by hand.
    """
    try:
        content = json.loads(data.get(CONTENT) or "{}")
    except ValueError as wrong:
        raise MappingRefused([_("The form is damaged. Load the page again.")]) from wrong
    if not isinstance(content, dict):
        raise MappingRefused([_("The form is damaged. Load the page again.")])
    return from_content(content)


def read_layout(data: Mapping[str, str], known: Layout) -> Layout:
    """Return how the file is to be read, with what the form says differently."""
    heading = data.get("heading_row", "")
    return Layout(
        encoding=data.get("encoding") or known.encoding,
        delimiter=data.get("delimiter") or known.delimiter,
        sheet=data.get("sheet") or known.sheet,
        heading_row=int(heading) if heading.isdecimal() and 0 < int(heading) <= 100 else 1,
    )


def read_mapping_form(
    data: Mapping[str, str],
    known: ImportMapping,
    headings: Sequence[str],
    type_schema: TypeSchema,
    sample: Sequence[Row],
) -> ImportMapping:
    """Return the mapping with what the selects say.

    Args:
        data: The form.
        known: The mapping the form was drawn with: details of columns that still go to the
            same field are kept.
        headings: The file's columns.
        type_schema: What rows become.
        sample: The first rows, by which days are read where a column goes to a new field.
    """
    by_column = {rule.column: rule for rule in known.rules if rule.column}
    rules: list[Rule] = []
    for place, heading in enumerate(headings):
        to = data.get(f"to-{place}", "")
        if not to:
            continue
        rule = by_column.get(heading)
        if rule is None or rule.to != to:
            field = targets_of(type_schema).get(to)
            cells = [row.cells[place] for row in sample]
            rule = Rule(to=to, column=heading, settings=usual_settings(field, cells))
        rules.append(_with_details(rule, data, place))
    filled = {rule.to for rule in rules}
    rules += [
        replace(rule, constant=data.get(f"fixed-{rule.to}", rule.constant))
        for rule in known.rules
        if not rule.column and rule.to not in filled and f"drop-{rule.to}" not in data
    ]
    added = data.get(ADDED, "")
    if added and added not in {rule.to for rule in rules}:
        rules.append(Rule(to=added, constant=""))
    key = data.get("key", "")
    existing = data.get("existing", "")
    return replace(
        known,
        type=type_schema.code,
        rules=tuple(rules),
        key=tuple(key.split(",")) if key else (),
        existing=OnExisting(existing) if existing in set(OnExisting) else known.existing,
        ignored=(),
    )


def read_values(
    data: Mapping[str, str], mapping: ImportMapping, headings: Sequence[str]
) -> ImportMapping:
    """Return the mapping with the meanings of single values that the form says.

    `value-<column>-<n>` is what `text-<column>-<n>` means; nothing takes a meaning away.
    """
    meant: dict[str, dict[str, Any]] = {}
    for name, text in data.items():
        found = _VALUE.fullmatch(name)
        if found is None or int(found[1]) >= len(headings):
            continue
        value = data.get(f"value-{found[1]}-{found[2]}", "")
        meant.setdefault(headings[int(found[1])], {})[text] = None if value == EMPTY else value

    def changed(rule: Rule) -> Rule:
        given = meant.get(rule.column)
        if given is None:
            return rule
        values = {**rule.values, **given}
        return replace(rule, values={text: one for text, one in values.items() if one != ""})

    return replace(mapping, rules=tuple(changed(rule) for rule in mapping.rules))


def _with_details(rule: Rule, data: Mapping[str, str], place: int) -> Rule:
    settings = dict(rule.settings)
    for name in ("date_order", "decimal_mark"):
        chosen = data.get(f"{name}-{place}")
        if chosen is not None:
            settings.pop(name, None)
            if chosen:
                settings[name] = chosen
    missing = data.get(f"missing-{place}", "")
    link = rule.link
    if missing in set(Missing):
        link = replace(link or LinkRule(), missing=Missing(missing))
    return replace(rule, settings=settings, link=link)
