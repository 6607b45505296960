"""How much of a file is read; a hostile one must cost little."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The limits of one file; `settings.IMPORT_LIMITS` may name others.

    Attributes:
        file_bytes: Of the file as it is uploaded.
        unpacked_bytes: Of an XLSX file when it is unpacked; shared texts stand in memory.
        rows: Rows of data.
        columns: Columns with a heading.
        cell_length: Characters of a cell; what a spreadsheet cell can hold.
    """

    file_bytes: int = 100 * MEGABYTE
    unpacked_bytes: int = 500 * MEGABYTE
    rows: int = 1_000_000
    columns: int = 500
    cell_length: int = 32_767


def limits() -> Limits:
    """Return the limits of this installation."""
    return Limits(**getattr(settings, "IMPORT_LIMITS", {}))


def megabytes(size: int) -> str:
    """Return a number of bytes as people read it: "100"."""
    return f"{max(size / MEGABYTE, 0.1):,.1f}".removesuffix(".0")
