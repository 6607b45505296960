"""Places of cards in a column.

A new or moved card stands on top: minus the moment in milliseconds, shifted to leave room
between two cards. Nobody has to read or lock anything for that; equal places are broken
by the id. Places exceed 2^53, so a browser names the neighbour, never a number.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from smart_processes.models import Item
from smart_processes.models.items import ItemQuerySet

# 2^20 places between two cards made a millisecond apart: twenty halvings.
_SHIFT = 20
_WINDOW = 64  # cards whose places are dealt anew when there is no room left
_ROOMY = 16  # places between two cards that make dealing anew worthwhile: four halvings


def top(at: datetime) -> int:
    """Return the place above everything that stood in the column before `at`."""
    return -(int(at.timestamp() * 1000) << _SHIFT)


def below(neighbour_id: int | None, *, pipeline_id: int, stage: str, at: datetime) -> int:
    """Return the place right below a card of the column, or on top for None.

    A neighbour that has left the column in the meantime counts as None.
    """
    column = Item.objects.filter(pipeline_id=pipeline_id, stage=stage, deleted_at=None)
    if neighbour_id is None:
        return top(at)
    upper = column.filter(pk=neighbour_id).values_list("position", flat=True).first()
    if upper is None:
        return top(at)
    lower = _next_place(column, upper, neighbour_id)
    if lower is None:
        return upper + (1 << _SHIFT)
    middle = (upper + lower) // 2
    if middle == upper:
        _spread(column, upper)
        upper = column.filter(pk=neighbour_id).values_list("position", flat=True).get()
        lower = _next_place(column, upper, neighbour_id)
        middle = upper + 1 if lower is None else (upper + lower) // 2
    return middle


def _next_place(column: ItemQuerySet, upper: int, neighbour_id: int) -> int | None:
    return (
        column.filter(position__gte=upper)
        .filter(Q(position__gt=upper) | Q(pk__gt=neighbour_id))
        .order_by("position", "pk")
        .values_list("position", flat=True)
        .first()
    )


def _spread(column: ItemQuerySet, start: int) -> None:
    """Deal new places to the cards that stand closest, keeping their order.

    The window grows until its cards fit evenly before the card that follows it.
    """
    ordered = column.filter(position__gte=start).order_by("position", "pk")
    window = _WINDOW
    while True:
        places = list(ordered.values_list("pk", "position")[: window + 1])
        if len(places) <= window:
            step = 1 << _SHIFT
            break
        step = (places.pop()[1] - start) // window
        if step >= _ROOMY:
            break
        window *= 8
    # Locked in the order of ids, so that two people who spread one column do not deadlock.
    held = column.select_for_update().filter(pk__in=[pk for pk, _ in places]).order_by("pk")
    present = set(held.values_list("pk", flat=True))
    for number, (pk, _) in enumerate(places):
        if pk in present:
            column.filter(pk=pk).update(position=start + number * step)
