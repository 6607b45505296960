"""Leads: somebody who may become a client."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from smart_processes.models import Item


class Lead(Item):
    """What only a lead has. Phones and e-mails are lists of strings."""

    item_ptr = models.OneToOneField(
        Item, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="+"
    )
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    company_name = models.CharField(_("company name"), max_length=255, blank=True)
    phones = models.JSONField(_("phones"), default=list, blank=True)
    emails = models.JSONField(_("e-mails"), default=list, blank=True)

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
