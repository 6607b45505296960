"""Programs that run by the clock."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_celery_beat.models import PeriodicTask

from automation.choices import OccurrenceStatus
from automation.models.programs import Program
from smart_processes.models import RecordType


class Schedule(models.Model):
    """A program that runs at times written as `minute hour day month weekday`.

    With a type it runs once for each record that the filter finds, else once, on no record.
    """

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=200)
    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.CASCADE, related_name="schedules"
    )
    # On the company's clock, as its calendar says.
    times = models.CharField(
        _("times"),
        max_length=200,
        help_text=_("Minute, hour, day, month, weekday: 0 18 * * 1-5 is 18:00 from Monday on."),
    )
    is_on_working_days = models.BooleanField(
        _("on working days only"),
        default=False,
        help_text=_("By the company's calendar, holidays left out."),
    )
    type = models.ForeignKey(
        RecordType,
        verbose_name=_("for each record of"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    filters = models.JSONField(_("filter"), default=dict, blank=True)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    # Whose rights count; None: the system's.
    runs_as = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("runs as"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    is_active = models.BooleanField(_("switched on"), default=True)
    # What beat reads; kept by the actions that change a schedule.
    beat_row = models.OneToOneField(
        PeriodicTask,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    # Times before it are none of ours: it was made, or its times were changed, then.
    since = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")

    def __str__(self) -> str:
        return self.name


class ScheduleOccurrence(models.Model):
    """One of a schedule's times and what was done; unique, so two beats do nothing twice."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="occurrences")
    planned_at = models.DateTimeField(_("planned for"))
    at = models.DateTimeField(_("at"))
    status = models.CharField(_("state"), max_length=7, choices=OccurrenceStatus)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    run_count = models.PositiveIntegerField(_("runs"), default=0)

    class Meta:
        ordering = ["-planned_at"]
        verbose_name = _("time of a schedule")
        verbose_name_plural = _("times of schedules")
        constraints = [
            models.UniqueConstraint(fields=["schedule", "planned_at"], name="occurrence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.planned_at:%Y-%m-%d %H:%M}"
