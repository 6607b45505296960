"""Which column of a file goes where, and what happens to records that are there already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from smart_processes.imports.rows import Layout

# Targets that are no fields: where a record goes, and a name that is split in two.
STAGE, PIPELINE, FULL_NAME = "stage", "pipeline", "full_name"
FIRST_NAME, LAST_NAME = "first_name", "last_name"

_PLACE = re.compile(r"\{([^{}]+)\}")


class OnExisting(StrEnum):
    """What a row does to the record that has its key."""

    UPDATE = "update"  # its values replace the record's, empty ones included
    FILL = "fill"  # only what is empty on the record
    SKIP = "skip"  # nothing


class Missing(StrEnum):
    """What becomes of a row that names a record which is not there."""

    REFUSE = "refuse"
    LEAVE_EMPTY = "leave_empty"
    CREATE = "create"


@dataclass(frozen=True)
class LinkRule:
    """How a column names the records it links to.

    Attributes:
        by: Code of a field of the linked type; empty: title, number or `#id`.
        type: Code of the linked type, where the author wrote it; only compared.
        missing: What happens where there is no such record.
    """

    by: str = ""
    type: str = ""
    missing: Missing = Missing.REFUSE


@dataclass(frozen=True)
class Rule:
    """Where one value of a record comes from: a column, a template, several, or a constant.

    Attributes:
        to: Code of a field, `stage`, `pipeline`, `full_name`, or a person's attribute.
        column: Heading of a column.
        template: `"{first} {last}"`: columns by their headings, in a text.
        path: Templates one below the other: an office, then a team in it.
        constant: The same for every row.
        values: What stands in the file -> what is meant; nothing for "empty".
        settings: How the text is read: `date_format`, `date_order`, `decimal_mark`,
            `currency`, `region`.
        link: For fields that link to records.
    """

    to: str
    column: str = ""
    template: str = ""
    path: tuple[str, ...] = ()
    constant: Any = None
    values: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    link: LinkRule | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The headings it reads, in order."""
        if self.column:
            return (self.column,)
        return tuple(
            dict.fromkeys(name for text in (self.template, *self.path) for name in places(text))
        )


@dataclass(frozen=True)
class ImportMapping:
    """A whole mapping; `mapping_files` says how it is written down.

    Attributes:
        type: Code of the type it was made for; empty: any.
        rules: Where each value comes from.
        key: Codes of the fields by which a record is found again; none: always a new one.
        existing: What happens to a record that was found.
        ignored: Headings that are left out knowingly.
        layout: How the file is read.
    """

    rules: tuple[Rule, ...]
    type: str = ""
    key: tuple[str, ...] = ()
    existing: OnExisting = OnExisting.UPDATE
    ignored: tuple[str, ...] = ()
    layout: Layout = field(default_factory=Layout)

    @property
    def columns(self) -> frozenset[str]:
        """Every heading that any rule reads."""
        return frozenset(name for rule in self.rules for name in rule.columns)


def places(template: str) -> Iterator[str]:
    """Yield the headings that stand in a template."""
    for found in _PLACE.finditer(template):
        yield found[1].strip()


def filled_in(template: str, cells: Mapping[str, str]) -> str:
    """Return a template with the texts of a row in it.

    What stood between an empty cell and its neighbour goes at the ends: `"{a}, {b}"` with
    an empty `b` gives `a`. All cells empty give nothing.
    """
    texts = {name: cells.get(name, "").strip() for name in places(template)}
    if texts and not any(texts.values()):
        return ""
    filled = _PLACE.sub(lambda found: texts[found[1].strip()], template)
    return " ".join(filled.split()).strip(" ,;:/|–—-·")
