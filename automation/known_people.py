"""What the expression language and journals ask about people."""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import User
from accounts.selectors.heads import head_of
from automation.calendars.stored import company_zone


class KnownPeople:
    """Everybody, by id."""

    def head_of(self, person: int | None, level: int = 1) -> int | None:
        """Return the id of somebody's head; None where there is none."""
        return None if person is None else head_of(person, level)

    def zone_of(self, person: int | None) -> tzinfo:
        """Return the time zone somebody lives in; the company's where nobody said."""
        known = User.objects.filter(pk=person or 0)
        name = known.values_list("time_zone", flat=True).first()
        try:
            return ZoneInfo(name) if name else company_zone()
        except (ZoneInfoNotFoundError, ValueError):
            return company_zone()  # one that the database of zones has dropped


def name_of(actor: Actor) -> str:
    """Return what an actor is called: a person's full name (one query), else the label."""
    if actor.user_id is not None and actor.kind in {ActorKind.PERSON, ActorKind.TOKEN}:
        user = User.objects.filter(pk=actor.user_id).first()
        return user.full_name if user else ""
    return actor.label
