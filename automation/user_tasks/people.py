"""Who is asked: people who are there, their substitutes, or the owner of the process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from accounts.selectors.heads import head_of
from automation.calendars.people import substitute_of
from automation.choices import DelegationRule
from automation.models import Robot, Run

# No company has more levels of heads.
_LEVELS = 10


@dataclass(frozen=True)
class Asked:
    """One person who is asked; `instead_of` is who is absent."""

    person_id: int
    instead_of_id: int | None = None


def with_substitutes(people: Sequence[int], at: datetime) -> list[Asked]:
    """Return who is asked: everybody once, the substitutes of those who are away.

    Where nobody stands in, the absent person is asked.
    """
    found: dict[int, Asked] = {}
    for person in people:
        acting = substitute_of(person, at) or person
        found.setdefault(acting, Asked(acting, person if acting != person else None))
    # Who is asked anyway does not answer in somebody's stead.
    return [Asked(each) if each in people else asked for each, asked in found.items()]


def owner_of(run_id: int) -> int | None:
    """Return who is asked where nobody could be found: who made the robot or published last."""
    run = Run.objects.select_related("version").get(pk=run_id)
    robot = Robot.objects.filter(program_id=run.version.program_id).first()
    owner = robot.created_by_id if robot else run.version.published_by_id
    return owner if User.objects.filter(pk=owner or 0, is_active=True).exists() else None


def may_take_over(rule: str, person_id: int, to_id: int) -> bool:
    """Return whether a task may be given on from one person to the other."""
    if rule == DelegationRule.ANYBODY:
        return True
    if rule == DelegationRule.NOBODY:
        return False
    for level in range(1, _LEVELS + 1):
        head = head_of(to_id, level)
        if head is None or head == person_id:
            return head == person_id
    return False
