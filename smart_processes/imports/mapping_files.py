"""Mappings as YAML files and as plain data; `mapping.schema.json` says what they look like."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from smart_processes.imports.mapping import ImportMapping, LinkRule, Missing, OnExisting, Rule
from smart_processes.imports.refusals import MappingRefused
from smart_processes.imports.rows import Layout
from smart_processes.solutions.document import Document, SolutionRefused, read, write
from smart_processes.solutions.validation import check

VERSION = 1
SETTINGS = ("date_format", "date_order", "decimal_mark", "currency", "region")


def read_mapping(text: str | bytes) -> ImportMapping:
    """Return the mapping that a YAML file holds.

    Raises:
        MappingRefused: no YAML, or not as the schema says; each problem with its line.
    """
    try:
        document = read(text)
    except SolutionRefused as refusal:
        raise MappingRefused(str(problem) for problem in refusal.problems) from refusal
    return _from(document)


def from_content(content: Mapping[str, Any]) -> ImportMapping:
    """Return the mapping of plain data, as a job keeps it.

    Raises:
        MappingRefused: it is not as the schema says.
    """
    return _from(Document(content))


def write_mapping(mapping: ImportMapping) -> str:
    """Return a mapping as YAML."""
    return write(to_content(mapping))


def to_content(mapping: ImportMapping) -> dict[str, Any]:
    """Return a mapping as plain data, only with what differs from the usual."""
    layout = mapping.layout
    file = {
        "encoding": layout.encoding,
        "delimiter": layout.delimiter,
        "sheet": layout.sheet,
        "heading_row": layout.heading_row if layout.heading_row != 1 else None,
    }
    columns: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    for rule in mapping.rules:
        details = _details(rule)
        if rule.column and rule.column not in columns:
            columns[rule.column] = {"to": rule.to, **details} if details else rule.to
        else:
            fields[rule.to] = _source(rule) | details
    content = {
        "import": VERSION,
        "type": mapping.type,
        "file": {name: value for name, value in file.items() if value},
        "key": list(mapping.key) if len(mapping.key) != 1 else mapping.key[0],
        "existing": str(mapping.existing),
        "columns": columns,
        "fields": fields,
        "ignore": list(mapping.ignored),
    }
    return {name: value for name, value in content.items() if value}


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """Return the JSON Schema of mappings."""
    path = Path(__file__).with_name("mapping.schema.json")
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _from(document: Document) -> ImportMapping:
    try:
        check(document, schema())
    except SolutionRefused as refusal:
        raise MappingRefused(str(problem) for problem in refusal.problems) from refusal
    content = document.content
    problems = [
        _("“%(field)s” needs one source: a column, a template, a path or a constant.")
        % {"field": to}
        for to, rule in content.get("fields", {}).items()
        if len({"column", "template", "path", "constant"} & rule.keys()) != 1
    ]
    if problems:
        raise MappingRefused(problems)
    key = content.get("key", [])
    return ImportMapping(
        rules=tuple(_rules(content)),
        type=content.get("type", ""),
        key=(key,) if isinstance(key, str) else tuple(key),
        existing=OnExisting(content.get("existing", OnExisting.UPDATE)),
        ignored=tuple(content.get("ignore", ())),
        layout=Layout(**content.get("file", {})),
    )


def _rules(content: Mapping[str, Any]) -> Iterator[Rule]:
    for heading, given in content.get("columns", {}).items():
        details = {"to": given} if isinstance(given, str) else given
        yield _rule(details["to"], details, column=heading)
    for to, details in content.get("fields", {}).items():
        yield _rule(to, details, column=details.get("column", ""))


def _rule(to: str, details: Mapping[str, Any], *, column: str) -> Rule:
    link = details.get("link")
    return Rule(
        to=to,
        column=column,
        template=details.get("template", ""),
        path=tuple(details.get("path", ())),
        constant=details.get("constant"),
        values=dict(details.get("values", {})),
        settings={name: details[name] for name in SETTINGS if name in details},
        link=None
        if link is None
        else LinkRule(
            by=link.get("by", ""),
            type=link.get("type", ""),
            missing=Missing(link.get("missing", Missing.REFUSE)),
        ),
    )


def _source(rule: Rule) -> dict[str, Any]:
    if rule.column:
        return {"column": rule.column}
    if rule.template:
        return {"template": rule.template}
    return {"path": list(rule.path)} if rule.path else {"constant": rule.constant}


def _details(rule: Rule) -> dict[str, Any]:
    details: dict[str, Any] = dict(rule.settings)
    if rule.values:
        details["values"] = dict(rule.values)
    if rule.link:
        link = {"type": rule.link.type, "by": rule.link.by, "missing": str(rule.link.missing)}
        details["link"] = {name: value for name, value in link.items() if value}
    return details
