"""Changing what roles may do."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models, transaction

from accounts import access, grants
from accounts.actor import Actor
from accounts.choices import Action, Scope
from accounts.exceptions import PermissionRefused
from accounts.models import Role

Change = tuple[models.Model, Action, Scope | None]


@transaction.atomic
def set_grants(role: Role, changes: Iterable[Change], *, actor: Actor) -> None:
    """Set cells of a role's matrix; None removes a cell, so that the one above it holds.

    Raises:
        PermissionRefused: only administrators change what roles may do.
    """
    require_administrator(actor)
    grants.write_cells(role, changes)


def require_administrator(actor: Actor) -> None:
    """Refuse everybody but administrators (superusers) and the system.

    Raises:
        PermissionRefused: the actor is neither.
    """
    rights = access.of(actor)
    if not (rights.is_unlimited and rights.is_active):
        raise PermissionRefused(Action.CHANGE, "access")
