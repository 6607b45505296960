"""Questions about the department tree, answered from one read of the whole table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from accounts.models import Department, User


@dataclass(frozen=True)
class OrgTree:
    """Departments by parent and the active people of each; read-only and shared."""

    parents: dict[int, int | None]
    heads: dict[int, int | None]
    members: dict[int, tuple[int, ...]]

    def chain(self, department_id: int | None) -> list[int]:
        """Return the department and everything above it, nearest first."""
        found: list[int] = []
        while department_id is not None and department_id not in found:
            found.append(department_id)
            department_id = self.parents.get(department_id)
        return found

    def subtree(self, department_id: int) -> set[int]:
        """Return the department and everything below it."""
        children: dict[int | None, list[int]] = defaultdict(list)
        for child, parent in self.parents.items():
            children[parent].append(child)
        found: set[int] = set()
        waiting = [department_id]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting += children[current]
        return found

    def people(self, departments: Iterable[int]) -> tuple[int, ...]:
        """Return the ids of everybody in these departments, sorted."""
        return tuple(sorted({user for d in departments for user in self.members.get(d, ())}))


@lru_cache(maxsize=4)
def org_tree(stamp: str) -> OrgTree:  # noqa: ARG001  # the cache's key
    """Return the tree as of the access stamp (two queries, then none until it changes).

    People who left stay in it: their records still belong to their department.
    """
    rows = list(Department.objects.values_list("pk", "parent_id", "head_id"))
    members: dict[int, list[int]] = defaultdict(list)
    for user_id, department_id in User.objects.exclude(department=None).values_list(
        "pk", "department_id"
    ):
        members[department_id].append(user_id)
    return OrgTree(
        parents={pk: parent for pk, parent, _ in rows},
        heads={pk: head for pk, _, head in rows},
        members={pk: tuple(users) for pk, users in members.items()},
    )
