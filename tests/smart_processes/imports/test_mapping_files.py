"""Mappings in YAML: read, refused with the line, written as they were read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from smart_processes.imports.mapping import LinkRule, Missing, OnExisting, filled_in
from smart_processes.imports.mapping_files import (
    from_content,
    read_mapping,
    schema,
    to_content,
    write_mapping,
)
from smart_processes.imports.refusals import MappingRefused

WHOLE = """
import: 1
type: deal
file: {encoding: cp1251, delimiter: ";", heading_row: 2}
key: [external_id, title]
existing: fill
columns:
  No: external_id
  Product: {to: product, values: {GTXPro: GTX Pro, n/a: null, 500: GTK 500}}
  Firm: {to: company, link: {type: company, by: title, missing: create}}
  Day: {to: begins_on, date_format: "%d.%m.%Y"}
fields:
  title: {template: "{Product}, {Firm}"}
  amount: {column: No, decimal_mark: ","}
  source: {constant: Fair}
ignore: [Notes]
"""


def test_a_mapping_is_read_with_all_its_parts():
    mapping = read_mapping(WHOLE)

    rules = {rule.to: rule for rule in mapping.rules}
    assert mapping.type == "deal"
    assert (mapping.layout.encoding, mapping.layout.delimiter) == ("cp1251", ";")
    assert (mapping.key, mapping.existing) == (("external_id", "title"), OnExisting.FILL)
    assert rules["product"].values == {"GTXPro": "GTX Pro", "n/a": None, "500": "GTK 500"}
    assert rules["company"].link == LinkRule("title", "company", Missing.CREATE)
    assert rules["begins_on"].settings == {"date_format": "%d.%m.%Y"}
    assert rules["title"].columns == ("Product", "Firm")
    assert mapping.columns == {"No", "Product", "Firm", "Day"}
    assert mapping.ignored == ("Notes",)


def test_what_is_written_is_read_again():
    mapping = read_mapping(WHOLE)

    assert read_mapping(write_mapping(mapping)) == mapping
    assert from_content(json.loads(json.dumps(to_content(mapping)))) == mapping


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("import: 2\n", "line 1"),
        ("columns: {a: title}\n", "import"),
        ("import: 1\ncolumns:\n  a: {too: title}\n", "line 3"),
        ("import: 1\ncolumns:\n  a: {to: title, date_order: sideways}\n", "line 3.*sideways"),
        ("import: 1\nexisting: overwrite\n", "line 2.*overwrite"),
        ("import: 1\nfields:\n  title: {}\n", "“title” needs one source"),
        ("import: 1\nfields:\n  title: {constant: a, column: b}\n", "“title” needs one source"),
        ("import: 1\ncolumns: &a {x: *a}\n", "line 2"),
        ("import: 1\ncolumns: {a: b, a: c}\n", "“a”"),
        ("[", "YAML"),
        ("!!python/object:os.system {}", "no"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, sentence: str):
    with pytest.raises(MappingRefused, match=f"(?s){sentence}"):
        read_mapping(text)


def test_the_schema_is_one():
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{first} {last}", "Ann Lee"),
        ("{first}, {none}", "Ann"),
        ("{none} / {last}", "Lee"),
        ("{none}{none}", ""),
        ("Deal of {none}", ""),
        ("{first} {first.__class__}", "Ann"),
        ("no column", "no column"),
    ],
)
def test_templates_leave_no_dangling_signs(template: str, expected: str):
    assert filled_in(template, {"first": " Ann ", "last": "Lee", "none": ""}) == expected


def test_the_documentation_names_every_part_of_the_schema():
    text = (Path(__file__).parents[3] / "docs" / "import.md").read_text(encoding="utf-8")

    names = {*schema()["properties"]}
    for part in ("columns", "fields"):
        names |= schema()["properties"][part]["additionalProperties"]["properties"].keys()
    names |= schema()["$defs"]["link"]["properties"].keys()
    names |= schema()["properties"]["file"]["properties"].keys()
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []
