"""Choosing the person who gets the work."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _

from automation.actions.turns import take_turn

Loads = Callable[[Sequence[int]], dict[int, int]]


class Distribution(models.TextChoices):
    """How one of several people is chosen."""

    FIRST = "first", _("The first who is there")
    RANDOM = "random", _("Anybody, by chance")
    IN_TURN = "in_turn", _("In turn")
    LEAST_LOADED = "least_loaded", _("Who has the fewest open records")


def choose_person(
    people: Sequence[int],
    *,
    distribution: Distribution,
    queue: str,
    loads: Loads,
    absent: frozenset[int] = frozenset(),
) -> int | None:
    """Return the id of the one who gets the work; None when nobody is there.

    Args:
        people: Everybody who may get it, in order, each once.
        distribution: How to choose.
        queue: What turns are counted by.
        loads: Tells the number of open records by person; asked for `LEAST_LOADED` only.
        absent: Who may not be chosen now.
    """
    present = [person for person in people if person not in absent]
    if distribution == Distribution.IN_TURN:
        return take_turn(queue, people, present=present)
    if not present:
        return None
    if distribution == Distribution.RANDOM:
        return random.SystemRandom().choice(present)
    if distribution == Distribution.LEAST_LOADED:
        counts = loads(present)
        return min(present, key=lambda person: counts[person])  # of equals the first
    return present[0]
