"""Opening a file of rows, CSV or XLSX; which one it is its first bytes say, not its name."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from smart_processes.imports.csv_files import CsvTable
from smart_processes.imports.limits import limits, megabytes
from smart_processes.imports.refusals import FileRefused
from smart_processes.imports.rows import Layout, Table
from smart_processes.imports.xlsx_files import XlsxTable, not_a_workbook

_ZIP = b"PK"
# Old .xls, and .xlsx with a password: both are the container of older Office programs.
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_table(
    path: Path, *, name: str = "", layout: Layout | None = None, is_checked: bool = False
) -> Table:
    """Open a file and find out how it is to be read.

    Args:
        path: Where it lies.
        name: What its owner calls it; for sentences.
        layout: What the owner knows about it.
        is_checked: It was opened before and has not changed since: it is not read through
            again, and its rows are not counted.

    Raises:
        FileRefused: too large, empty, damaged, or no table at all; the message says which.
    """
    shown = Path(name or path.name).name
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            first = file.read(8)
    except OSError as failed:
        raise FileRefused(
            _("“%(name)s” cannot be read: %(reason)s.")
            % {"name": shown, "reason": failed.strerror or failed}
        ) from failed
    refuse_size(size, shown)
    if not size:
        raise FileRefused(_("“%(name)s” is empty.") % {"name": shown})
    if first == _OLE:
        raise FileRefused(
            _(
                "“%(name)s” is protected by a password, or it is of a format older than XLSX. "
                "Save it as XLSX without a password, or as CSV."
            )
            % {"name": shown}
        )
    if first.startswith(_ZIP):
        return XlsxTable(path, shown, layout or Layout(), is_checked=is_checked)
    if shown.lower().endswith((".xlsx", ".xlsm")):
        raise not_a_workbook(shown)
    return CsvTable(path, shown, layout or Layout(), is_checked=is_checked)


def refuse_size(size: int, name: str) -> None:
    """Refuse a file that is larger than what is read.

    Raises:
        FileRefused: it is.
    """
    allowed = limits().file_bytes
    if size > allowed:
        raise FileRefused(
            _("“%(name)s” has %(size)s MB; a file of at most %(limit)s MB can be imported.")
            % {"name": name, "size": megabytes(size), "limit": megabytes(allowed)}
        )
