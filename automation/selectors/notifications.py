"""What one person was told."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count

from automation.choices import NotificationKind
from automation.models import Notification, NotificationChoice

IN_BELL = 8  # shown below the bell; the page has all
PER_PAGE = 50


def latest_notifications(
    person_id: int, *, before: int | None = None, limit: int = PER_PAGE
) -> list[Notification]:
    """Return what somebody was told, latest first (one query).

    Args:
        person_id: Who.
        before: Only what came before this notification (its id).
        limit: How many.
    """
    told = Notification.objects.filter(person_id=person_id, in_bell=True).select_related("item")
    if before is not None:
        told = told.filter(pk__lt=before)
    return list(told.order_by("-pk")[:limit])


def count_unread(person_id: int) -> int:
    """Return the number at the bell (one query)."""
    return Notification.objects.filter(person_id=person_id, read_at=None, in_bell=True).count()


def unread_of(people: Collection[int]) -> dict[int, int]:
    """Return the number at the bell of each who has not read everything (one query)."""
    unread = Notification.objects.filter(person_id__in=people, read_at=None, in_bell=True)
    return dict(unread.order_by().values_list("person_id").annotate(Count("pk")))


def ways_of(person_id: int) -> list[NotificationChoice]:
    """Return how somebody wants to be told, every kind, stored or usual (one query)."""
    stored = {
        choice.kind: choice for choice in NotificationChoice.objects.filter(person_id=person_id)
    }
    return [stored.get(kind) or NotificationChoice.usual(kind) for kind in NotificationKind]
