"""What happened to a record: entries, visits to stages, files."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.choices import ActorKind
from smart_processes.choices import EntryKind
from smart_processes.models.items import Item
from smart_processes.models.pipelines import Stage


class TimelineEntry(models.Model):
    """One thing that happened to a record. Append-only, but for a comment's own text.

    `body` by kind: changed `{"fields": [{"field": code, "from": json, "to": json}]}`;
    moved `{"from": stage code, "to": stage code}`; comment `{"text": str}`; linked and
    unlinked `{"record": id, "title": str}`; file `{"file": id, "name": str}`; observer
    `{"user": id}`; pipeline_changed `{"from": [pipeline, stage], "to": […]}` (codes);
    to-dos `{"todo": id, "title": str}`, with `{"user": id}` for whom it is.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("kind"), max_length=20, choices=EntryKind)
    actor_kind = models.CharField(max_length=8, choices=ActorKind, default=ActorKind.SYSTEM)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    actor_label = models.CharField(max_length=100, blank=True)
    body = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    edited_at = models.DateTimeField(_("edited at"), null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")
        indexes = [models.Index(fields=["item", "at", "id"], name="timeline_of_item")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class StageVisit(models.Model):
    """The time a record spent in a stage; the open one tells since when it stands there."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="visits")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="visits")
    entered_at = models.DateTimeField(_("entered at"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )

    class Meta:
        ordering = ["entered_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(left_at=None), name="one_open_visit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.stage_id}"


class RecordFile(models.Model):
    """A file of a record: attached to it (field_code empty) or the value of a file field."""

    item = models.ForeignKey(
        Item, null=True, blank=True, on_delete=models.CASCADE, related_name="files"
    )
    field_code = models.CharField(max_length=60, blank=True)
    # The stored name is random; the person's name for it is only shown, never a path.
    content = models.FileField(_("file"), upload_to="records/%Y/%m/", max_length=200)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size"))  # bytes
    uploaded_at = models.DateTimeField(_("uploaded at"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.name
