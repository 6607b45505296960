"""What leaves our database: written with the step, sent afterwards."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from automation.choices import MessageState
from automation.models.runs import Run


class OutboxMessage(models.Model):
    """One effect outside: sent at least once, always with the same key.

    Written in the transaction of the turn that wants it, sent in none. What the receiver
    answered is an event for the wait with `wait_number`; a run's messages leave in order.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="outbox")
    wait_number = models.PositiveIntegerField()
    # run:step:number; the same for a turn that is taken again and for a step that is tried again.
    key = models.CharField(max_length=120, unique=True)
    activity = models.CharField(max_length=64)  # whose `deliver` sends it
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    state = models.CharField(
        _("state"), max_length=10, choices=MessageState, default=MessageState.PENDING
    )
    due_at = models.DateTimeField(null=True)  # None: nothing more to do
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(_("error"), max_length=500, blank=True)
    answer: models.JSONField[Any, Any] = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        indexes = [
            models.Index(fields=["due_at"], name="outbox_due", condition=Q(due_at__isnull=False)),
            # The health page: what was given up.
            models.Index(fields=["-id"], name="outbox_dead", condition=Q(state="dead")),
        ]

    def __str__(self) -> str:
        return self.key
