"""People: making, changing and deactivating them. Nobody is deleted: records name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.grants import require_administrator
from accounts.actor import Actor
from accounts.exceptions import AccountRefused
from accounts.models import Department, Role, User
from accounts.row_checks import assign, clean

CHANGEABLE = (
    "username",
    "email",
    "first_name",
    "last_name",
    "department",
    "job_title",
    "language",
    "time_zone",
    "is_active",
    "is_staff",
    "is_superuser",
)


@dataclass(frozen=True, kw_only=True)
class UserDraft:
    """Somebody who is to be made.

    Attributes:
        password: Empty: none works, until the person resets it by mail.
        is_administrator: May do everything, and enters the administration.
    """

    username: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    department: Department | None = None
    job_title: str = ""
    language: str = ""
    time_zone: str = ""
    password: str = ""
    is_administrator: bool = False


@transaction.atomic
def create_user(draft: UserDraft, *, actor: Actor, roles: Iterable[Role] = ()) -> User:
    """Make a person and return it.

    Raises:
        PermissionRefused: the actor is no administrator.
        AccountRefused: a name is taken or wrong.
    """
    require_administrator(actor)
    user = User(
        username=draft.username,
        email=draft.email,
        first_name=draft.first_name,
        last_name=draft.last_name,
        department=draft.department,
        job_title=draft.job_title,
        language=draft.language,
        time_zone=draft.time_zone,
        is_staff=draft.is_administrator,
        is_superuser=draft.is_administrator,
    )
    if draft.password:
        user.set_password(draft.password)
    else:
        user.set_unusable_password()
    _refuse_taken(user)
    clean(user)
    user.save()
    user.groups.set(list(roles))
    return user


@transaction.atomic
def change_user(user: User, changes: Mapping[str, Any], *, actor: Actor) -> User:
    """Change a person; what people change about themselves is `change_profile`.

    Raises:
        PermissionRefused: the actor is no administrator.
        AccountRefused: a name is taken or wrong, or nobody would be left to administer.
    """
    require_administrator(actor)
    user = User.objects.select_for_update().get(pk=user.pk)
    changed = assign(user, changes, CHANGEABLE)
    if not changed:
        return user
    if {"username", "email"}.intersection(changed):
        _refuse_taken(user)
    clean(user, exclude={"password"})
    user.save(update_fields=changed)
    if not User.objects.filter(is_active=True, is_superuser=True).exists() and not (
        user.is_active and user.is_superuser
    ):
        _refuse_without_administrator(changed)
    return user


def deactivate(user: User, *, actor: Actor) -> User:
    """Let somebody sign in no more; the records stay the person's.

    Raises:
        PermissionRefused, AccountRefused: as `change_user`.
    """
    return change_user(user, {"is_active": False}, actor=actor)


@transaction.atomic
def set_password(user: User, password: str, *, actor: Actor) -> None:
    """Give somebody a new password, or none that works for an empty one.

    Raises:
        PermissionRefused: the actor is no administrator.
    """
    require_administrator(actor)
    user = User.objects.select_for_update().get(pk=user.pk)
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save(update_fields=["password"])


def _refuse_taken(user: User) -> None:
    """Refuse a user name or e-mail that differs from somebody else's in its case alone."""
    others = User.objects.exclude(pk=user.pk)
    if others.filter(username__iexact=user.username).exists():
        raise AccountRefused(
            {
                "username": _("The user name “%(name)s” is taken. Choose another one.")
                % {"name": user.username}
            }
        )
    if user.email and others.filter(email__iexact=user.email).exists():
        raise AccountRefused(
            {
                "email": _("Somebody else has the e-mail address “%(email)s”.")
                % {"email": user.email}
            }
        )


def _refuse_without_administrator(changed: list[str]) -> None:
    if {"is_active", "is_superuser"}.intersection(changed):
        raise AccountRefused(
            {changed[0]: _("Nobody would be left to administer. Name another administrator first.")}
        )
