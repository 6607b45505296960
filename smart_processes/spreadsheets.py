"""Writing CSV and XLSX row by row: the memory used does not grow with the file."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any, Protocol

from babel.numbers import get_currency_precision, get_decimal_symbol
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from smart_processes.locales import active_locale
from smart_processes.money import Money

CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What makes a spreadsheet compute a text, or call a program, when somebody opens it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_CELL = 32_767  # characters; Excel refuses the file otherwise
_ROWS_OF_SHEET = 1_000_000  # Excel's limit is 1,048,576
_NOT_IN_SHEET_NAMES = str.maketrans("", "", "[]:*?/\\'")

Cell = str | int | bool | Decimal | Money | date | datetime | None


class TableWriter(Protocol):
    """A file of rows; nothing can be read from it before `close`."""

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Append rows."""

    def close(self) -> None:
        """Finish the file."""


def open_table(path: Path, file_format: str, *, title: str, heads: Sequence[str]) -> TableWriter:
    """Begin a file with its head row.

    Args:
        path: Where it is written.
        file_format: `csv` or `xlsx`.
        title: The name of the sheet.
        heads: The headings of the columns.

    Raises:
        KeyError: no such format.
    """
    return _WRITERS[file_format](path, title, heads)


def safe_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: with an apostrophe before one."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def csv_line(cells: Sequence[Cell]) -> str:
    """Return one line of a CSV file, safe to open in a spreadsheet."""
    line = StringIO()
    csv.writer(line, delimiter=_delimiter()).writerow([_csv_text(cell) for cell in cells])
    return line.getvalue()


class _CsvWriter:
    """UTF-8 with a mark at its beginning, by which Excel knows that it is UTF-8."""

    def __init__(self, path: Path, title: str, heads: Sequence[str]) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file, delimiter=_delimiter())
        self.write([heads])

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            self._writer.writerow([_csv_text(cell) for cell in row])

    def close(self) -> None:
        self._file.close()


class _XlsxWriter:
    """Typed cells: numbers, days, moments and amounts stay what they are."""

    def __init__(self, path: Path, title: str, heads: Sequence[str]) -> None:
        self._path = path
        self._title = title.translate(_NOT_IN_SHEET_NAMES)[:25] or "1"
        self._heads = list(heads)
        self._book = Workbook(write_only=True)
        self._sheet = self._next_sheet()

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            if self._row_count >= _ROWS_OF_SHEET:
                self._sheet = self._next_sheet()
            self._row_count += 1
            self._sheet.append([self._cell(cell) for cell in row])

    def close(self) -> None:
        self._book.save(self._path)

    def _next_sheet(self) -> WriteOnlyWorksheet:
        number = len(self._book.worksheets) + 1
        sheet: WriteOnlyWorksheet = self._book.create_sheet(
            self._title if number == 1 else f"{self._title} {number}"
        )
        sheet.freeze_panes = "A2"
        heads = []
        for head in self._heads:
            cell = WriteOnlyCell(sheet, value=self._text(head))
            cell.font = Font(bold=True)
            heads.append(cell)
        sheet.append(heads)
        self._row_count = 1
        return sheet

    def _cell(self, cell: Cell) -> Any:
        if isinstance(cell, str):
            return self._text(cell)
        if isinstance(cell, datetime):
            # A spreadsheet knows no time zones: the reader's own, as on the page.
            return cell.replace(tzinfo=None)
        if isinstance(cell, Money):
            places = get_currency_precision(cell.currency)
            amount: Any = cell.major  # the library takes decimals, its types do not say so
            made = WriteOnlyCell(self._sheet, value=amount)
            zeros = f".{'0' * places}" if places else ""
            made.number_format = f'#,##0{zeros} "{cell.currency}"'
            return made
        return cell

    @staticmethod
    def _text(text: str) -> str:
        return safe_text(ILLEGAL_CHARACTERS_RE.sub("", text))[:_LONGEST_CELL]


def _csv_text(cell: Cell) -> str:
    match cell:
        case None:
            text = ""
        case str():
            text = safe_text(cell)
        case Money():
            text = f"{cell.major:f} {cell.currency}"
        case datetime():
            text = cell.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
        case date():
            text = cell.isoformat()
        case Decimal():
            text = f"{cell:f}"
        case _:
            text = str(cell)
    return text


def _delimiter() -> str:
    """Return what stands between cells: Excel expects semicolons where decimals have commas."""
    return ";" if get_decimal_symbol(active_locale()) == "," else ","


_WRITERS: dict[str, Callable[[Path, str, Sequence[str]], TableWriter]] = {
    "csv": _CsvWriter,
    "xlsx": _XlsxWriter,
}
