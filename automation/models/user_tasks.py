"""User tasks: what a run asks people, and what they answered."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from automation.choices import (
    AnswerKind,
    CommentRule,
    CountingRule,
    DelegationRule,
    UserTaskKind,
    UserTaskOutcome,
)
from automation.models.append_only import AppendOnly
from automation.models.runs import Run
from smart_processes.models import Item


class UserTask(models.Model):
    """A question that a step of a run put to people; open while `outcome` is empty.

    Whatever writes it, its people or its answers locks the run first.
    """

    run = models.ForeignKey(
        Run, on_delete=models.CASCADE, related_name="user_tasks", db_index=False
    )
    step = models.CharField(max_length=64)
    item = models.ForeignKey(
        Item, null=True, on_delete=models.CASCADE, related_name="user_tasks", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=24, choices=UserTaskKind)
    title = models.CharField(_("title"), max_length=255)
    description = models.TextField(_("description"), blank=True)
    # The person who started the run; where a robot did, only its name is known.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    asked_by_label = models.CharField(max_length=100, blank=True)
    # For questions that may be refused: whose refusals decide.
    rule = models.CharField(_("who decides"), max_length=4, choices=CountingRule)
    min_percent = models.PositiveSmallIntegerField(default=0)
    waits_for_all = models.BooleanField(default=False)
    comment_rule = models.CharField(max_length=8, choices=CommentRule, default=CommentRule.OPTIONAL)
    comment_label = models.CharField(max_length=100, blank=True)
    # What the buttons say; empty: the usual words.
    yes_label = models.CharField(max_length=60, blank=True)
    no_label = models.CharField(max_length=60, blank=True)
    # The form, `automation/user_tasks/questions.py` says what a question is like.
    questions: models.JSONField[Any, Any] = models.JSONField(default=list)
    delegation = models.CharField(
        max_length=12, choices=DelegationRule, default=DelegationRule.SUBORDINATES
    )
    created_at = models.DateTimeField(_("asked at"))
    due_at = models.DateTimeField(_("time limit"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=UserTaskOutcome, blank=True)
    is_timed_out = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("user task")
        verbose_name_plural = _("user tasks")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", closed_at=None)
                | (~Q(outcome="") & Q(closed_at__isnull=False)),
                name="user_task_closed_with_outcome",
            ),
        ]
        indexes = [
            # What a run still asks.
            models.Index(fields=["run"], name="user_task_open_of_run", condition=Q(outcome="")),
            # A record's panel.
            models.Index(fields=["item", "id"], name="user_task_of_item"),
            # "Asked by me".
            models.Index(fields=["asked_by", "id"], name="user_task_asked_by"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether somebody's answer is waited for."""
        return not self.outcome

    @property
    def wait_key(self) -> str:
        """What the step that waits for the answers is found by."""
        return f"user_task:{self.pk}"

    @property
    def answers(self) -> tuple[AnswerKind, ...]:
        """What may be answered, agreement first."""
        match self.kind:
            case UserTaskKind.APPROVAL:
                return AnswerKind.YES, AnswerKind.NO
            case UserTaskKind.INFORMATION_OR_REFUSAL:
                return AnswerKind.OK, AnswerKind.REFUSE
            case _:
                return (AnswerKind.OK,)


class UserTaskPerson(models.Model):
    """One of those who are asked; `ended_at` once they answered or need not any more."""

    task = models.ForeignKey(UserTask, on_delete=models.CASCADE, related_name="people")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="user_tasks",
        db_index=False,
    )
    # Who was meant: somebody absent, or who gave the task on.
    instead_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    was_delegated = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            # Nobody votes twice.
            models.UniqueConstraint(fields=["task", "person"], name="user_task_person_once"),
        ]
        indexes = [
            # "To answer" and its counter.
            models.Index(
                fields=["person", "task"],
                name="user_task_waits_for",
                condition=Q(ended_at=None),
            ),
            models.Index(fields=["person", "ended_at"], name="user_task_ended_for"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.person_id}"


class UserTaskAnswer(models.Model):
    """What somebody answered; written once."""

    asked = models.OneToOneField(UserTaskPerson, on_delete=models.CASCADE, related_name="answer")
    answer = models.CharField(_("answer"), max_length=6, choices=AnswerKind)
    comment = models.TextField(_("comment"), blank=True)
    # Code of the question -> the value's JSON form.
    values: models.JSONField[Any, Any] = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    at = models.DateTimeField()

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("answer")
        verbose_name_plural = _("answers")

    def __str__(self) -> str:
        return f"{self.asked_id} {self.answer}"
