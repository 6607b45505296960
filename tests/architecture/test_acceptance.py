"""What documents say proves a promise is there."""

from __future__ import annotations

import ast
import re

from tests.architecture.source_files import ROOT

DOCUMENT = ROOT / "docs" / "automation-acceptance.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_test_that_proves_a_promise_exists() -> None:
    named = TEST.findall(DOCUMENT.read_text())

    missing = [f"{path}::{name}" for path, name in named if name not in _tests_of(path)]

    assert len(named) > 20
    assert missing == []


def _tests_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
