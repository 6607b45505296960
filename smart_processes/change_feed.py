"""Reading the change feed: nothing skipped, nothing held up by a long transaction.

PostgreSQL gives out ids before commit, so `id > last` would skip rows of slower writers.
Every row carries its transaction's id: all transactions below the snapshot's `xmin` have
ended, so a poll needs only rows from the previous poll's `xmin` on, minus what was
delivered already. On SQLite writers are serial and the id is enough.
`connection.vendor` is asked here for that reason alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from smart_processes.models import ChangeEvent

# Events in one poll: an import writes a hundred thousand, and nobody waits for all of them.
AT_MOST = 1000

_SNAPSHOT = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
# One statement is one snapshot: rows and xmin belong together. The bound is written in as
# a number so that the index is used whatever the statistics say.
_POLL = f"""
WITH now AS MATERIALIZED ({_SNAPSHOT} AS xmin)
SELECT now.xmin, e.id, e.transaction_id FROM now
LEFT JOIN smart_processes_changeevent e ON e.transaction_id >= {{low}}
ORDER BY e.transaction_id, e.id
"""


@dataclass
class FeedReader:
    """One reader; a process has one and hands what it reads to everybody who listens.

    Attributes:
        cursor: Where to go on after a restart; an event may then come twice, so events
            are hints, never state. None: from now on.
    """

    cursor: int | None = None
    _delivered: set[int] = field(default_factory=set)

    def poll(self) -> list[ChangeEvent]:
        """Return the events since the last poll, oldest first (one or two queries).

        At most `AT_MOST`; when so many come, more are waiting.
        """
        if connection.vendor == "postgresql":
            return self._poll_snapshot()
        if self.cursor is None:
            self.cursor = _last_id()
        fresh = list(ChangeEvent.objects.filter(pk__gt=self.cursor).order_by("pk")[:AT_MOST])
        if fresh:
            self.cursor = fresh[-1].pk
        return fresh

    def _poll_snapshot(self) -> list[ChangeEvent]:
        if self.cursor is None:
            self._start()
            return []
        limit = AT_MOST + len(self._delivered)
        rows = _rows(f"{_POLL.format(low=int(self.cursor))} LIMIT {limit}")
        written = {pk: written_by for _, pk, written_by in rows if pk is not None}
        fresh = list(
            ChangeEvent.objects.filter(pk__in=written.keys() - self._delivered).order_by("pk")
        )
        # Below this nothing new can appear, and everything that is there was delivered.
        is_all = len(rows) < limit
        self.cursor = rows[0][0] if is_all else min(rows[0][0], rows[-1][2])
        self._delivered = {pk for pk, by in written.items() if by >= self.cursor}
        return fresh

    def _start(self) -> None:
        """Begin now: what was committed before is known to whoever loads a page."""
        self.cursor = _rows(_SNAPSHOT)[0][0]
        rows = _rows(_POLL.format(low=int(self.cursor or 0)))
        self._delivered = {pk for _, pk, _ in rows if pk is not None}


def _rows(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _last_id() -> int:
    return ChangeEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
