"""Work in the background: bulk changes, exports, imports."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from smart_processes.choices import JobState
from smart_processes.models.record_types import RecordType


class Job(models.Model):
    """One piece of work that outlives a request; a Celery message only nudges it.

    A worker takes it by a conditional UPDATE with a lease; when the worker dies, the
    lease ends and another one goes on from `processed_count`.
    """

    kind = models.CharField(max_length=20)  # a key of `smart_processes.jobs.registry`
    type = models.ForeignKey(RecordType, null=True, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    params = models.JSONField(default=dict)
    upload = models.FileField(upload_to="jobs/%Y/%m/", blank=True, max_length=200)
    result = models.FileField(upload_to="jobs/%Y/%m/", blank=True, max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.PENDING)
    total_count = models.PositiveIntegerField(null=True)  # None = not known yet
    processed_count = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    is_cancel_requested = models.BooleanField(default=False)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    # Raised by every claim; a worker that lost its lease writes nothing more.
    fence = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state", "leased_until"], name="job_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class JobRow(models.Model):
    """What became of one record or row of a file; rows that went well are only counted."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # line in the file, or place in the selection
    item_id = models.BigIntegerField(null=True)
    label = models.CharField(max_length=255, blank=True)
    message = models.CharField(max_length=500)
    cells = models.JSONField(default=list, blank=True)  # the row as it stood in the file

    class Meta:
        ordering = ["number", "pk"]

    def __str__(self) -> str:
        return f"{self.number}: {self.message}"
