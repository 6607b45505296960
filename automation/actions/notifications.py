"""Telling people: the bell and the mail, and how each person wants it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import User
from automation.choices import MailChoice, NotificationKind
from automation.models import Notification, NotificationChoice, UserTask
from automation.runtime.nudges import nudge
from smart_processes.models import Item

MAIL_DUE = "automation.tasks.mail_notifications"
LONGEST_TITLE = 255  # characters, as the column
# Read or not: after a quarter of a year nobody looks for it.
KEPT = timedelta(days=90)


@transaction.atomic
def notify(
    people: Iterable[int],
    kind: NotificationKind,
    title: str,
    *,
    actor: Actor,
    text: str = "",
    item: Item | UserTask | int | None = None,
) -> list[Notification]:
    """Tell people something, each the way they chose for this kind.

    Nobody is told of their own deeds, nor twice, nor after they left; who chose neither bell
    nor mail is not told.

    Args:
        people: Ids of whom to tell.
        kind: What it is about; people choose by it.
        title: One line.
        actor: Who did what they are told of.
        text: A few words more.
        item: The record it is about, or its id; or the user task, which knows its record.
    """
    own = actor.user_id if actor.kind in {ActorKind.PERSON, ActorKind.TOKEN} else None
    wanted = {person for person in people if person != own}
    present = User.objects.filter(pk__in=wanted, is_active=True).values_list("pk", flat=True)
    chosen = {
        choice.person_id: choice
        for choice in NotificationChoice.objects.filter(person_id__in=wanted, kind=kind)
    }
    usual = NotificationChoice.usual(kind)
    item_id = item.item_id if isinstance(item, UserTask) else _record_id(item)
    now = timezone.now()
    made = [
        Notification(
            person_id=person,
            kind=kind,
            title=title[:LONGEST_TITLE],
            text=text,
            item_id=item_id,
            user_task_id=item.pk if isinstance(item, UserTask) else None,
            at=now,
            in_bell=choice.in_bell,
            mail=choice.mail,
        )
        for person in sorted(present)
        if (choice := chosen.get(person, usual)).in_bell or choice.mail != MailChoice.NEVER
    ]
    Notification.objects.bulk_create(made)
    if any(each.mail == MailChoice.AT_ONCE for each in made):
        nudge(MAIL_DUE)
    return made


def mark_read(ids: Collection[int] | None, *, actor: Actor) -> int:
    """Mark one's notifications as read, or all of them (None); return how many were not."""
    unread = Notification.objects.filter(person_id=actor.user_id, read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=ids)
    return unread.update(read_at=timezone.now())


@transaction.atomic
def choose_ways(
    kind: NotificationKind, *, in_bell: bool, mail: MailChoice, actor: Actor
) -> NotificationChoice:
    """Say how one wants to be told of a kind from now on."""
    choice, _made = NotificationChoice.objects.update_or_create(
        person_id=actor.user_id, kind=kind, defaults={"in_bell": in_bell, "mail": mail}
    )
    return choice


def forget_notifications(before: datetime) -> int:
    """Delete notifications from before a moment; return how many."""
    removed, _by_model = Notification.objects.filter(at__lt=before).delete()
    return removed


def _record_id(item: Item | int | None) -> int | None:
    return item.pk if isinstance(item, Item) else item
