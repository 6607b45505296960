"""What rules decided about records: the answer to "why did it (not) run?"."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from automation.choices import DecisionKind, RuleKind
from automation.models.robots import Origin, Robot, RobotList
from automation.models.runs import Run
from automation.models.triggers import Trigger
from smart_processes.models import Item, StageVisit


class Decision(Origin):
    """What one rule decided about one record.

    A robot has one per visit of a record to its stage, and one for each time that a trigger
    asked for it; it begins as waiting where it is not decided at once, so this is also the
    plan of robots that come later. A trigger has one for every event it looked at.
    """

    item = models.ForeignKey(
        Item, on_delete=models.CASCADE, related_name="decisions", db_index=False
    )
    rule_kind = models.CharField(max_length=7, choices=RuleKind)
    # Stays when the rule is deleted.
    rule_name = models.CharField(max_length=200)
    robot = models.ForeignKey(Robot, null=True, on_delete=models.SET_NULL, related_name="decisions")
    trigger = models.ForeignKey(
        Trigger, null=True, on_delete=models.SET_NULL, related_name="decisions"
    )
    kind = models.CharField(_("decision"), max_length=9, choices=DecisionKind)
    # A sentence for people.
    reason = models.CharField(pgettext_lazy("decision", "reason"), max_length=500, blank=True)
    # The condition's rows: [{"text": …, "truth": bool, "left": …, "right": …, "problem": …}].
    rows: models.JSONField[Any, Any] = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="decisions")
    at = models.DateTimeField(_("at"))  # when it was decided, or planned while it waits

    # --- robots only ---------------------------------------------------------------------------
    visit = models.ForeignKey(
        StageVisit, null=True, on_delete=models.CASCADE, related_name="decisions"
    )
    robot_list = models.ForeignKey(
        RobotList, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    planned_at = models.DateTimeField(null=True)
    # The trigger that asked for the robot; `visit` is then where the record stood. Empty: the
    # record entered the robot's stage.
    trigger_name = models.CharField(max_length=200, blank=True)
    # When a waiting one is looked at again; None: when its date or the one before it comes.
    due_at = models.DateTimeField(_("due at"), null=True)
    # The date field a waiting one goes by.
    date_field = models.CharField(max_length=60, blank=True)
    # The one that a waiting one waits for.
    after = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="followers", db_index=False
    )

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = pgettext_lazy("automation", "decision")
        verbose_name_plural = pgettext_lazy("automation", "decisions")
        constraints = [
            # However often a plan is worked out, a robot runs once for a visit.
            models.UniqueConstraint(
                fields=["robot", "visit"],
                condition=Q(robot__isnull=False, visit__isnull=False, trigger_name=""),
                name="robot_once_for_visit",
            ),
        ]
        indexes = [
            # A record's automation tab.
            models.Index(fields=["item", "at"], name="decision_of_item"),
            models.Index(
                fields=["is_bulk", "due_at"],
                name="decision_due",
                condition=Q(kind="waiting", due_at__isnull=False),
            ),
            models.Index(fields=["after"], name="decision_after", condition=Q(after__isnull=False)),
            # What did a run cause? Asked when it is forgotten.
            models.Index(
                fields=["caused_by"], name="decision_cause", condition=Q(caused_by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_name}: {self.kind}"
