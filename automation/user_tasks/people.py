"""Who is asked: people who are there, their substitutes, or the owner of the process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts import stamps
from accounts.models import User
from accounts.org_tree import org_tree
from automation.calendars.people import substitute_of
from automation.choices import DelegationRule
from automation.models import Robot, Run


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


def takers(rule: str, person_id: int) -> QuerySet[User]:
    """Return who may take a task over from a person: active people, by name; no query yet.

    One's own people are everybody in the departments that one leads, and below them.
    """
    found = User.objects.filter(is_active=True).exclude(pk=person_id)
    if rule == DelegationRule.NOBODY:
        return found.none()
    if rule == DelegationRule.SUBORDINATES:
        tree = org_tree(stamps.read_stamps().get(stamps.ACCESS, ""))
        led = [place for place, head in tree.heads.items() if head == person_id]
        found = found.filter(department__in={below for each in led for below in tree.subtree(each)})
    return found.order_by("first_name", "last_name", "username")
