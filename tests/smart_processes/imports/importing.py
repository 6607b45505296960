"""An import in the words of the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from accounts.actor import Actor
from smart_processes.imports.engine import ChunkOutcome, Counts, import_rows
from smart_processes.imports.mapping import ImportMapping
from smart_processes.imports.mapping_files import from_content
from smart_processes.imports.receivers import propose_mapping, receiver_for
from smart_processes.imports.tables import open_table
from smart_processes.models import Item, RecordType
from smart_processes.schema import schema_for
from tests.factories.smart_processes import make_field, make_type, system
from tests.smart_processes.imports.files import csv_file


def make_request_type() -> RecordType:
    """Return a type with a choice and a unique field."""
    record_type = make_type("request", "NEW > CALL > WON | LOST", has_pipelines=True)
    make_field(record_type, "product", "choice", options=["basic", "pro"])
    make_field(record_type, "serial", "string", is_unique=True)
    return record_type


class Import:
    """An import of one text, in the words of the tests."""

    def __init__(self, folder: Path, text: str, **mapping: Any) -> None:
        self.path = csv_file(folder, text)
        self.mapping = mapping
        self.chunks: list[ChunkOutcome] = []

    def run(
        self,
        type_code: str = "request",
        *,
        actor: Actor | None = None,
        is_trial: bool = False,
        chunk_size: int = 500,
    ) -> Counts:
        """Import and return what was counted."""
        who = actor or system()
        table = open_table(self.path)
        mapping: ImportMapping = (
            from_content({"import": 1, **self.mapping})
            if "columns" in self.mapping or "fields" in self.mapping
            else propose_mapping(type_code, table, actor=who)
        )
        receiver = receiver_for(type_code, mapping, table.headings, actor=who)
        counts = Counts()
        self.chunks = []
        for chunk in import_rows(table.rows(), receiver, is_trial=is_trial, chunk_size=chunk_size):
            counts.add(chunk)
            self.chunks.append(chunk)
        return counts

    @property
    def refused(self) -> dict[int, str]:
        """The sentences of refused rows by their lines."""
        return {r.row.number: r.message for chunk in self.chunks for r in chunk.refused}

    @property
    def wrong_places(self) -> dict[int, tuple[int, ...]]:
        """The places of wrong cells by lines."""
        return {r.row.number: r.wrong_places for chunk in self.chunks for r in chunk.refused}


def records(code: str = "request") -> list[Item]:
    """Return the type's records, oldest first."""
    return list(Item.objects.filter(type__code=code).order_by("number"))


def value(record: Item, code: str) -> Any:
    """Return the value of a field."""
    return schema_for(system()).of(record).fields[code].read(record)
