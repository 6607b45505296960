"""The documents point at what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.architecture.source_files import PACKAGES, ROOT, files, name

DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *files("*.md", within=[*PACKAGES, "docs", "tests"]),
]
EXTENSIONS = "py|md|toml|txt|yaml|yml|html|css|js|json|po|sh"
LINK = re.compile(r"\[[^\]]*\]\((?!\w+:|#)([^)#\s]+)")
# `crm/web/board.py`: a path in code type; a bare file name or a pattern is not checked.
PATH = re.compile(rf"`([\w.-]+(?:/[\w.-]+)+\.(?:{EXTENSIONS}))`")
MANAGE = re.compile(r"manage\.py ([a-z_]+)")
MAKE = re.compile(r"`make ([a-z]+)\b|^make ([a-z]+)\b", re.MULTILINE)
# Made by a command, so not in a fresh clone.
GENERATED = ("var/", "node_modules/", ".venv/")


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_file_a_document_names_exists(document: Path) -> None:
    missing = [
        target
        for target in _named(document.read_text())
        if not (ROOT / target).exists() and not (document.parent / target).exists()
    ]

    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_command_a_document_names_exists(document: Path) -> None:
    text = document.read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(MANAGE.findall(text)) <= get_commands().keys()
    assert {first or second for first, second in MAKE.findall(text)} <= targets


@pytest.mark.parametrize("app", PACKAGES)
def test_every_package_has_a_page_about_itself(app: str) -> None:
    assert (ROOT / app / "README.md").read_text().startswith("# ")


def test_every_decision_record_is_listed() -> None:
    folder = ROOT / "docs" / "adr"
    listing = (folder / "README.md").read_text()

    for record in folder.glob("0*.md"):
        assert f"({record.name})" in listing, record.name


def _named(text: str) -> Iterator[str]:
    for pattern in (LINK, PATH):
        for match in pattern.finditer(text):
            if not match[1].startswith(GENERATED):
                yield match[1]
