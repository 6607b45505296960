"""Counts that steps of many runs share: numbers of a series, whose turn it is."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class NumberSeries(models.Model):
    """Numbers that are given out once each: of contracts, invoices, letters.

    `period` is what the series begins anew for, for example a year; empty: never.
    """

    code = models.CharField(_("code"), max_length=64)
    period = models.CharField(_("period"), max_length=10, blank=True)
    last = models.PositiveBigIntegerField(_("last number"), default=0)

    class Meta:
        ordering = ["code", "period"]
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = [
            models.UniqueConstraint(fields=["code", "period"], name="series_once_in_period"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.period}".strip()


class Turn(models.Model):
    """Who had the last turn where work is given to people in turn.

    `queue` is the name that the steps which share the turns were given, or the program's
    code and the step's id.
    """

    queue = models.CharField(max_length=200, unique=True)
    last_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return self.queue
