"""The fixed cast: anna owns, boris sits beside her, vera elsewhere, guest has no role."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.actor import Actor
from accounts.models import User
from tests.factories.accounts import make_department, make_user


@dataclass(frozen=True)
class Cast:
    """Four people in two departments and one below; roles are each test's own affair.

    anna and boris are in `sales`, clara in `sales-north` below it, vera in `support`.
    """

    anna: User
    boris: User
    clara: User
    vera: User
    guest: User
    root: User

    def actor(self, name: str) -> Actor:
        """Return a fresh actor, as every request has its own."""
        return Actor.person(getattr(self, name))


def make_cast() -> Cast:
    """Make the cast."""
    sales = make_department("sales")
    north = make_department("sales-north", parent=sales)
    return Cast(
        anna=make_user("anna", department=sales),
        boris=make_user("boris", department=sales),
        clara=make_user("clara", department=north),
        vera=make_user("vera", department="support"),
        guest=make_user("guest"),
        root=make_user("root", is_superuser=True),
    )
