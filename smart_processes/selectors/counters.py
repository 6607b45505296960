"""The proof of the counter table: what it says against what the records say."""

from __future__ import annotations

from smart_processes import counter_store
from smart_processes.counter_store import CellDifference

__all__ = ["CellDifference", "counter_differences"]


def counter_differences() -> list[CellDifference]:
    """Return every cell whose count or sum is not the truth; none is as it should be.

    One statement that reads every record: for the command and for tests, not for pages.
    """
    return counter_store.differences()
