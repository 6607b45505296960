"""CSV files: encoding and delimiter found out, line by line with the same memory."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from smart_processes.imports.limits import limits
from smart_processes.imports.refusals import FileRefused
from smart_processes.imports.rows import (
    CSV,
    Layout,
    Row,
    fitted,
    named_headings,
    too_long_cell,
    too_many_rows,
)

# What people are offered, by the codes that Python's decoders know.
ENCODINGS: Mapping[str, StrOrPromise] = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1251": gettext_lazy("Windows-1251 (Cyrillic)"),
    "cp1252": gettext_lazy("Windows-1252 (Western)"),
    "cp1250": gettext_lazy("Windows-1250 (Central European)"),
    "koi8_r": gettext_lazy("KOI8-R (Cyrillic)"),
    "cp866": gettext_lazy("DOS 866 (Cyrillic)"),
    "mac_cyrillic": gettext_lazy("Mac (Cyrillic)"),
    "cp1253": gettext_lazy("Windows-1253 (Greek)"),
    "cp1254": gettext_lazy("Windows-1254 (Turkish)"),
    "gb18030": gettext_lazy("GB 18030 (Chinese)"),
    "shift_jis": gettext_lazy("Shift JIS (Japanese)"),
}
DELIMITERS: Mapping[str, StrOrPromise] = {
    ",": gettext_lazy("comma"),
    ";": gettext_lazy("semicolon"),
    "\t": gettext_lazy("tab"),
    "|": gettext_lazy("vertical bar"),
}

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 256 * 1024  # bytes: enough for every script, and read in no time
_LONGEST_LINE = 4_000_000  # characters: a file without line ends must not be one line
_SAMPLE_ROWS = 50
# Our own exports put it before what a spreadsheet would compute (`spreadsheets.safe_text`).
_GUARDED = ("'=", "'+", "'-", "'@")


class CsvTable:
    """A CSV file. Opening it reads it once: what is wrong with it is told before any row."""

    kind = CSV
    sheets: tuple[str, ...] = ()

    def __init__(self, path: Path, name: str, layout: Layout, *, is_checked: bool = False) -> None:
        """Look at the file.

        Raises:
            FileRefused: it is no text, or larger than what is read.
        """
        self._path = path
        self._name = name
        encoding = layout.encoding or detected_encoding(path, name)
        _refuse_unknown(encoding, layout.delimiter)
        self.layout = replace(layout, encoding=encoding)
        delimiter = layout.delimiter or self._detected_delimiter()
        self.layout = replace(self.layout, delimiter=delimiter)
        heading = next(islice(self._records(), layout.heading_row - 1, None), None)
        self.headings = named_headings(heading[1] if heading else (), name, layout.heading_row)
        self.row_count = None if is_checked else self._counted()

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the headings."""
        width = len(self.headings)
        for number, cells in islice(self._records(), self.layout.heading_row, None):
            row = fitted([_unguarded(cell) for cell in cells], number, width)
            if row is not None:
                yield row

    def _counted(self) -> int:
        allowed, longest = limits().rows, limits().cell_length
        count = 0
        for number, cells in islice(self._records(), self.layout.heading_row, None):
            if any(len(cell) > longest for cell in cells):
                raise too_long_cell(self._name, number)
            count += any(cell.strip() for cell in cells)
            if count > allowed:
                raise too_many_rows(self._name)
        return count

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the line on which each record of the file begins, and its cells."""
        with self._open() as file:
            reader = _reader(self._lines(file), str(self.layout.delimiter))
            while True:
                number = reader.line_num + 1
                try:
                    cells = next(reader, None)
                except csv.Error as wrong:
                    raise too_long_cell(self._name, number) from wrong
                if cells is None:
                    return
                yield number, cells

    def _open(self) -> TextIOWrapper:
        encoding = "utf-8-sig" if self.layout.encoding == "utf-8" else self.layout.encoding
        return self._path.open(encoding=encoding, newline="")

    def _lines(self, file: TextIOWrapper) -> Iterator[str]:
        number = 0
        while True:
            number += 1
            try:
                line = file.readline(_LONGEST_LINE)
            except UnicodeDecodeError as wrong:
                # The decoder works on blocks: lines of this one lie before the place.
                lines = wrong.object[: wrong.start].count(b"\n")
                raise self._undecodable(number + lines) from wrong
            except UnicodeError as wrong:  # UTF-16 without its mark
                raise self._undecodable(number) from wrong
            if not line:
                return
            if "\0" in line:
                raise FileRefused(
                    _(
                        "Line %(line)d of “%(name)s” holds zero bytes: this is no text. "
                        "Save the table as CSV or XLSX."
                    )
                    % {"line": number, "name": self._name}
                )
            if len(line) >= _LONGEST_LINE:
                raise too_long_cell(self._name, number)
            yield line

    def _undecodable(self, line: int) -> FileRefused:
        return FileRefused(
            _(
                "Line %(line)d of “%(name)s” cannot be read as %(encoding)s. "
                "Choose another encoding, or save the file as UTF-8."
            )
            % {
                "line": line,
                "name": self._name,
                "encoding": ENCODINGS[str(self.layout.encoding)],
            }
        )

    def _detected_delimiter(self) -> str:
        with self._open() as file:
            lines = list(islice(self._lines(file), self.layout.heading_row + _SAMPLE_ROWS))
        return detected_delimiter(lines[self.layout.heading_row - 1 :])


def detected_encoding(path: Path, name: str) -> str:
    """Return the encoding: the mark at the beginning says it, else UTF-8 where it fits.

    Raises:
        FileRefused: no encoding that people use fits.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
        for mark, encoding in _MARKS:
            if sample.startswith(mark):
                return encoding
        file.seek(0)
        if _is_utf8(iter(lambda: file.read(_SAMPLE), b"")):
            return "utf-8"
    best = from_bytes(sample, cp_isolation=[code for code in ENCODINGS if code != "utf-16"]).best()
    if best is None or b"\0" in sample:
        raise FileRefused(
            _(
                "“%(name)s” is no text in any usual encoding. Save the table as CSV in UTF-8, "
                "or as XLSX."
            )
            % {"name": name}
        )
    return best.encoding if best.encoding in ENCODINGS else "cp1252"


def detected_delimiter(lines: list[str]) -> str:
    """Return what stands between the cells of these lines, headings first.

    The one that cuts most lines into as many cells as the headings. The library's sniffer
    takes the decimal comma of `a;b` and `1,5;2,5` for the delimiter.
    """

    def fit(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(cells) for cells in _reader(lines, delimiter) if cells]
        except csv.Error:
            return 0, 0
        if not widths or widths[0] < 2:
            return 0, 0
        # The last line of a sample may be cut off inside quotation marks.
        return Counter(widths)[widths[0]] / len(widths), widths[0]

    best = max(DELIMITERS, key=fit)
    return best if fit(best) > (0, 0) else ","


def _reader(lines: Iterable[str], delimiter: str) -> Any:
    """Return the library's reader.

    The longest cell it takes is the process's: twice ours, so that ours is told with its
    sentence.
    """
    csv.field_size_limit(2 * limits().cell_length)
    return csv.reader(lines, delimiter=delimiter)


def _is_utf8(blocks: Iterator[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in blocks:
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_unknown(encoding: str, delimiter: str | None) -> None:
    if encoding not in ENCODINGS:
        raise FileRefused(
            _("The encoding “%(encoding)s” is not known. Choose one of: %(known)s.")
            % {"encoding": encoding[:40], "known": ", ".join(ENCODINGS)}
        )
    if delimiter is not None and delimiter not in DELIMITERS:
        raise FileRefused(
            _("Cells can be separated by a comma, semicolon, tab or vertical bar alone.")
        )


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith(_GUARDED) else cell
