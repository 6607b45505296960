"""The department tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anyascii import anyascii
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import stamps
from accounts.actions.grants import require_administrator
from accounts.actor import Actor
from accounts.exceptions import AccountRefused
from accounts.models import Department, User
from accounts.org_tree import org_tree
from accounts.row_checks import assign, clean

CODE_LENGTH = 64


@transaction.atomic
def create_department(
    name: str,
    *,
    actor: Actor,
    code: str = "",
    parent: Department | None = None,
    head: User | None = None,
) -> Department:
    """Make a department; an empty code is made from the name.

    Raises:
        PermissionRefused: the actor is no administrator.
        AccountRefused: the code is taken, or a name is wrong.
    """
    require_administrator(actor)
    department = Department(name=name, code=code or _free_code(name), parent=parent, head=head)
    clean(department)
    department.save()
    return department


@transaction.atomic
def change_department(
    department: Department, changes: Mapping[str, Any], *, actor: Actor
) -> Department:
    """Change name or head of a department; its code never changes.

    Raises:
        PermissionRefused: the actor is no administrator.
        AccountRefused: the name is wrong.
    """
    require_administrator(actor)
    department = Department.objects.select_for_update().get(pk=department.pk)
    changed = assign(department, changes, ("name", "head"))
    if changed:
        clean(department)
        department.save(update_fields=changed)
    return department


@transaction.atomic
def move_department(
    department: Department, parent: Department | None, *, actor: Actor
) -> Department:
    """Put a department with everything below it under another one, or on top for None.

    Raises:
        PermissionRefused: the actor is no administrator.
        AccountRefused: it would be part of itself.
    """
    require_administrator(actor)
    # All rows: two people who move two branches at once could close a circle together.
    locked = {each.pk: each for each in Department.objects.select_for_update().order_by("pk")}
    department = locked[department.pk]
    tree = org_tree(stamps.read_stamps().get(stamps.ACCESS, ""))
    if parent is not None and parent.pk in tree.subtree(department.pk):
        raise AccountRefused(
            {
                "parent": _("“%(parent)s” is part of “%(name)s”: it cannot be above it.")
                % {"parent": parent, "name": department}
            }
        )
    if department.parent_id != (parent.pk if parent else None):
        department.parent = parent
        department.save(update_fields=["parent"])
    return department


@transaction.atomic
def delete_department(
    department: Department, *, actor: Actor, move_people_to: Department | None = None
) -> None:
    """Delete a department without departments below it; roles given to it end.

    Args:
        department: The department.
        actor: Who deletes it.
        move_people_to: Where its people go; needed when there are any.

    Raises:
        PermissionRefused: the actor is no administrator.
        AccountRefused: there are departments below it, or people with nowhere to go.
    """
    require_administrator(actor)
    department = Department.objects.select_for_update().get(pk=department.pk)
    if department.children.exists():
        raise AccountRefused(
            {
                "": _("“%(name)s” has departments below it. Move or delete them first.")
                % {"name": department}
            }
        )
    if department.members.exists():
        if move_people_to is None or move_people_to.pk == department.pk:
            raise AccountRefused(
                {
                    "": _("People belong to “%(name)s”. Choose the department they move to.")
                    % {"name": department}
                }
            )
        department.members.update(department=move_people_to)
    department.delete()


def _free_code(name: str) -> str:
    """Return a code made from the name that no department has."""
    base = slugify(anyascii(name))[: CODE_LENGTH - 4] or "department"
    taken = set(Department.objects.filter(code__startswith=base).values_list("code", flat=True))
    code, number = base, 1
    while code in taken:
        number += 1
        code = f"{base}-{number}"
    return code
