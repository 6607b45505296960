"""The shipped presets, read from their files and shown in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from smart_processes.solutions import document as documents

DATA = Path(__file__).with_name("data")
# In the order in which people are offered them.
CODES = ("requests", "purchases", "contracts", "hiring", "equipment_service")
# What people read. Everything else in a file is codes.
TEXTS = frozenset({"name", "name_one", "name_many", "label", "help", "section", "description"})


@dataclass(frozen=True)
class Preset:
    """A preset in the reader's language.

    Attributes:
        code: The name of its file.
        name: What people call it.
        description: What it brings, in a sentence.
        type_content: The type, as it stands in a solution file.
    """

    code: str
    name: str
    description: str
    type_content: Mapping[str, Any]

    @property
    def icon(self) -> str:
        """The icon of its type."""
        return str(self.type_content["icon"])

    @property
    def hue(self) -> str:
        """The colour of its type."""
        return str(self.type_content["hue"])


def preset(code: str) -> Preset | None:
    """Return a preset by its code, in the active language; None when there is none."""
    if code not in CODES:
        return None
    content = _translated(_read(code))
    (type_content,) = content["types"]
    return Preset(code, content["name"], content["description"], type_content)


def texts(content: Any) -> set[str]:
    """Return everything in a solution that people read."""
    if isinstance(content, Mapping):
        own = {v for k, v in content.items() if k in TEXTS and isinstance(v, str) and v}
        return own.union(*(texts(value) for value in content.values()))
    if isinstance(content, list):
        return set().union(*(texts(value) for value in content))
    return set()


def read_all() -> dict[str, Mapping[str, Any]]:
    """Return every preset's file as it stands, by code."""
    return {code: _read(code) for code in CODES}


@cache
def _read(code: str) -> Mapping[str, Any]:
    return documents.read((DATA / f"{code}.yaml").read_bytes()).content


def _translated(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {
            key: gettext(value)
            if key in TEXTS and isinstance(value, str) and value
            else _translated(value)
            for key, value in content.items()
        }
    if isinstance(content, list):
        return [_translated(value) for value in content]
    return deepcopy(content)
