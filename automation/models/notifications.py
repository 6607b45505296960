"""What people are told, and how they want to be told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from automation.choices import MailChoice, NotificationKind
from automation.models.user_tasks import UserTask
from smart_processes.models import Item


class Notification(models.Model):
    """Something one person is told: by the bell, by mail, or both.

    `mail` is how the person wanted this kind to be mailed when it happened; what waits to
    be mailed has no `mailed_at`.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=20, choices=NotificationKind)
    title = models.CharField(_("title"), max_length=255)
    text = models.TextField(_("text"), blank=True)
    item = models.ForeignKey(
        Item, null=True, blank=True, on_delete=models.CASCADE, related_name="notifications"
    )
    user_task = models.ForeignKey(
        UserTask, null=True, blank=True, on_delete=models.CASCADE, related_name="notifications"
    )
    at = models.DateTimeField(_("at"))
    # Who wants only a letter does not find it behind the bell.
    in_bell = models.BooleanField(default=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    mail = models.CharField(max_length=8, choices=MailChoice, default=MailChoice.NEVER)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [
            models.Index(fields=["person", "at", "id"], name="notification_of_person"),
            # The number at the bell.
            models.Index(
                fields=["person"],
                name="notification_unread",
                condition=Q(read_at=None, in_bell=True),
            ),
            # What the sweep has to mail.
            models.Index(
                fields=["mail", "at"],
                name="notification_to_mail",
                condition=Q(mailed_at=None) & ~Q(mail="never"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class NotificationChoice(models.Model):
    """How one person wants to be told of one kind; no row: as usual."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_choices"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=NotificationKind)
    in_bell = models.BooleanField(_("bell"), default=True)
    mail = models.CharField(_("mail"), max_length=8, choices=MailChoice, default=MailChoice.NEVER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="notification_choice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"

    @classmethod
    def usual(cls, kind: NotificationKind | str) -> NotificationChoice:
        """Return how somebody who never chose is told of a kind: by the bell alone.

        Of what waits for their answer by mail as well: others stand still until they look.
        """
        waits = kind == NotificationKind.USER_TASK
        return cls(kind=kind, mail=MailChoice.AT_ONCE if waits else MailChoice.NEVER)
