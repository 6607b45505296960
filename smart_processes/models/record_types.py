"""Record types: what kinds of records a company keeps."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from smart_processes.choices import Hue, MenuSection
from smart_processes.models.grants import TYPE_GRANTS

CODE = RegexValidator(
    r"^[a-z][a-z0-9_]*$",
    _("Use small Latin letters, digits and underscores, beginning with a letter."),
)


class RecordType(models.Model):
    """A kind of record: a shipped one (deal) or one that people made (travel request).

    The switches hide and show; switching one off never destroys values.
    """

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[CODE])
    entity_type_id = models.PositiveIntegerField(
        _("number of the type"),
        unique=True,
        help_text=_("How integrations written for other systems name the type."),
    )
    name_one = models.CharField(_("name of one"), max_length=60)
    name_many = models.CharField(_("name of many"), max_length=60)
    icon = models.CharField(_("icon"), max_length=40, default="square-3-stack-3d")
    hue = models.CharField(_("colour"), max_length=8, choices=Hue, default=Hue.BLUE)
    menu_section = models.CharField(
        _("menu section"), max_length=12, choices=MenuSection, default=MenuSection.PROCESSES
    )
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    number_prefix = models.CharField(
        _("number prefix"),
        max_length=8,
        blank=True,
        help_text=_("REQ gives REQ-000123; empty gives 123."),
    )
    is_shipped = models.BooleanField(_("part of the product"), default=False, editable=False)

    has_stages = models.BooleanField(_("stages and board"), default=True)
    has_pipelines = models.BooleanField(_("several pipelines"), default=False)
    has_client = models.BooleanField(_("clients"), default=False)
    has_amount = models.BooleanField(_("amount and currency"), default=False)
    has_dates = models.BooleanField(_("begin and close dates"), default=False)
    has_source = models.BooleanField(_("source"), default=False)
    has_observers = models.BooleanField(_("observers"), default=True)
    has_recycle_bin = models.BooleanField(_("recycle bin"), default=True)
    opened_by_default = models.BooleanField(
        _("new records are open"),
        default=False,
        help_text=_("Open records are seen by roles with the scope “Open”."),
    )

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("record type")
        verbose_name_plural = _("record types")
        permissions = TYPE_GRANTS

    def __str__(self) -> str:
        return self.name_many

    def format_number(self, number: int) -> str:
        """Return a record's number as people read it: `REQ-000123`, or `123` without prefix."""
        return f"{self.number_prefix}-{number:06d}" if self.number_prefix else str(number)


class RecordNumber(models.Model):
    """The last number given out per type.

    A table of its own, because a change of `RecordType` renews the schema stamp.
    """

    type = models.OneToOneField(
        RecordType, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.type_id}: {self.last}"
