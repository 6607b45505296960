"""When the company works: its hours, days that differ, people's own hours, absences."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

USUAL_WEEK = ["09:00-18:00"] * 5 + ["", ""]


def usual_week() -> list[str]:
    """Return the hours of Monday to Sunday that hold until somebody says otherwise."""
    return list(USUAL_WEEK)


class CompanyCalendar(models.Model):
    """The one calendar of the company.

    `week` holds seven texts, Monday first: `09:00-13:00, 14:00-18:00`; empty: a day off.
    """

    # There is one row: everything that plans asks for the same calendar.
    code = models.CharField(max_length=20, unique=True, default="company", editable=False)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="UTC",
        help_text=_("Name from the IANA database, for example Europe/Minsk."),
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        help_text=_("Two letters, for example BY. Its public holidays are days off."),
    )
    subdivision = models.CharField(
        _("region"), max_length=10, blank=True, help_text=_("Where holidays differ by region.")
    )
    week = models.JSONField(_("working hours"), default=usual_week)

    class Meta:
        verbose_name = _("company calendar")
        verbose_name_plural = _("company calendar")

    def __str__(self) -> str:
        return str(_("Company calendar"))


class CalendarDay(models.Model):
    """A day that differs from the week and the holidays; no hours: a day off."""

    calendar = models.ForeignKey(CompanyCalendar, on_delete=models.CASCADE, related_name="days")
    on = models.DateField(_("day"))
    hours = models.CharField(
        _("working hours"), max_length=100, blank=True, help_text=_("Empty: a day off.")
    )
    note = models.CharField(_("note"), max_length=100, blank=True)

    class Meta:
        ordering = ["on"]
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        constraints = [
            models.UniqueConstraint(fields=["calendar", "on"], name="special_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.hours}".strip()


class PersonHours(models.Model):
    """The working week of somebody who does not keep the company's."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="working_hours",
    )
    week = models.JSONField(_("working hours"), default=usual_week)

    class Meta:
        verbose_name = _("own working hours")
        verbose_name_plural = _("own working hours")

    def __str__(self) -> str:
        return str(self.person)


class Absence(models.Model):
    """Somebody is away, and who stands in meanwhile."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="absences",
    )
    begins_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("substitute"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=100, blank=True)

    class Meta:
        ordering = ["-begins_at", "-pk"]
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")), name="absence_ends_after_it_begins"
            ),
        ]
        indexes = [
            # Who is away now?
            models.Index(fields=["person", "ends_at"], name="absence_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.begins_at:%Y-%m-%d}"
