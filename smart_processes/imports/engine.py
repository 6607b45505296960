"""Taking rows in chunks: each chunk happens as a whole or not at all, row by row reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from typing import Protocol

from django.db import transaction

from smart_processes.events import in_bulk
from smart_processes.imports.rows import Row
from smart_processes.imports.seen import Seen

# Rows of one transaction: enough to ask and write by the hundred, short enough for others
# who wait for its locks.
CHUNK = 500


class Result(Enum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"  # there already, and nothing to change
    REFUSED = "refused"


@dataclass(frozen=True)
class RowOutcome:
    """What became of one row.

    Attributes:
        row: The row.
        result: What was done.
        message: Why it was refused, as a sentence.
        record_id: The record or person; None for refused rows and in a trial.
        wrong_places: Places of the cells that the refusal is about.
    """

    row: Row
    result: Result
    message: str = ""
    record_id: int | None = None
    wrong_places: tuple[int, ...] = ()


@dataclass(frozen=True)
class Received:
    """What became of a chunk.

    Attributes:
        outcomes: One for each row, in their order.
        beside: What was made beside the rows' own records: `("company", "Acme")`.
    """

    outcomes: Sequence[RowOutcome]
    beside: Sequence[tuple[str, str]] = ()


class Receiver(Protocol):
    """What rows become: records of a type, or people."""

    def receive(self, rows: Sequence[Row], seen: Seen | None) -> Received:
        """Take rows inside the caller's transaction.

        Args:
            rows: A chunk of the file.
            seen: In a trial, what earlier chunks would have made; None otherwise.
        """


@dataclass
class Counts:
    """How many rows came to which end."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    beside: Counter[str] = field(default_factory=Counter)

    def add(self, chunk: ChunkOutcome) -> None:
        """Count a chunk."""
        found = Counter(outcome.result for outcome in chunk.outcomes)
        self.read += len(chunk.outcomes)
        self.created += found[Result.CREATED]
        self.updated += found[Result.UPDATED]
        self.unchanged += found[Result.UNCHANGED]
        self.refused += found[Result.REFUSED]
        self.beside.update(chunk.beside)


@dataclass(frozen=True)
class ChunkOutcome:
    """A chunk's rows, and what was made beside them by kind: `{"company": 3}`."""

    outcomes: Sequence[RowOutcome]
    beside: Counter[str] = field(default_factory=Counter)

    @property
    def refused(self) -> list[RowOutcome]:
        """The rows that were refused."""
        return [each for each in self.outcomes if each.result is Result.REFUSED]


def import_rows(
    rows: Iterable[Row], receiver: Receiver, *, is_trial: bool = False, chunk_size: int = CHUNK
) -> Iterator[ChunkOutcome]:
    """Take the rows and yield what became of each chunk, which is then in the database.

    A trial is the same work, undone chunk by chunk: what it refuses the import refuses.
    Memory does not grow with the rows.

    Args:
        rows: The rows, read as they are taken.
        receiver: What they become.
        is_trial: Check everything and keep nothing.
        chunk_size: Rows of one transaction.

    Raises:
        FileRefused: the file is broken from some place on; the chunks before it stay.
    """
    waiting = iter(rows)
    seen = Seen() if is_trial else None
    try:
        while chunk := list(islice(waiting, chunk_size)):
            with in_bulk(), transaction.atomic():
                received = receiver.receive(chunk, seen)
                if is_trial:
                    transaction.set_rollback(True)
            beside = Counter(
                kind
                for kind, name in dict.fromkeys(received.beside)
                if seen is None or seen.add("beside", kind, name)
            )
            yield ChunkOutcome(received.outcomes, beside)
    finally:
        if seen is not None:
            seen.close()
