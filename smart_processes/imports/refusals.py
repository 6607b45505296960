"""Why a whole file or mapping cannot be used; single rows are refused one by one."""

from __future__ import annotations

from collections.abc import Iterable

from smart_processes.exceptions import RecordRefusal


class ImportRefused(RecordRefusal):
    """The tree's root."""

    code = "import_refused"


class FileRefused(ImportRefused):
    """The file cannot be read, or it is larger than what is read."""

    code = "file_refused"


class MappingRefused(ImportRefused):
    """The mapping does not fit the file or the type; `problems` are its sentences."""

    code = "mapping_refused"

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))
