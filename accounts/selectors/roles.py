"""Roles with their people."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts import stamps
from accounts.models import Role, RoleAssignment, User
from accounts.org_tree import org_tree


@dataclass(frozen=True)
class RoleHolders:
    """A role, who holds it and through what.

    Attributes:
        role: The role.
        people: Active people who hold it, by name.
        given_to: In words: "Sales with departments below, 2 people".
    """

    role: Role
    people: tuple[User, ...]
    given_to: str


def roles_with_holders() -> list[RoleHolders]:
    """Return every role with the people who hold it, whatever the way (six queries)."""
    tree = org_tree(stamps.read_stamps().get(stamps.ACCESS, ""))
    everybody = {user.pk: user for user in User.objects.filter(is_active=True)}
    holders: dict[int, set[int]] = defaultdict(set)
    words: dict[int, list[str]] = defaultdict(list)
    direct = User.groups.through.objects.values_list("group_id", "user_id")
    for role_id, user_id in direct:
        holders[role_id].add(user_id)
    for given in RoleAssignment.objects.select_related("department"):
        words[given.role_id].append(_words(given))
        if given.everybody:
            holders[given.role_id].update(everybody)
        elif given.department_id is not None:
            below = tree.subtree(given.department_id)
            places = below if given.with_below else {given.department_id}
            holders[given.role_id].update(tree.people(places))
    return [
        RoleHolders(
            role,
            tuple(
                sorted(
                    (everybody[pk] for pk in holders[role.pk] if pk in everybody),
                    key=lambda user: user.full_name,
                )
            ),
            ", ".join(words[role.pk]),
        )
        for role in Role.objects.all()
    ]


def _words(given: RoleAssignment) -> str:
    if given.everybody:
        return _("everybody")
    if given.with_below:
        return _("%(department)s with departments below") % {"department": given.department}
    return str(given.department)
