"""What a trial run would have made: its chunks are undone, so the database cannot tell."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any


class Seen:
    """A set of any size in a file that nobody sees, so that memory does not grow."""

    def __init__(self) -> None:
        """Begin empty."""
        # An empty name is a private file that vanishes with the connection.
        self._store = sqlite3.connect("")
        self._store.execute("CREATE TABLE seen (what TEXT PRIMARY KEY) WITHOUT ROWID")

    def add(self, *what: Any) -> bool:
        """Remember something; return False when it was known already."""
        added = self._store.execute("INSERT OR IGNORE INTO seen VALUES (?)", [_text(what)])
        return added.rowcount == 1

    def __contains__(self, what: Iterable[Any]) -> bool:
        """Return whether something was remembered, as `(kind, value)`."""
        found = self._store.execute("SELECT 1 FROM seen WHERE what = ?", [_text(what)])
        return found.fetchone() is not None

    def close(self) -> None:
        """Forget everything."""
        self._store.close()


def _text(what: Iterable[Any]) -> str:
    return json.dumps(list(what), default=str, ensure_ascii=False)
