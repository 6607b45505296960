"""The statements that keep the counter table small and prove it right.

What fills it are triggers (`database_objects`). `connection.vendor` is asked here because
only PostgreSQL has differences to fold and a table lock to take; SQLite keeps one row per
cell and has one writer.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

ITEM = "smart_processes_item"
COUNTER = "smart_processes_stagecounter"

# Two folds at once would both delete the same rows and wait for each other.
_FOLD_LOCK = 0x736D6372  # any number, but always the same
_FOLD = f"""
WITH cells AS (
  SELECT pipeline_id, stage, responsible_id, opened
  FROM {COUNTER} GROUP BY 1, 2, 3, 4 HAVING count(*) > 1
), gone AS (
  DELETE FROM {COUNTER} AS row USING cells
  WHERE row.pipeline_id = cells.pipeline_id AND row.stage = cells.stage
    AND row.responsible_id = cells.responsible_id AND row.opened = cells.opened
  RETURNING row.*
), added AS (
  INSERT INTO {COUNTER} (pipeline_id, stage, responsible_id, opened, record_count, amount_minor)
  SELECT pipeline_id, stage, responsible_id, opened, sum(record_count), sum(amount_minor)
  FROM gone GROUP BY 1, 2, 3, 4
  HAVING sum(record_count) <> 0 OR sum(amount_minor) <> 0
  RETURNING 1
)
SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM added)
"""
_TRUTH = f"""
  SELECT pipeline_id, stage, coalesce(responsible_id, 0) AS responsible_id, opened,
         count(*) AS record_count, sum(amount_base_minor) AS amount_minor
  FROM {ITEM} WHERE deleted_at IS NULL GROUP BY 1, 2, 3, 4
"""
# One statement, so that both sides are read from one moment while people go on working.
_DIFFERENCES = f"""
SELECT pipeline_id, stage, responsible_id, opened,
       sum(counted) AS counted, sum(counted_amount) AS counted_amount,
       sum(found) AS found, sum(found_amount) AS found_amount
FROM (
  SELECT pipeline_id, stage, responsible_id, opened,
         record_count AS counted, amount_minor AS counted_amount, 0 AS found, 0 AS found_amount
  FROM {COUNTER}
  UNION ALL
  SELECT pipeline_id, stage, responsible_id, opened, 0, 0, record_count, amount_minor
  FROM ({_TRUTH}) AS truth
) AS sides
GROUP BY 1, 2, 3, 4
HAVING sum(counted) <> sum(found) OR sum(counted_amount) <> sum(found_amount)
ORDER BY 1, 2, 3, 4
"""


@dataclass(frozen=True)
class CellDifference:
    """A cell of the counter table that does not say what the records say.

    Amounts are minor units of the base currency; `responsible_id` 0 is nobody.
    """

    pipeline_id: int
    stage: str
    responsible_id: int
    opened: bool
    counted: int
    counted_amount_minor: int
    found: int
    found_amount_minor: int


def fold() -> int:
    """Replace the differences of each cell by their sum; return how many rows went.

    Readers see the same sums before, during and after; writers do not wait.
    """
    if connection.vendor != "postgresql":
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_FOLD_LOCK])
        (is_ours,) = cursor.fetchone()
        if not is_ours:
            return 0
        cursor.execute(_FOLD)
        (gone,) = cursor.fetchone()
    return int(gone)


def differences() -> list[CellDifference]:
    """Return the cells that are wrong (one statement over all records)."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES)
        return [
            CellDifference(int(pipeline), stage, int(responsible), bool(opened), *map(int, sums))
            for pipeline, stage, responsible, opened, *sums in cursor.fetchall()
        ]


def rebuild() -> int:
    """Count everything anew; return how many cells there are. Writers wait meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What is written between reading and inserting would be lost.
            cursor.execute(f"LOCK TABLE {ITEM} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(f"DELETE FROM {COUNTER}")
        cursor.execute(
            f"INSERT INTO {COUNTER} "
            f"(pipeline_id, stage, responsible_id, opened, record_count, amount_minor) {_TRUTH}"
        )
        return int(cursor.rowcount)
