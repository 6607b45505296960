"""What happened in runs, line by line."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from automation.models.append_only import AppendOnly
from automation.models.runs import Run


class JournalEntry(models.Model):
    """One line of a run's journal. Append-only; folding the lines gives the snapshot.

    `kind` is one of `automation.engine.journal.LineKind`, whose docstring says what
    `details` holds by kind. Secrets are masked before a line gets here.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="journal", db_index=False)
    sequence = models.PositiveIntegerField()  # from 1, without gaps
    at = models.DateTimeField()
    kind = models.CharField(max_length=12)
    step = models.CharField(max_length=64, blank=True)  # empty: about the run as a whole
    attempt = models.PositiveSmallIntegerField(default=1)
    # "success" or "error"; None where no step ended. The words of `bizproc` are kept, so that
    # who knows them finds them.
    operation_status_code = models.CharField(max_length=8, null=True)  # noqa: DJ001  # as above
    operation_status_kind = models.CharField(max_length=12, blank=True)  # of an error
    operation_status_message = models.CharField(max_length=500, blank=True)
    activity_return_result: models.JSONField[Any, Any] = models.JSONField(
        null=True, encoder=DjangoJSONEncoder
    )
    inputs: models.JSONField[Any, Any] = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    # [{"record": id, "field": code, "before": json, "after": json}, …]
    effects: models.JSONField[Any, Any] = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    details: models.JSONField[Any, Any] = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    duration_ms = models.PositiveIntegerField(null=True)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["run", "sequence"]
        constraints = [
            # The net under the locks: a second worker's turn cannot be written.
            models.UniqueConstraint(fields=["run", "sequence"], name="journal_sequence_once"),
        ]
        indexes = [
            # The health page: failures by cause, newest first.
            models.Index(
                fields=["-at"],
                name="journal_errors",
                condition=models.Q(operation_status_code="error"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.sequence} {self.kind} {self.step}"
