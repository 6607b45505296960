"""The refused rows as a CSV file: the columns as they were, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from smart_processes.imports.engine import RowOutcome
from smart_processes.imports.rows import cell_text
from smart_processes.spreadsheets import open_table

# Not translated: a corrected file is imported again, and scripts look for the column.
ERROR_HEADING = "error"


class ErrorsFile:
    """A file to correct and import again; its cells are safe to open in a spreadsheet."""

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        """Begin the file with its head row.

        Raises:
            OSError: it cannot be written there.
        """
        self._width = len(headings)
        self._table = open_table(path, "csv", title="", heads=[*headings, ERROR_HEADING])

    def write(self, refused: Iterable[RowOutcome]) -> None:
        """Append rows that were refused."""
        self._table.write(self._lines(refused))

    def _lines(self, refused: Iterable[RowOutcome]) -> Iterator[list[str]]:
        for outcome in refused:
            texts = [cell_text(cell) for cell in outcome.row.cells]
            yield [*texts, outcome.message.replace("\n", " ")]

    def __enter__(self) -> Self:
        """Return the file."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish it, whatever happened."""
        self._table.close()
