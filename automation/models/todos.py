"""To-dos: planned work on a record."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import ActorKind
from smart_processes.models import Item


class Todo(models.Model):
    """Something that somebody is to do for a record; who sees the record sees it.

    Open while `done_at` is empty.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="todos")
    title = models.CharField(_("to-do"), max_length=255)
    description = models.TextField(_("description"), blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who does it"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="todos",
        db_index=False,
    )
    deadline_at = models.DateTimeField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    made_by_kind = models.CharField(max_length=8, choices=ActorKind, default=ActorKind.SYSTEM)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    # The robot's name, where no person made it.
    made_by_label = models.CharField(max_length=100, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )

    class Meta:
        ordering = ["deadline_at", "pk"]
        verbose_name = _("to-do")
        verbose_name_plural = _("to-dos")
        indexes = [
            # The next step of each card; the tab of a record.
            models.Index(
                fields=["item", "deadline_at", "id"],
                name="todo_next_of_item",
                condition=Q(done_at=None),
            ),
            # "My tasks" and its counter.
            models.Index(
                fields=["assignee", "deadline_at", "id"],
                name="todo_open_of_person",
                condition=Q(done_at=None),
            ),
            models.Index(
                fields=["assignee", "done_at", "id"],
                name="todo_done_of_person",
                condition=Q(done_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.done_at is not None

    @property
    def wait_key(self) -> str:
        """What steps that wait until it is done are found by."""
        return f"todo:{self.pk}"


class ChecklistItem(models.Model):
    """One line of a to-do's checklist."""

    todo = models.ForeignKey(Todo, on_delete=models.CASCADE, related_name="checklist")
    text = models.CharField(_("text"), max_length=255)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("line of a checklist")
        verbose_name_plural = _("lines of a checklist")

    def __str__(self) -> str:
        return self.text
