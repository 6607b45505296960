"""The five hot statements, in two dialects: claim, load, read events, write, fire.

Everything else is the ORM; these are not because it takes ten times as long to say the same.
On PostgreSQL a turn of sixteen runs is one writing statement.

Locks are taken in one order everywhere: the run, then its waits. Events are read by a
statement of their own after the lock: the snapshot of a locking statement is older than the
lock it got, and would miss what was fired meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone
from psycopg.pq import TransactionStatus

from automation.runtime import store_rows
from automation.runtime.store_rows import LoadedRun, Written, dumps

_CLAIM = """
UPDATE automation_run SET lease_until = %s, fence = fence + 1, claim_count = claim_count + 1
WHERE id IN (
  SELECT id FROM automation_run
  WHERE due_at <= %s AND (lease_until IS NULL OR lease_until < %s)
  ORDER BY due_at LIMIT %s {lock}
) RETURNING id, fence, claim_count, due_at
"""
_LOAD = """
SELECT id, version_id, item_id, snapshot, fence, claim_count, chain, parent_id, parent_wait,
       runs_as_id, started_by_id, status
FROM automation_run WHERE id IN ({ids}) ORDER BY id {lock}
"""
_EVENTS = """
SELECT run_id, number, payload, is_fired FROM automation_wait
WHERE run_id IN ({ids}) AND (is_fired OR due_at <= %s) ORDER BY due_at, id
"""
_TOUCH_RUN = """
UPDATE automation_run SET due_at = CASE WHEN status IN ('paused', 'failed') THEN due_at ELSE %s END
WHERE id = %s AND status NOT IN ('completed', 'cancelled')
"""
_TOUCH_WAIT = """
UPDATE automation_wait SET is_fired = %s, payload = %s, due_at = %s
WHERE run_id = %s AND number = %s AND NOT is_fired
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run this worker may take a turn of, until its lease ends."""

    run_id: int
    fence: int
    claim_count: int


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A wait whose event or moment came; `payload` is None when only its moment did."""

    run_id: int
    wait: int
    payload: Mapping[str, Any] | None


def database_now() -> datetime:
    """Return the database's moment; on SQLite, which has no server, this machine's."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    found: datetime = moment.astimezone(UTC)
    return found


def is_aborted() -> bool:
    """Return whether the transaction is broken: an activity swallowed a database error."""
    if connection.vendor != "postgresql":
        return connection.needs_rollback
    status = connection.connection.pgconn.transaction_status  # no round trip
    return connection.needs_rollback or status == TransactionStatus.INERROR


def be_brief() -> None:
    """Let the transaction give up soon where somebody else holds what it needs.

    SQLite has one writer, who waits as its connection says.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '5s'")


def claim(now: datetime, lease: timedelta, limit: int) -> list[Claim]:
    """Take due runs for this worker, those that waited longest first.

    Safe from any number of workers. A worker that dies loses its claim with the lease.
    """
    lock = "FOR NO KEY UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        moment = _moment(now)
        cursor.execute(_CLAIM.format(lock=lock), [_moment(now + lease), moment, moment, limit])
        rows = sorted(cursor.fetchall(), key=lambda row: (row[3], row[0]))
    return [Claim(run_id, fence, count) for run_id, fence, count, _due in rows]


def load(run_ids: Iterable[int]) -> list[LoadedRun]:
    """Lock runs and return them. Waits for a lock: the claim's loser holds it for a moment."""
    ids = ", ".join(str(int(run_id)) for run_id in run_ids)
    # NO KEY: inserts that point at the run are not held up.
    lock = "FOR NO KEY UPDATE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(_LOAD.format(ids=ids, lock=lock))
        rows = cursor.fetchall()
    return [
        LoadedRun(run_id, version, item, _json(snapshot), fence, claims, tuple(_json(chain)), *rest)
        for run_id, version, item, snapshot, fence, claims, chain, *rest in rows
    ]


def events(run_ids: Iterable[int], now: datetime) -> list[StoredEvent]:
    """Return what came for the waits of locked runs, in the order in which it came."""
    ids = ", ".join(str(int(run_id)) for run_id in run_ids)
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS.format(ids=ids), [_moment(now)])
        rows = cursor.fetchall()
    return [
        StoredEvent(run_id, number, (_json(payload) or {}) if is_fired else None)
        for run_id, number, payload, is_fired in rows
    ]


def write(written: Sequence[Written], now: datetime) -> None:
    """Write the turns of locked runs: lines, waits, outbox, snapshots (one statement)."""
    rows = store_rows.collect(written)
    if connection.vendor == "postgresql":
        sql, params = store_rows.postgresql_statement(rows, now)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
        return
    with connection.cursor() as cursor:
        for sql, many in store_rows.sqlite_statements(rows, _moment):
            cursor.executemany(sql, many(now))


def fire(run_id: int, wait: int, payload: Mapping[str, Any], now: datetime) -> bool:
    """Note that the event of a wait came; return False when nobody waits for it any more.

    The touch of the run waits for a turn in progress, so it cannot get lost. A run that is
    paused or failed keeps the event for later.
    """
    moment = _moment(now)
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH_RUN, [moment, run_id])
        if not cursor.rowcount:
            return False
        cursor.execute(_TOUCH_WAIT, [True, dumps(payload), moment, run_id, wait])
        return bool(cursor.rowcount)


def _json(stored: Any) -> Any:
    return orjson.loads(stored) if isinstance(stored, str | bytes) else stored


def _moment(moment: datetime | None) -> Any:
    """Return a moment as the driver takes it; SQLite keeps texts that sort like moments."""
    if moment is None or connection.vendor == "postgresql":
        return moment
    return str(moment.astimezone(UTC).replace(tzinfo=None))
