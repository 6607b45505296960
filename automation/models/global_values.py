"""Values that every program may read."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from automation.choices import GlobalKind


class GlobalValue(models.Model):
    """A constant or variable of the whole system: `{=GlobalConst:code}`, `{=GlobalVar:code}`."""

    kind = models.CharField(_("kind"), max_length=8, choices=GlobalKind)
    code = models.SlugField(_("code"), max_length=64)
    label = models.CharField(pgettext_lazy("of a thing", "name"), max_length=200)
    value: models.JSONField[Any, Any] = models.JSONField(
        _("value"), null=True, blank=True, encoder=DjangoJSONEncoder
    )
    # Steps may use it; journals, exports and answers show that it is there, never what it is.
    is_secret = models.BooleanField(_("secret"), default=False)

    class Meta:
        ordering = ["kind", "code"]
        verbose_name = _("global value")
        verbose_name_plural = _("global values")
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="global_value_once"),
        ]

    def __str__(self) -> str:
        return self.label or self.code
