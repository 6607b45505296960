"""Proposing a mapping: columns matched by code, label and what they are usually called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from smart_processes.field_types.base import Family
from smart_processes.field_types.date import DAY_FIRST, MONTH_FIRST
from smart_processes.fields import Field
from smart_processes.imports.mapping import FIRST_NAME, FULL_NAME, ImportMapping, Rule
from smart_processes.imports.rows import Cell, Row, Table, cell_text
from smart_processes.imports.synonyms import TITLES, USUAL, names
from smart_processes.imports.targets import targets_of
from smart_processes.schema import TypeSchema

# Rows that are looked at for how days are written.
SAMPLE = 1000

_DAY = re.compile(r"\s*([0-9]{1,2})[/.-]([0-9]{1,2})[/.-][0-9]{2,4}\b")


def propose(table: Table, type_schema: TypeSchema, sample: Sequence[Row]) -> ImportMapping:
    """Return a mapping of the columns whose meaning is clear; the others are left out.

    Args:
        table: The file.
        type_schema: What its rows shall become.
        sample: The first rows, for how days are written.
    """
    targets = targets_of(type_schema)
    known = dict(_names(targets, type_schema))
    rules: list[Rule] = []
    taken: set[str] = set()
    for place, heading in enumerate(table.headings):
        to = known.get(folded(heading))
        if to is None:
            continue
        field = targets[to]
        if to in taken and not (field and field.is_multiple):
            continue
        if to == FULL_NAME and FIRST_NAME in taken:
            continue
        taken.add(to)
        cells = [row.cells[place] for row in sample]
        rules.append(Rule(to=to, column=heading, settings=usual_settings(field, cells)))
    return ImportMapping(rules=tuple(rules), type=type_schema.code, layout=table.layout)


def usual_settings(field: Field | None, cells: Sequence[Cell]) -> Mapping[str, str]:
    """Return how the days of a column are written, where the values tell."""
    if field is None or field.type.family not in {Family.DATE, Family.MOMENT}:
        return {}
    order = date_order(cells)
    return {"date_order": order} if order else {}


def date_order(cells: Sequence[Cell]) -> str:
    """Return what comes first in days like 25/04/2026; empty where they leave it open."""
    found = [match for cell in cells if (match := _DAY.match(cell_text(cell)))]
    if any(int(match[1]) > 12 for match in found):
        return DAY_FIRST
    return MONTH_FIRST if any(int(match[2]) > 12 for match in found) else ""


def folded(heading: str) -> str:
    """Return a heading as headings are compared: words in small letters."""
    return " ".join(re.findall(r"\w+", heading.replace("_", " ").casefold()))


def _names(
    targets: Mapping[str, Field | None], type_schema: TypeSchema
) -> Iterator[tuple[str, str]]:
    """Yield what a column may be called and where it then goes; what comes later wins."""
    for code in targets:
        for name in names(USUAL, code):
            yield folded(name), code
    if FULL_NAME in targets:
        # Where people have two names, "Name" is both of them and no title.
        for name in names(USUAL, FULL_NAME):
            yield folded(name), FULL_NAME
    else:
        for name in names(TITLES, type_schema.code):
            yield folded(name), "title"
    for code, field in targets.items():
        if field is not None:
            yield folded(str(field.label)), code
        yield folded(code), code
