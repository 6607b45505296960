"""Exact counts and sums of live records, kept by database triggers."""

from __future__ import annotations

from django.db import models


class StageCounter(models.Model):
    """Part of the count and sum of one cell; the cell's truth is the sum of its rows.

    Append-only differences on PostgreSQL (an upserted row would stay locked until the
    commit and deadlock bulk moves), folded every minute; one row per cell on SQLite.
    `database_objects` has the triggers, `recount_counters` proves them.
    """

    pipeline = models.ForeignKey(
        "smart_processes.Pipeline",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    stage = models.CharField(max_length=64)
    responsible_id = models.BigIntegerField()  # 0 = nobody
    opened = models.BooleanField()
    record_count = models.BigIntegerField()
    amount_minor = models.BigIntegerField()  # in the base currency

    class Meta:
        indexes = [
            models.Index(
                fields=["pipeline", "stage", "responsible_id", "opened"], name="counter_cell"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pipeline_id}/{self.stage}: {self.record_count}"
