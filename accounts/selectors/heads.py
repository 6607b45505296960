"""Who leads whom."""

from __future__ import annotations

from accounts import stamps
from accounts.models import User
from accounts.org_tree import org_tree


def head_of(user_id: int, level: int = 1) -> int | None:
    """Return the id of somebody's head, None where there is none (four queries at most).

    The head is that of the nearest department up the tree that has an active head who is
    not the person: who leads a department has the head of the one above.

    Args:
        user_id: The person.
        level: 2 for the head's head, and so on.
    """
    tree = org_tree(stamps.read_stamps().get(stamps.ACCESS, ""))
    department = User.objects.filter(pk=user_id).values_list("department_id", flat=True).first()
    chain = tree.chain(department)
    active = set(
        User.objects.filter(
            pk__in=[head for place in chain if (head := tree.heads.get(place))], is_active=True
        ).values_list("pk", flat=True)
    )
    heads: list[int] = []
    for place in chain:
        head = tree.heads.get(place)
        if head is not None and head in active and head not in {user_id, *heads}:
            heads.append(head)
    return heads[level - 1] if 0 < level <= len(heads) else None
