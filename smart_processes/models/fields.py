"""User-defined fields and their options."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from smart_processes.choices import Hue
from smart_processes.models.record_types import CODE, RecordType


class FieldDefinition(models.Model):
    """A field that people added to a type; its values stand in `Item.values` under `f<id>`.

    The kind never changes while values exist: a value stored as text is not a date.
    """

    type = models.ForeignKey(
        RecordType, verbose_name=_("type"), on_delete=models.CASCADE, related_name="definitions"
    )
    code = models.CharField(_("code"), max_length=60, validators=[CODE])
    label = models.CharField(pgettext_lazy("of a thing", "name"), max_length=100)
    # The choices are the registered field types; a form asks the registry.
    kind = models.CharField(_("kind"), max_length=16)
    help = models.CharField(_("help"), max_length=255, blank=True)
    section = models.CharField(
        _("section of the card"), max_length=60, blank=True, help_text=_("Empty: the first one.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_required = models.BooleanField(_("required"), default=False)
    is_multiple = models.BooleanField(_("several values"), default=False)
    is_unique = models.BooleanField(_("unique"), default=False)
    is_indexed = models.BooleanField(
        _("indexed"),
        default=False,
        help_text=_("Filters and sorting by it stay fast on large types; five per type."),
    )
    on_card = models.BooleanField(_("on the board's cards"), default=False)
    default = models.JSONField(_("default"), null=True, blank=True)
    # What only one kind knows, for example {"target": "company"} or {"decimal_places": 2}.
    config = models.JSONField(_("settings of the kind"), default=dict, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("field")
        verbose_name_plural = _("fields")
        constraints = [
            models.UniqueConstraint(fields=["type", "code"], name="field_code_unique_in_type"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def key(self) -> str:
        """The field's key in `Item.values`; unique over all types."""
        return f"f{self.pk}"


class FieldOption(models.Model):
    """One option of a choice field. Retired options stay: records still hold them."""

    definition = models.ForeignKey(
        FieldDefinition, on_delete=models.CASCADE, related_name="options"
    )
    code = models.CharField(_("code"), max_length=60, validators=[CODE])
    label = models.CharField(pgettext_lazy("of a thing", "name"), max_length=100)
    hue = models.CharField(_("colour"), max_length=8, choices=Hue, default=Hue.GREY)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("option")
        verbose_name_plural = _("options")
        constraints = [
            models.UniqueConstraint(
                fields=["definition", "code"], name="option_code_unique_in_field"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class UniqueValue(models.Model):
    """What a unique field holds, so that the database refuses the second of two equal values."""

    definition = models.ForeignKey(FieldDefinition, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(
        "smart_processes.Item", on_delete=models.CASCADE, related_name="unique_values"
    )
    value = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["definition", "value"], name="unique_field_value"),
        ]

    def __str__(self) -> str:
        return self.value
