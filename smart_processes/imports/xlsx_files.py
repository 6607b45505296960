"""XLSX files: unpacked only when that is harmless, then read row by row."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import DATA_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser

from smart_processes.imports.limits import limits, megabytes
from smart_processes.imports.refusals import FileRefused
from smart_processes.imports.rows import (
    XLSX,
    Cell,
    Layout,
    Row,
    fitted,
    named_headings,
    too_long_cell,
    too_many_rows,
)

_WORKBOOK = "xl/workbook.xml"
_MOST_PARTS = 5_000
_BLOCK = 1024 * 1024  # bytes
_ENCRYPTED = 0x1


class XlsxTable:
    """One sheet of a workbook. A computed cell counts with the value the file remembers."""

    kind = XLSX
    # Only reading the whole sheet would tell, which takes seconds for a long one.
    row_count: int | None = None

    def __init__(self, path: Path, name: str, layout: Layout, *, is_checked: bool = False) -> None:
        """Look at the file.

        Raises:
            FileRefused: no workbook, damaged, protected, or larger than what is read.
        """
        self._path = path
        self._name = name
        if not is_checked:
            check_archive(path, name)
        with self._opened() as book:
            sheets = _sheets(book)
            self.sheets = tuple(sheet.title for sheet in sheets)
            self.layout = replace(layout, sheet=self._chosen(sheets, layout.sheet))
            self.row_count = self._declared_count(sheets)
        line = layout.heading_row
        cells = next((cells for number, cells in self._records() if number >= line), ())
        self.headings = named_headings(cells, name, line)

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the headings."""
        width, allowed = len(self.headings), limits().rows
        count = 0
        for number, cells in self._records():
            if number <= self.layout.heading_row:
                continue
            row = fitted(cells, number, width)
            if row is None:
                continue
            count += 1
            if count > allowed:
                raise too_many_rows(self._name)
            yield row

    def _records(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the number and the cells of each row that stands in the sheet.

        The library's own reader keeps every row's element until the end, and makes cells
        and rows of every gap, of which a hostile file has a million; so the rows are taken
        from its parser one by one.
        """
        with self._opened() as book:
            sheet = next(each for each in _sheets(book) if each.title == self.layout.sheet)
            with sheet._get_source() as source:  # noqa: SLF001  # see above
                yield from self._parsed(source, _Parser.of(sheet, source))

    def _parsed(self, source: Any, parser: _Parser) -> Iterator[tuple[int, list[Cell]]]:
        rows: Any = None
        for event, element in iterparse(source, events=("start", "end")):
            if event == "start":
                if element.tag == DATA_TAG:
                    rows = element
            elif element.tag == ROW_TAG and rows is not None:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # impossible dates become "#VALUE!"
                    number, cells = parser.parse_row(element)
                yield number, self._placed(number, cells)
                rows.clear()
                parser.row_dimensions.clear()
            elif element.tag == DATA_TAG:
                return

    def _placed(self, number: int, cells: Sequence[dict[str, Any]]) -> list[Cell]:
        """Return the values of a row with the gaps between them."""
        filled = [cell for cell in cells if cell["value"] is not None]
        if not filled:
            return []
        width = max(cell["column"] for cell in filled)
        if width > limits().columns:
            raise FileRefused(
                _(
                    "Line %(line)d of “%(name)s” has a value in column %(column)d; "
                    "at most %(limit)d columns can be imported."
                )
                % {
                    "line": number,
                    "name": self._name,
                    "column": width,
                    "limit": limits().columns,
                }
            )
        placed: list[Cell] = [None] * width
        for cell in filled:
            value = _plain(cell["value"])
            if isinstance(value, str) and len(value) > limits().cell_length:
                raise too_long_cell(self._name, number)
            placed[cell["column"] - 1] = value
        return placed

    @contextmanager
    def _opened(self) -> Iterator[Workbook]:
        """Open the workbook; whatever a damaged one makes of the library is a refusal."""
        try:
            with self._path.open("rb") as file:
                with warnings.catch_warnings():
                    # About parts of workbooks that are not read here: styles, validations.
                    warnings.simplefilter("ignore")
                    book = load_workbook(file, read_only=True, keep_links=False)
                with closing(book):
                    yield book
        except FileRefused:
            raise
        except Exception as damaged:
            raise not_a_workbook(self._name) from damaged

    def _chosen(self, sheets: Sequence[Any], wanted: str | None) -> str:
        if not sheets:
            raise FileRefused(_("“%(name)s” has no sheet with rows.") % {"name": self._name})
        if wanted is None:
            visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
            return str((visible or sheets)[0].title)
        if wanted not in self.sheets:
            raise FileRefused(
                _("“%(name)s” has no sheet “%(sheet)s”. It has: %(known)s.")
                % {"name": self._name, "sheet": wanted[:100], "known": ", ".join(self.sheets)}
            )
        return wanted

    def _declared_count(self, sheets: Sequence[Any]) -> int | None:
        """Return how many rows the sheet says it has, which most programs say rightly."""
        sheet = next(sheet for sheet in sheets if sheet.title == self.layout.sheet)
        last = sheet.max_row
        return max(last - self.layout.heading_row, 0) if last else None


class _Parser(WorkSheetParser):
    """The library's parser, which remembers nothing and computes nothing."""

    @classmethod
    def of(cls, sheet: Any, source: Any) -> _Parser:
        """Return a parser of a sheet's XML."""
        book = sheet.parent
        return cls(
            source,
            sheet._shared_strings,  # noqa: SLF001  # it has no other name
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001  # the same
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001  # the same
        )

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """Return the cell; a formula without a remembered value counts as its text."""
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None:
            formula = element.findtext(VALUE_TAG.removesuffix("v") + "f")
            if formula:
                cell["value"] = f"={formula}"
        return cell


def _sheets(book: Any) -> list[Any]:
    """Return the sheets that have rows; a chart may be a sheet as well."""
    return [sheet for sheet in book.worksheets if isinstance(sheet, ReadOnlyWorksheet)]


def check_archive(path: Path, name: str) -> None:
    """Unpack every part once without keeping it, before anything of it is believed.

    Raises:
        FileRefused: no workbook, protected, damaged, or larger than it may be.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_parts(parts, name)
            is_harmless = _fits(archive, parts)
    except FileRefused:
        raise
    except Exception as damaged:  # whatever a damaged archive makes of the library
        raise not_a_workbook(name) from damaged
    if not is_harmless:
        raise FileRefused(
            _("“%(name)s” unpacks to more than %(limit)s MB. Split it, or save it as CSV.")
            % {"name": name, "limit": megabytes(limits().unpacked_bytes)}
        )


def _fits(archive: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo]) -> bool:
    """Return whether what is unpacked is as small as it may be."""
    allowed = limits().unpacked_bytes
    if sum(part.file_size for part in parts) > allowed:
        return False
    unpacked = 0
    for part in parts:
        with archive.open(part) as stream:
            while block := stream.read(_BLOCK):
                unpacked += len(block)
                # What the archive says of itself may be a lie.
                if unpacked > allowed:
                    return False
    return True


def _check_parts(parts: Sequence[zipfile.ZipInfo], name: str) -> None:
    names = [part.filename for part in parts]
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise FileRefused(
            _("“%(name)s” is protected by a password. Save it without one.") % {"name": name}
        )
    climbing = any(each.startswith(("/", "\\")) or ".." in Path(each).parts for each in names)
    twice = len(set(names)) != len(names)
    if _WORKBOOK not in names or climbing or twice or len(names) > _MOST_PARTS:
        raise not_a_workbook(name)


def not_a_workbook(name: str) -> FileRefused:
    """Return the refusal of what is no XLSX file."""
    return FileRefused(
        _(
            "“%(name)s” is no XLSX workbook, or it is damaged. Open it in a spreadsheet program "
            "and save it again as XLSX or CSV."
        )
        % {"name": name}
    )


def _plain(value: Any) -> Cell:
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, str | int | float | bool | date | time):
        return value
    return str(value)
