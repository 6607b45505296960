"""Triggers of stages, and what happened that they have to look at."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from automation.models.robots import Origin
from smart_processes.models import Item, Pipeline, Stage


def new_public_id() -> str:
    """Return what a webhook's address ends with: says nothing about the trigger."""
    return uuid.uuid4().hex


class Trigger(models.Model):
    """Something that happens moves a record into the stage, or runs the stage's robots.

    What happens is its `kind` (a code of `automation.triggers`) with parameters.
    """

    pipeline = models.ForeignKey(
        Pipeline, on_delete=models.CASCADE, related_name="triggers", db_index=False
    )
    stage = models.ForeignKey(
        Stage, verbose_name=_("stage"), on_delete=models.CASCADE, related_name="triggers"
    )
    # Never changes; solution files know a trigger of a pipeline by it.
    code = models.SlugField(_("code"), max_length=64)
    position = models.PositiveIntegerField(_("position"), default=0)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=200)
    is_active = models.BooleanField(_("switched on"), default=True)

    kind = models.SlugField(_("what happens"), max_length=40)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    # Rows as `automation.engine.conditions` reads them.
    condition = models.JSONField(_("condition"), default=list, blank=True)
    may_move_back = models.BooleanField(_("may move back"), default=False)
    # False: the record stays where it is, the robots of the stage run for it.
    is_moving = models.BooleanField(_("moves the record"), default=True)
    # Whose rights the move needs; None: the system's.
    runs_as = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("runs as"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )

    # --- webhooks only -------------------------------------------------------------------------
    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    # SHA-256 of the secret, which is long and random; empty: no call is let in.
    secret_hash = models.CharField(max_length=64, blank=True, editable=False)

    # --- dates only ----------------------------------------------------------------------------
    # Up to which moment dates were looked at.
    checked_until = models.DateTimeField(null=True, blank=True, editable=False)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        ordering = ["pipeline", "stage", "position", "pk"]
        verbose_name = _("trigger")
        verbose_name_plural = _("triggers")
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "code"], name="trigger_code_in_pipeline"),
        ]

    def __str__(self) -> str:
        return self.name


class TriggerEvent(Origin):
    """Something happened that a trigger may answer: the one row that the deed writes.

    A worker looks at the triggers. Rows with a `key` are kept for a while, so that what is
    told twice is known; others go when they have been looked at.
    """

    kind = models.CharField(max_length=20)  # `automation.triggers.base.EventKind`
    # Which it happened to; None: it is told to one trigger, which finds the record.
    item = models.ForeignKey(
        Item, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # The only trigger that has to look; None: all that listen.
    trigger = models.ForeignKey(
        Trigger, null=True, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    payload: models.JSONField[Any, Any] = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    key = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001  # no key is no text
    at = models.DateTimeField()
    # When it is to be looked at; None: it was, or it cannot be.
    due_at = models.DateTimeField(null=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["is_bulk", "due_at", "id"],
                name="trigger_event_due",
                condition=Q(due_at__isnull=False),
            ),
            # What was given up: the mark on a record, the health page.
            models.Index(
                fields=["item"],
                name="trigger_event_given_up",
                condition=Q(due_at__isnull=True) & ~Q(error=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.item_id}"


class Mailbox(models.Model):
    """How far a mailbox has been read."""

    # Host, user and folder; no password.
    address = models.CharField(max_length=250, unique=True)
    # Numbers of letters hold as long as this stays the same.
    uid_validity = models.PositiveBigIntegerField(default=0)
    last_uid = models.PositiveBigIntegerField(default=0)
    read_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.address
