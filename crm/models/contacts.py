"""Contacts: people at the client's."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from smart_processes.models import Item


class Contact(Item):
    """What only a contact has. Phones and e-mails are lists of strings."""

    item_ptr = models.OneToOneField(
        Item, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="+"
    )
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    job_title = models.CharField(_("job title"), max_length=100, blank=True)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    phones = models.JSONField(_("phones"), default=list, blank=True)
    emails = models.JSONField(_("e-mails"), default=list, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
