"""Runs of programs and what they wait for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.choices import ActorKind
from automation.choices import FINAL_STATUSES, OPEN_STATUSES, RunStatus
from automation.models.programs import ProgramVersion
from smart_processes.models import Item


class Run(models.Model):
    """One execution of a program, on a record or on none.

    `snapshot` is the whole state (`automation.engine.snapshot` says what it is like). What
    happens to it is decided under this row's lock; the lease only keeps other workers from
    trying. A row that is due has a `due_at`; one that is paused, failed or at its end has none.
    """

    version = models.ForeignKey(ProgramVersion, on_delete=models.RESTRICT, related_name="runs")
    item = models.ForeignKey(
        Item, null=True, on_delete=models.CASCADE, related_name="runs", db_index=False
    )
    status = models.CharField(
        _("state"), max_length=10, choices=RunStatus, default=RunStatus.PENDING
    )
    snapshot = models.JSONField()
    due_at = models.DateTimeField(_("due at"), null=True)
    lease_until = models.DateTimeField(null=True)
    # Raised by every claim: a worker that lost its lease finds another number.
    fence = models.PositiveIntegerField(default=0)
    # Claims since the last turn that was written: a run that kills its worker is noticed.
    claim_count = models.PositiveSmallIntegerField(default=0)
    # Why it stopped, for lists; the journal says more.
    error = models.CharField(_("error"), max_length=500, blank=True)

    # The run whose step started this one, or caused it by what it changed.
    caused_by = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="caused", db_index=False
    )
    # The starts that led here, oldest first, as "program code@item id"; loops are seen in it.
    chain: models.JSONField[Any, Any] = models.JSONField(default=list)
    # The run that waits for this one's end, and the number of its wait.
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="children"
    )
    parent_wait = models.PositiveIntegerField(null=True)
    # The run that this one repeats, from the beginning and with the same parameters.
    restart_of = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="restarts", db_index=False
    )

    started_by_kind = models.CharField(max_length=8, choices=ActorKind, default=ActorKind.SYSTEM)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("started by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    started_by_label = models.CharField(max_length=100, blank=True)
    # Whose rights its steps have; None: the system's.
    runs_as = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        indexes = [
            # The claim: what is due, oldest first.
            models.Index(fields=["due_at"], name="run_due", condition=Q(due_at__isnull=False)),
            # A record's automation tab.
            models.Index(fields=["item", "id"], name="run_of_item"),
            # Which runs did one cause? Asked when it is forgotten.
            models.Index(
                fields=["caused_by"], name="run_cause", condition=Q(caused_by__isnull=False)
            ),
            # What was begun again in place of a run that is forgotten.
            models.Index(
                fields=["restart_of"],
                name="run_restarted",
                condition=Q(restart_of__isnull=False),
            ),
            # Lists by state; completed runs are most of the table and never looked for so.
            models.Index(
                fields=["status", "id"], name="run_status", condition=~Q(status="completed")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"

    @property
    def is_open(self) -> bool:
        """Whether it may still do something by itself."""
        return self.status in OPEN_STATUSES

    @property
    def is_final(self) -> bool:
        """Whether nothing can bring it back."""
        return self.status in FINAL_STATUSES

    @property
    def depth(self) -> int:
        """How many runs led to this one."""
        return len(self.chain) - 1

    @property
    def actor(self) -> Actor:
        """Who acts in its steps."""
        return Actor.robot(self.started_by_label or str(self.pk), runs_as=self.runs_as_id)


class Wait(models.Model):
    """Something a run waits for; the only index into its snapshot.

    `kind` says what ends it: a timer by `due_at`, everything else by an event with its
    number or its `key`. Rows are deleted when they have ended; the journal keeps the outcome.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="waits", db_index=False)
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=64)
    kind = models.CharField(max_length=12)  # `automation.engine.waits.WaitKind`
    key = models.CharField(max_length=200, null=True)  # noqa: DJ001  # no key is no text
    due_at = models.DateTimeField(null=True)
    is_fired = models.BooleanField(default=False)
    payload: models.JSONField[Any, Any] = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    class Meta:
        constraints = [
            # Also finds the waits of a run.
            models.UniqueConstraint(fields=["run", "number"], name="wait_once_in_run"),
        ]
        indexes = [
            # "Who waits for this event?"
            models.Index(fields=["key"], name="wait_key", condition=Q(key__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number} {self.kind}"
