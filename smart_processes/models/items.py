"""The one table of all records, and who watches a record."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from smart_processes.models.pipelines import Pipeline
from smart_processes.models.record_types import RecordType
from smart_processes.stage_field import REFRESHING, StageField

# Columns that change only in their action: moving, changing the pipeline.
_KEPT = frozenset({"stage", "pipeline", "pipeline_id", "type", "type_id"})


class ItemQuerySet(models.QuerySet["Item"]):
    """Refuses what would pass by the state machine."""

    def update(self, **kwargs: Any) -> int:
        """Update as usual, but never the stage, the pipeline or the type."""
        if kept := _KEPT & kwargs.keys():
            raise AttributeError(f"{sorted(kept)} change only in their action.")
        return super().update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]  # Django's own mark for templates

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list[Item]:
        """Insert as usual, but never overwrite rows that exist."""
        if kwargs.get("update_conflicts"):
            raise AttributeError("Records are not upserted.")
        return super().bulk_create(objs, *args, **kwargs)


class Item(models.Model):
    """A record of any type: the columns every record has, and its user-defined values.

    `values` maps `f<field id>` to the value's JSON form (see `field_types`); a key is
    there only when the field is set. Shipped types add typed columns in a multi-table
    child (`crm.Deal`), which shares this row and its stage.
    """

    type = models.ForeignKey(
        # The composite indexes begin with it; an index of its own makes SQLite choose badly.
        RecordType,
        on_delete=models.PROTECT,
        related_name="items",
        db_index=False,
    )
    pipeline = models.ForeignKey(
        Pipeline, on_delete=models.PROTECT, related_name="items", db_index=False
    )
    stage = StageField(max_length=64, protected=True, editable=False)
    # Top of a column is the smallest. Exceeds 2^53: never sent to a browser.
    position = models.BigIntegerField(default=0)
    number = models.PositiveBigIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=255)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("responsible"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    opened = models.BooleanField(_("open to everyone"), default=False)
    # Minor units: SQLite has no exact decimals.
    amount_minor = models.BigIntegerField(_("amount"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    amount_base_minor = models.BigIntegerField(default=0)
    company = models.ForeignKey(
        "self",
        verbose_name=_("company"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="records_of_company",
    )
    contact = models.ForeignKey(
        "self",
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="records_of_contact",
    )
    begins_on = models.DateField(_("begins on"), null=True, blank=True)
    closes_on = models.DateField(_("closes on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True)
    source_details = models.CharField(_("details of the source"), max_length=255, blank=True)
    # Where the record came from, so that a second import finds it again.
    external_id = models.CharField(_("external id"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    updated_at = models.DateTimeField(_("updated at"))
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    moved_at = models.DateTimeField(_("in the stage since"))
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    version = models.PositiveIntegerField(default=1)
    # Lower-cased by Python: SQLite does not fold Cyrillic.
    search = models.TextField(default="", blank=True, editable=False)
    values = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("record")
        verbose_name_plural = _("records")
        constraints = [
            models.UniqueConstraint(fields=["type", "number"], name="item_number_unique_in_type"),
        ]
        indexes = [
            # A column of the board, and the same for one person.
            models.Index(
                fields=["pipeline", "stage", "position", "id"],
                name="item_kanban",
                condition=Q(deleted_at=None),
            ),
            models.Index(
                fields=["pipeline", "stage", "responsible", "position", "id"],
                name="item_kanban_own",
                condition=Q(deleted_at=None),
            ),
            # The list, newest first.
            models.Index(fields=["type", "created_at", "id"], name="item_created"),
            # "My records" over all types.
            models.Index(fields=["responsible", "updated_at", "id"], name="item_responsible"),
            # Import and links by key.
            models.Index(fields=["type", "title"], name="item_title"),
            models.Index(
                fields=["type", "external_id"],
                name="item_external_id",
                condition=~Q(external_id=""),
            ),
            # The recycle bin, and what has been there for too long.
            models.Index(
                fields=["type", "deleted_at", "id"],
                name="item_bin",
                condition=Q(deleted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Let Django overwrite the protected stage of this instance alone."""
        self.__dict__[REFRESHING] = True
        try:
            super().refresh_from_db(*args, **kwargs)
        finally:
            del self.__dict__[REFRESHING]

    def clean_fields(self, exclude: Any = None) -> None:
        """Skip the stage: Django sets every field it cleans."""
        super().clean_fields(exclude={*(exclude or ()), "stage"})


class ItemObserver(models.Model):
    """Somebody who watches a record and therefore may read it, whatever the roles say."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="observers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            # Read from the person's side: "which records do I watch?"
            models.UniqueConstraint(fields=["user", "item"], name="observer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.item_id}"
