"""The index that makes the search fast on PostgreSQL.

Only an optimisation: what is found is the same without it. `connection.vendor` is asked
here for that reason alone. The migration makes the index where the server lets it; this
makes it later, without stopping anybody's work.
"""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError

INDEX = "item_search"
_EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
_MAKE = (
    f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {INDEX} ON smart_processes_item "
    "USING gin (search gin_trgm_ops) WHERE deleted_at IS NULL"
)


class SearchIndexRefused(Exception):
    """The server does not make the index; `message` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def make_index(connection: Any) -> bool:
    """Make the index; safe to repeat. Return False where the database needs none.

    Args:
        connection: A Django database connection outside a transaction.

    Raises:
        SearchIndexRefused: the server lacks the extension or refuses it to this role.
    """
    if connection.vendor != "postgresql":
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute(_EXTENSION)
            cursor.execute(_MAKE)
    except DatabaseError as wrong:
        raise SearchIndexRefused(str(wrong).strip()) from wrong
    return True
