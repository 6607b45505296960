"""Currencies and their rates."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Currency(models.Model):
    """A currency that amounts may be given in. Exactly one is the base of all totals."""

    code = models.CharField(_("ISO 4217 code"), max_length=3, primary_key=True)
    # How much of the base currency one unit is worth.
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8, default=1)
    is_base = models.BooleanField(_("base currency"), default=False, editable=False)

    class Meta:
        ordering = ["-is_base", "code"]
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        constraints = [
            models.UniqueConstraint(
                fields=["is_base"], condition=Q(is_base=True), name="one_base_currency"
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_is_positive"),
        ]

    def __str__(self) -> str:
        return self.code
