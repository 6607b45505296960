"""Saved views: a filter, a sort and columns under a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from smart_processes.models.pipelines import Pipeline
from smart_processes.models.record_types import RecordType


class SavedView(models.Model):
    """A view of a type's records, a person's own or shared with everybody.

    `filters` holds the filter form's parameters: `{"responsible": ["3"], "amount_min": ["400"]}`.
    """

    type = models.ForeignKey(RecordType, on_delete=models.CASCADE, related_name="views")
    pipeline = models.ForeignKey(
        Pipeline, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    code = models.CharField(_("code"), max_length=60, blank=True)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    is_shared = models.BooleanField(_("shared"), default=False)
    filters = models.JSONField(default=dict, blank=True)
    sort = models.CharField(max_length=70, blank=True)
    columns = models.JSONField(default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")

    def __str__(self) -> str:
        return self.name
