"""The feed of changes that live boards and integrations read."""

from __future__ import annotations

from django.db import models

from smart_processes.migration_operations import CurrentTransaction


class ChangeEvent(models.Model):
    """A hint that a record changed: never its state. Kept for two days.

    `body`: `{"version": int, "by": actor kind, "stage": code, "responsible": user id or null,
    "opened": bool, "was": {}}`; `was` holds the old pipeline (code), stage, responsible and
    opened where the change replaced them.

    `transaction_id` lets readers see every event although ids are given out before
    commit (`change_feed.FeedReader`).
    """

    transaction_id = models.BigIntegerField(
        db_default=CurrentTransaction(), editable=False, db_index=True
    )
    kind = models.CharField(max_length=20)  # created, changed, moved, deleted, restored
    item_id = models.BigIntegerField()
    type_id = models.BigIntegerField()
    pipeline_id = models.BigIntegerField()
    actor_id = models.BigIntegerField(null=True)
    body = models.JSONField(default=dict)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.item_id}"
