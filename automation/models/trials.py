"""Trial runs that were made, and those that are kept as cases."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from automation.models.programs import Program
from automation.models.robots import Robot
from automation.models.triggers import Trigger
from smart_processes.models import Item


class Trial(models.Model):
    """What a rule or a program would have done with a record at a moment.

    With a name it is a case: it is made again to see what a change of the rule changes.
    Without one it is what somebody tried last, and is forgotten after a while.
    """

    # One of the three: what was tried.
    program = models.ForeignKey(Program, null=True, on_delete=models.CASCADE, related_name="trials")
    robot = models.ForeignKey(Robot, null=True, on_delete=models.CASCADE, related_name="trials")
    trigger = models.ForeignKey(Trigger, null=True, on_delete=models.CASCADE, related_name="trials")
    item = models.ForeignKey(
        Item, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=200, blank=True)
    # What was pretended: a moment, {"step": {"how": …, "result": {…}}}, {"code": value}.
    at = models.DateTimeField(null=True)
    answers: models.JSONField[Any, Any] = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    parameters: models.JSONField[Any, Any] = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder
    )
    # `automation.trials.report` says what it is like.
    report: models.JSONField[Any, Any] = models.JSONField(encoder=DjangoJSONEncoder)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("trial run")
        verbose_name_plural = _("trial runs")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "name"], condition=~Q(name=""), name="case_of_program_once"
            ),
            models.UniqueConstraint(
                fields=["robot", "name"], condition=~Q(name=""), name="case_of_robot_once"
            ),
            models.UniqueConstraint(
                fields=["trigger", "name"], condition=~Q(name=""), name="case_of_trigger_once"
            ),
        ]
        indexes = [models.Index(fields=["made_at"], name="trial_passing", condition=Q(name=""))]

    def __str__(self) -> str:
        return self.name or f"{self.rule} {self.made_at}"

    @property
    def rule(self) -> Program | Robot | Trigger:
        """What was tried."""
        found = self.program or self.robot or self.trigger
        if found is None:
            raise ValueError("A trial is of a program, a robot or a trigger.")
        return found
