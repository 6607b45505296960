"""Pipelines and their stages."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from smart_processes.choices import Hue, StageSemantics
from smart_processes.models.grants import STAGE_GRANTS, TYPE_GRANTS
from smart_processes.models.record_types import CODE, RecordType

STAGE_CODE = RegexValidator(
    r"^[A-Z][A-Z0-9_]*$",
    _("Use capital Latin letters, digits and underscores, beginning with a letter."),
)


class Pipeline(models.Model):
    """A way records of a type go. A type without pipelines has one hidden pipeline."""

    type = models.ForeignKey(
        RecordType, verbose_name=_("type"), on_delete=models.CASCADE, related_name="pipelines"
    )
    code = models.CharField(_("code"), max_length=40, validators=[CODE])
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    hue = models.CharField(_("colour"), max_length=8, choices=Hue, default=Hue.BLUE)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_default = models.BooleanField(_("default pipeline"), default=False)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        permissions = TYPE_GRANTS
        constraints = [
            models.UniqueConstraint(fields=["type", "code"], name="pipeline_code_unique_in_type"),
            models.UniqueConstraint(
                fields=["type"], condition=Q(is_default=True), name="one_default_pipeline"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """One column of a board.

    `code` is the state the state machine stores on records, so a used code never
    changes; rename `name` instead. Retired stages keep their rows: history points at
    them.
    """

    pipeline = models.ForeignKey(
        Pipeline, verbose_name=_("pipeline"), on_delete=models.CASCADE, related_name="stages"
    )
    code = models.CharField(_("code"), max_length=64, validators=[STAGE_CODE])
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    hue = models.CharField(_("colour"), max_length=8, choices=Hue, default=Hue.BLUE)
    semantics = models.CharField(
        _("meaning"), max_length=12, choices=StageSemantics, default=StageSemantics.IN_PROGRESS
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    # Codes of fields that must be filled from this stage on (failures ask only their own).
    required_from_here = models.JSONField(_("required from here on"), default=list, blank=True)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        permissions = STAGE_GRANTS
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline", "code"], name="stage_code_unique_in_pipeline"
            ),
            # A board with two winning columns cannot report a conversion rate.
            models.UniqueConstraint(
                fields=["pipeline"],
                condition=Q(semantics=StageSemantics.SUCCESS, retired_at=None),
                name="one_success_stage_per_pipeline",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_final(self) -> bool:
        """True where records end: success or failure."""
        return self.semantics != StageSemantics.IN_PROGRESS


class StageTransition(models.Model):
    """An edge: records may go from `source` to `target`. A pipeline without edges allows all."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="edges")
    source = models.ForeignKey(
        Stage,
        verbose_name=pgettext_lazy("stage", "from"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    target = models.ForeignKey(
        Stage, verbose_name=pgettext_lazy("stage", "to"), on_delete=models.CASCADE, related_name="+"
    )
    roles = models.ManyToManyField(
        "accounts.Role",
        verbose_name=_("for roles"),
        blank=True,
        related_name="+",
        help_text=_("Empty: everybody who may bring records into the stage."),
    )
    required_fields = models.JSONField(_("required fields"), default=list, blank=True)
    # Rows that must all hold: [{"field": "amount", "operator": "gte", "value": "1000"}].
    conditions = models.JSONField(_("conditions"), default=list, blank=True)

    class Meta:
        ordering = ["source__position", "target__position"]
        verbose_name = _("allowed move")
        verbose_name_plural = _("allowed moves")
        constraints = [
            # django-fsm keeps one transition per source and target.
            models.UniqueConstraint(fields=["source", "target"], name="edge_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
