"""Roles: making them, giving and taking them. What they may do is `accounts.actions.grants`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anyascii import anyascii
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actions.grants import require_administrator
from accounts.actor import Actor
from accounts.exceptions import AccountRefused
from accounts.models import Department, Role, RoleAssignment, User
from accounts.role_uses import uses_of
from accounts.row_checks import assign, clean

CHANGEABLE = ("name", "description", "may_configure")
CODE_LENGTH = 64
# The role that everybody holds, where no other one was given to everybody.
EVERYBODY = "everybody"


@transaction.atomic
def create_role(
    name: str,
    *,
    actor: Actor,
    code: str = "",
    description: str = "",
    may_configure: bool = False,
) -> Role:
    """Make a role that may do nothing yet; an empty code is made from the name.

    Raises:
        PermissionRefused: the actor is no administrator.
        AccountRefused: the name or the code is taken or wrong.
    """
    require_administrator(actor)
    return _make(
        Role(
            name=name,
            code=code or _free_code(name),
            description=description,
            may_configure=may_configure,
        )
    )


@transaction.atomic
def change_role(role: Role, changes: Mapping[str, Any], *, actor: Actor) -> Role:
    """Change name, description or the right to configure; a role's code never changes.

    Raises:
        PermissionRefused: the actor is no administrator.
        AccountRefused: the name is taken or wrong.
    """
    require_administrator(actor)
    role = Role._base_manager.select_for_update(of=("self",)).get(pk=role.pk)
    changed = assign(role, changes, CHANGEABLE)
    if changed:
        clean(role)
        role.save(update_fields=changed)
    return role


@transaction.atomic
def delete_role(role: Role, *, actor: Actor) -> None:
    """Delete a role; whoever held it loses what it granted.

    Raises:
        PermissionRefused: the actor is no administrator.
        AccountRefused: something would be open to everybody without it.
    """
    require_administrator(actor)
    if sentences := list(uses_of(role)):
        raise AccountRefused({"": " ".join(sentences)})
    role.delete()


@transaction.atomic
def give_role(
    role: Role,
    *,
    actor: Actor,
    to: User | Department | None,
    with_below: bool = False,
) -> bool:
    """Give a role to a person, a department, or to everybody for None.

    Args:
        role: The role.
        actor: Who gives it.
        to: Who gets it.
        with_below: Also to the departments below; giving again changes it.

    Returns:
        False when it was given so already.

    Raises:
        PermissionRefused: the actor is no administrator.
    """
    require_administrator(actor)
    if isinstance(to, User):
        already = to.groups.filter(pk=role.pk).exists()
        to.groups.add(role)
        return not already
    if to is None:
        _row, made = RoleAssignment.objects.get_or_create(role=role, everybody=True)
        return made
    row, made = RoleAssignment.objects.get_or_create(
        role=role, department=to, defaults={"with_below": with_below}
    )
    if not made and row.with_below != with_below:
        row.with_below = with_below
        row.save(update_fields=["with_below"])
        return True
    return made


@transaction.atomic
def take_role(role: Role, *, actor: Actor, from_: User | Department | None) -> bool:
    """Take a role from a person, a department, or from everybody for None.

    Returns:
        False when it was not given so.

    Raises:
        PermissionRefused: the actor is no administrator.
    """
    require_administrator(actor)
    if isinstance(from_, User):
        had = from_.groups.filter(pk=role.pk).exists()
        from_.groups.remove(role)
        return had
    given = RoleAssignment.objects.filter(role=role, department=from_, everybody=from_ is None)
    removed, _by_model = given.delete()
    return bool(removed)


def everybody_role() -> Role:
    """Return the role that everybody holds, made when there is none; it grants nothing yet."""
    given = RoleAssignment.objects.filter(everybody=True).order_by("pk").select_related("role")
    if (first := given.first()) is not None:
        return first.role
    role = Role._base_manager.filter(code=EVERYBODY).first()
    if role is None:
        role = _make(Role(name=_("Everybody"), code=EVERYBODY))
    RoleAssignment.objects.create(role=role, everybody=True)
    return role


def _make(role: Role) -> Role:
    clean(role)
    role.save()
    return role


def _free_code(name: str) -> str:
    base = slugify(anyascii(name))[: CODE_LENGTH - 4] or "role"
    taken = set(Role._base_manager.values_list("code", flat=True))
    code, number = base, 1
    while code in taken:
        number += 1
        code = f"{base}-{number}"
    return code
