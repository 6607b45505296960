"""Departments and roles while people are imported: found by name and code, made if needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from accounts.actions.departments import change_department, create_department
from accounts.actor import Actor
from accounts.exceptions import AccountRefused
from accounts.models import Department, Role, User

Path = tuple[str, ...]


class Organisation:
    """The department tree as one chunk sees it (two queries, then one for each new node)."""

    def __init__(self, actor: Actor) -> None:
        """Read departments and roles."""
        self.actor = actor
        self.made: list[Path] = []
        self._children: dict[tuple[int | None, str], Department] = {
            (each.parent_id, each.name.casefold()): each for each in Department.objects.all()
        }
        self._roles = {role.code.casefold(): role for role in Role.objects.all()}

    def department(self, path: Path) -> Department:
        """Return the department with these names from the top down, made where it is missing.

        Raises:
            AccountRefused: a name is wrong.
        """
        found: Department | None = None
        for depth, name in enumerate(path, start=1):
            place = (found.pk if found else None, name.casefold())
            if place not in self._children:
                self._children[place] = create_department(name, actor=self.actor, parent=found)
                self.made.append(path[:depth])
            found = self._children[place]
        assert found is not None  # callers ask only for paths with a name
        return found

    def roles(self, codes: Iterable[str], target: str) -> list[Role]:
        """Return the roles with these codes.

        Args:
            codes: The codes, in any case.
            target: What the refusal is about.

        Raises:
            AccountRefused: there is no such role.
        """
        found = []
        for code in codes:
            role = self._roles.get(code.casefold())
            if role is None:
                raise AccountRefused(
                    {
                        target: _("There is no role “%(code)s”. There are: %(known)s.")
                        % {"code": code[:100], "known": ", ".join(self._known()) or "—"}
                    }
                )
            found.append(role)
        return found

    def set_head(self, department: Department, head: User) -> bool:
        """Make somebody the head of a department; return False when it was so."""
        if department.head_id == head.pk:
            return False
        changed = change_department(department, {"head": head}, actor=self.actor)
        self._children[changed.parent_id, changed.name.casefold()] = changed
        return True

    def _known(self) -> Sequence[str]:
        return sorted(role.code for role in self._roles.values())
