"""Who did it: carried through every write, stored in every history row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from accounts.choices import ActorKind
from accounts.models import User


@dataclass
class Actor:
    """A person, robot, access token or the system itself.

    Attributes:
        kind: What acts.
        user_id: Whose rights count, and None for the system and for robots that run as it.
        label: What a reader is shown where no person acts: the robot's or command's name.
    """

    kind: ActorKind
    user_id: int | None = None
    label: str = ""
    # The `Access` that `accounts.access.of` read: one Actor lives as long as one request.
    access_memo: Any = field(default=None, compare=False, repr=False)

    @classmethod
    def person(cls, user: User | Any) -> Actor:
        """Return the actor for somebody who is signed in."""
        return cls(ActorKind.PERSON, user_id=user.pk)

    @classmethod
    def robot(cls, name: str, *, runs_as: int | None = None) -> Actor:
        """Return the actor for a rule; `runs_as` is a user id, None means the system's rights."""
        return cls(ActorKind.ROBOT, user_id=runs_as, label=name)

    @classmethod
    def system(cls, label: str) -> Actor:
        """Return the actor for the product itself: a command, a migration, the demo."""
        return cls(ActorKind.SYSTEM, label=label)
