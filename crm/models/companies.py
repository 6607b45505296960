"""Companies: the clients themselves."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from smart_processes.models import Item


class Company(Item):
    """What only a company has. Phones and e-mails are lists of strings."""

    item_ptr = models.OneToOneField(
        Item, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="+"
    )
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    employee_count = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    revenue = models.DecimalField(
        _("yearly revenue"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    website = models.URLField(_("website"), blank=True)
    phones = models.JSONField(_("phones"), default=list, blank=True)
    emails = models.JSONField(_("e-mails"), default=list, blank=True)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
