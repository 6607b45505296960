"""Programs and their published versions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from automation.models.append_only import AppendOnly
from smart_processes.models import RecordType


class Program(models.Model):
    """What can be run: a workflow of many steps, or the one step of a robot.

    New runs take the `published` version; going back to an older one is pointing there.
    """

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    # The type of the records it works on; None: any, or none at all.
    type = models.ForeignKey(
        RecordType,
        verbose_name=_("record type"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="programs",
    )
    published = models.ForeignKey(
        "ProgramVersion", null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    # A body that is being worked on; None: as published. It may have problems.
    draft = models.JSONField(_("draft"), null=True, blank=True)
    is_active = models.BooleanField(_("switched on"), default=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = pgettext_lazy("automation", "program")
        verbose_name_plural = pgettext_lazy("automation", "programs")

    def __str__(self) -> str:
        return self.name


class ProgramVersion(models.Model):
    """A body as it was published; never changed, so a run keeps the one it began with.

    The key is the SHA-256 of the program's code and the body in canonical JSON: publishing
    the same again makes nothing new, and workers may keep compiled programs for ever.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    body = models.JSONField()  # automation/engine/program.schema.json says what it is like
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["program", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["program", "number"], name="version_once_in_program"),
        ]

    def __str__(self) -> str:
        return f"{self.program_id} v{self.number}"
