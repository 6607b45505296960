"""What the rows of a file are, whichever format it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol

from django.utils.translation import gettext as _

from smart_processes.imports.limits import limits
from smart_processes.imports.refusals import FileRefused

Cell = str | int | float | bool | date | datetime | time | None

CSV, XLSX = "csv", "xlsx"
_LONGEST_HEADING = 200


@dataclass(frozen=True)
class Layout:
    """How a file is to be read; what is None is found out.

    Attributes:
        encoding: Of CSV, a code of `csv_files.ENCODINGS`.
        delimiter: Of CSV, one of `csv_files.DELIMITERS`.
        sheet: Of XLSX; default: the first visible one.
        heading_row: The line of the file that names the columns, counted from 1.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    heading_row: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A row with any content.

    Attributes:
        number: Its line in the file, counted from 1.
        cells: One for each heading, in their order.
        extra: How many cells with content stand behind the last heading.
    """

    number: int
    cells: tuple[Cell, ...]
    extra: int = 0


class Table(Protocol):
    """A file that was opened and looked at; it can be read any number of times."""

    @property
    def kind(self) -> str:
        """`CSV` or `XLSX`."""

    @property
    def layout(self) -> Layout:
        """How it is read, everything found out."""

    @property
    def headings(self) -> tuple[str, ...]:
        """The names of the columns, each different; a column without one is `#3`."""

    @property
    def sheets(self) -> tuple[str, ...]:
        """The sheets of a workbook; none for CSV."""

    @property
    def row_count(self) -> int | None:
        """How many rows there are; None where only reading them would tell."""

    def rows(self) -> Iterator[Row]:
        """Yield the rows that have any content, with the same memory for any file.

        Raises:
            FileRefused: the file is broken from some place on.
        """


def cell_text(cell: Cell) -> str:
    """Return a cell as people read it in the file."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return _("Yes") if cell else _("No")
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def is_blank(cell: Cell) -> bool:
    """Return whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def named_headings(cells: Sequence[Cell], name: str, row: int) -> tuple[str, ...]:
    """Return a name for each column, all different: `Phone`, `Phone (2)`, `#3`.

    Raises:
        FileRefused: there are none, or too many.
    """
    texts = [" ".join(cell_text(cell).split())[:_LONGEST_HEADING] for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    if not texts:
        raise FileRefused(
            _("Line %(row)d of “%(name)s” names no columns. Put the names of the columns there.")
            % {"row": row, "name": name}
        )
    allowed = limits().columns
    if len(texts) > allowed:
        raise FileRefused(
            _("“%(name)s” has %(count)d columns; at most %(limit)d can be imported.")
            % {"name": name, "count": len(texts), "limit": allowed}
        )
    names: list[str] = []
    for place, text in enumerate(texts, start=1):
        wanted = text or f"#{place}"
        unique, number = wanted, 1
        while unique in names:
            number += 1
            unique = f"{wanted} ({number})"
        names.append(unique)
    return tuple(names)


def fitted(cells: Sequence[Cell], number: int, width: int) -> Row | None:
    """Return the row with one cell for each heading; None for a row without content."""
    if all(map(is_blank, cells)):
        return None
    extra = sum(not is_blank(cell) for cell in cells[width:])
    padded = (*cells[:width], *([None] * (width - len(cells))))
    return Row(number, padded, extra)


def too_many_rows(name: str) -> FileRefused:
    """Return the refusal of a file with more rows than are read."""
    return FileRefused(
        _("“%(name)s” has more than %(limit)d rows. Split it into several files.")
        % {"name": name, "limit": limits().rows}
    )


def too_long_cell(name: str, line: int) -> FileRefused:
    """Return the refusal of a file with a cell that nobody wrote."""
    return FileRefused(
        _(
            "Line %(line)d of “%(name)s”: a cell is longer than %(limit)d characters. "
            "Is a quotation mark not closed?"
        )
        % {"line": line, "name": name, "limit": limits().cell_length}
    )
