"""Texts of templates that other people built: every one is read or refused with a place.

The files are other people's: they are read where they lie and never copied.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from automation.engine.expressions import ExpressionRefused, Reference, compile_value

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "bpt"
_TEXT = re.compile(rb's:(\d+):"')

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the templates are not at {DATA}")

BROKEN = "dangling {=A9_9_9_9:Result} undeclared {=Variable:nope} broken {=Document:ID/]"


def unpacked(path: Path) -> bytes:
    """Return the content of a file, whichever of the four containers it has."""
    packed = path.read_bytes()
    for unpack in (zlib.decompress, gzip.decompress, lambda one: zlib.decompress(one, -15)):
        try:
            return unpack(packed)
        except (zlib.error, OSError):
            continue
    return packed


def expressions(*names: str) -> set[str]:
    """Return the texts with references or formulas inside some files."""
    return {text for name in names for text in _texts(unpacked(DATA / name)) if "{=" in text}


def _texts(content: bytes) -> Iterator[str]:
    for match in _TEXT.finditer(content):
        yield content[match.end() : match.end() + int(match[1])].decode()


def test_texts_of_genuine_templates_are_read() -> None:
    found = expressions("bp-82.bpt", "contact-demo-percentage.bpt")

    references = {each for text in found for each in compile_value(text).references()}

    assert Reference("Document", ("ASSIGNED_BY_ID",), 0) in references
    assert {each.path for each in references} == {
        *[("ASSIGNED_BY_ID",), ("comment",), ("discount_percentage",)]
    }


def test_texts_of_made_up_templates_are_read_but_for_the_broken_one() -> None:
    names = ("conditions-expressions", "container-gzip", "container-plain", "old-style")
    refused: dict[str, int] = {}

    for text in expressions(*(f"synthetic/{name}.bpt" for name in names)):
        try:
            compile_value(text)
        except ExpressionRefused as refusal:
            refused[text] = refusal.position

    assert refused == {BROKEN: BROKEN.index("{=Document:ID/]")}
