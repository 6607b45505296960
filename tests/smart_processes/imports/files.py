"""Files for the import, made where a test may write."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook


def csv_file(folder: Path, text: str, *, name: str = "table.csv", encoding: str = "utf-8") -> Path:
    """Return a file with this text."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def xlsx_file(folder: Path, rows: Sequence[Sequence[Any]], *, name: str = "table.xlsx") -> Path:
    """Return a workbook with one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Deals"
    for row in rows:
        sheet.append(list(row))
    path = folder / name
    book.save(path)
    return path


def archive(folder: Path, parts: dict[str, bytes], *, name: str = "table.xlsx") -> Path:
    """Return a ZIP archive with these parts."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for part, content in parts.items():
            made.writestr(part, content)
    return path


def rewritten(path: Path, part: str, content: bytes) -> Path:
    """Return the workbook with one part replaced."""
    buffer = BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.infolist():
            new.writestr(each, content if each.filename == part else old.read(each))
    path.write_bytes(buffer.getvalue())
    return path
