"""Who is away, and who stands in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from automation.models import Absence

# Substitutes of substitutes: further than this nobody is asked.
LONGEST_CHAIN = 10


def is_absent(user_id: int, at: datetime) -> bool:
    """Return whether somebody is away at a moment (one query)."""
    return bool(absent_people([user_id], at=at))


def absent_people(user_ids: Iterable[int], *, at: datetime) -> frozenset[int]:
    """Return which of these people are away at a moment (one query)."""
    away = Absence.objects.filter(person_id__in=list(user_ids), begins_at__lte=at, ends_at__gt=at)
    return frozenset(away.values_list("person_id", flat=True))


def workers_for(user_ids: Iterable[int], *, at: datetime) -> dict[int, int]:
    """Return who does each person's work at a moment: the person, or who stands in.

    Who is away without anybody standing in is left out. One query, and those of
    `substitute_of` for everybody who is away.
    """
    people = list(user_ids)
    absent = absent_people(people, at=at)
    found = {each: substitute_of(each, at) if each in absent else each for each in people}
    return {person: worker for person, worker in found.items() if worker is not None}


def substitute_of(user_id: int, at: datetime) -> int | None:
    """Return who does somebody's work at a moment (one query each until one is there).

    The person, when not away; the substitute, or the substitute's where that one is away as
    well; None when nobody stands in.
    """
    asked: set[int] = set()
    current: int | None = user_id
    while current is not None and current not in asked and len(asked) < LONGEST_CHAIN:
        asked.add(current)
        away = (
            Absence.objects.filter(person_id=current, begins_at__lte=at, ends_at__gt=at)
            .order_by("begins_at", "pk")
            .values_list("substitute_id", "substitute__is_active")
        )
        rows = list(away)
        if not rows:
            return current
        current = next((pk for pk, is_active in rows if is_active), None)
    return None
