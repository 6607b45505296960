"""Robots of stages, the lists they make up, and the plan of a record that entered a stage."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.actor import Actor
from accounts.choices import ActorKind
from automation.choices import Hours, IfEmpty, OnLeave, RobotMoment, SpanUnit
from automation.models.programs import Program
from automation.models.runs import Run
from smart_processes.models import Item, Pipeline, Stage, StageVisit


def stop() -> str:
    """Return what a failing step does unless its robot says otherwise."""
    return "stop"


class Robot(models.Model):
    """One step that is done when a record enters a stage, at once or later.

    What it does is an activity with parameters; its `program` holds that as a program of one
    step, published anew with every change. A longer workflow is the activity
    `start_workflow`.
    """

    pipeline = models.ForeignKey(
        Pipeline, on_delete=models.CASCADE, related_name="robots", db_index=False
    )
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="robots")
    # Never changes; solution files know a robot of a pipeline by it.
    code = models.SlugField(_("code"), max_length=64)
    position = models.PositiveIntegerField(default=0)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=200)
    is_active = models.BooleanField(_("switched on"), default=True)

    activity = models.CharField(_("what it does"), max_length=64)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    # As `on_error` of a step: "stop", "continue", or {"then": …, "retry": n, "backoff": span}.
    on_error: models.JSONField[Any, Any] = models.JSONField(default=stop, blank=True)
    program = models.OneToOneField(Program, on_delete=models.RESTRICT, related_name="robot")

    when = models.CharField(
        _("when"), max_length=10, choices=RobotMoment, default=RobotMoment.AT_ONCE
    )
    # Of the delay, or after the date; negative: before it.
    amount = models.IntegerField(default=0)
    unit = models.CharField(max_length=7, choices=SpanUnit, default=SpanUnit.DAYS)
    hours = models.CharField(max_length=11, choices=Hours, default=Hours.CLOCK)
    date_field = models.CharField(max_length=60, blank=True)  # its code
    if_empty = models.CharField(max_length=4, choices=IfEmpty, default=IfEmpty.WAIT)
    moment = models.DateTimeField(null=True, blank=True)

    # Wait for the end of the one above it; otherwise it minds no other.
    after_previous = models.BooleanField(_("after the previous one"), default=False)
    # Rows as `automation.engine.conditions` reads them; judged when it runs.
    condition = models.JSONField(_("condition"), default=list, blank=True)
    # Whose rights it has; None: the system's.
    runs_as = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("runs as"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    on_leave = models.CharField(
        _("when the record leaves"), max_length=11, choices=OnLeave, default=OnLeave.CANCEL
    )
    # The rule's owner: told when it fails.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        ordering = ["pipeline", "stage", "position", "pk"]
        verbose_name = _("robot")
        verbose_name_plural = _("robots")
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "code"], name="robot_code_in_pipeline"),
        ]

    def __str__(self) -> str:
        return self.name


class RobotList(models.Model):
    """The robots of a stage as they were from one change to the next.

    A record that entered the stage keeps the list of that moment: `entries` is never changed
    (`automation.robots.lists` says what one looks like). A stage without robots has none
    that is current.
    """

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="robot_lists")
    number = models.PositiveIntegerField(_("version"))
    entries: models.JSONField[Any, Any] = models.JSONField(encoder=DjangoJSONEncoder)
    is_current = models.BooleanField(default=True)
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["stage", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["stage", "number"], name="robot_list_once"),
            models.UniqueConstraint(
                fields=["stage"], condition=Q(is_current=True), name="one_current_robot_list"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage_id} v{self.number}"


class Origin(models.Model):
    """Who and what led to a plan, kept until it becomes runs."""

    caused_by = models.ForeignKey(
        Run, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # The starts that led here; loops are seen in it.
    chain: models.JSONField[Any, Any] = models.JSONField(default=list)
    actor_kind = models.CharField(max_length=8, choices=ActorKind, default=ActorKind.SYSTEM)
    actor_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    actor_label = models.CharField(max_length=100, blank=True)
    # One of many: bulk changes and imports. Workers do it when nothing else is due.
    is_bulk = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def actor(self) -> Actor:
        """Who caused it."""
        return Actor(ActorKind(self.actor_kind), self.actor_user_id, self.actor_label)


class StagePlan(Origin):
    """A record entered a stage: the one row that the move writes; a worker does the rest.

    A trigger that runs a stage's robots without a move writes one as well.

    Deleted when it has become decisions and runs. One that cannot be worked out keeps its
    `error` and is tried no more.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_index=False)
    visit = models.ForeignKey(
        StageVisit, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # None: the stage it entered has no robots, the one it left has.
    robot_list = models.ForeignKey(
        RobotList, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # Only these robots (ids); None: all. For records that stood in the stage already.
    only: models.JSONField[Any, Any] = models.JSONField(null=True)
    # The trigger that asks for them, while the record stays; empty: the record entered the stage.
    trigger_name = models.CharField(max_length=200, blank=True)
    # None: at once.
    due_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["is_bulk", "id"], name="stage_plan_due", condition=Q(error="")),
            # What could not be worked out: the mark on a record, the health page.
            models.Index(fields=["item"], name="stage_plan_failed", condition=~Q(error="")),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} visit {self.visit_id}"
