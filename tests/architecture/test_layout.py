"""Rules about files that no linter knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source_files import APPS, PACKAGES, files, name

LONGEST_FILE = 400  # lines; more is not read in one sitting
# Names that say nothing about what is inside.
FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "misc", "manager", "managers", "tools"}

# The only modules that may ask which database they talk to, and what differs there.
VENDOR_MODULES = {
    "accounts/stamps.py": "triggers that renew the stamps",
    "automation/runtime/store.py": "the hot statements of runs, the database's clock",
    "smart_processes/change_feed.py": "reading after the last event, by snapshot on PostgreSQL",
    "smart_processes/counter_store.py": "folding the counters' differences, locking for a recount",
    "smart_processes/database_objects.py": "triggers of counters and stages",
    "smart_processes/field_expressions.py": "reading a value out of the JSON column",
    "smart_processes/migration_operations.py": "SQL of one database in a migration",
    "smart_processes/per_column.py": "the first cards of every column in one statement",
    "smart_processes/search.py": "trigram search on PostgreSQL",
}


def test_only_named_modules_ask_which_database_it_is() -> None:
    asking = {
        name(path)
        for path in files("*.py", within=PACKAGES)
        if re.search(r"\.vendor\b", path.read_text())
    }

    assert asking == VENDOR_MODULES.keys()


def test_files_are_short_enough_to_read() -> None:
    long = {
        name(path): lines
        for path in files("*.py", "*.js", "*.html", "*.css")
        if "migrations" not in path.parts
        and (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    }

    assert long == {}


def test_modules_have_names_that_say_what_they_hold() -> None:
    assert [name(path) for path in files("*.py") if path.stem in FORBIDDEN_NAMES] == []


def test_no_model_hides_rules_in_save_or_delete() -> None:
    hidden = [
        f"{name(path)}: {owner.name}.{method.name}"
        for path in files("*.py", within=APPS)
        if "models" in path.parts or path.name == "models.py"
        for owner, method in _methods(path)
        if method.name in {"save", "delete"}
    ]

    assert hidden == []


def test_only_the_actor_s_own_door_reads_the_grants() -> None:
    importers = [
        name(path)
        for path in files("*.py", within=PACKAGES)
        if re.search(
            r"^\s*(from|import) guardian\.(shortcuts|core)", path.read_text(), re.MULTILINE
        )
    ]

    assert set(importers) <= {"accounts/access.py", "accounts/grants.py"}


@pytest.mark.parametrize(
    "pattern",
    [
        r"<script(?![^>]*\b(src|nonce)=)[^>]*>",  # inline script
        r"<[^>]*\son\w+=",  # inline handler
        r"<style\b",
        r"\bhx-on[:=-]",  # evaluated, which the content security policy refuses
        r"\bstyle=\"(?!--)",  # a custom property (a stage's colour) is all that may be inline
    ],
)
def test_templates_hold_no_inline_code(pattern: str) -> None:
    found = [
        f"{name(path)}: {match[0]}"
        for path in files("*.html", within=PACKAGES)
        for match in re.finditer(pattern, _without_comments(path.read_text()))
    ]

    assert found == []


def _methods(path: Path) -> Iterator[tuple[ast.ClassDef, ast.FunctionDef]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef):
            yield from ((node, item) for item in node.body if isinstance(item, ast.FunctionDef))


def _without_comments(template: str) -> str:
    template = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", template, flags=re.DOTALL)
    return re.sub(r"{#.*?#}", "", template)
