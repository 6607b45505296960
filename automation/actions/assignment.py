"""Choosing the person who gets the work."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

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
    workers: Mapping[int, int] | None = None,
) -> int | None:
    """Return the id of the one who gets the work; None when nobody is there.

    Args:
        people: Everybody who may get it, in order, each once.
        distribution: How to choose.
        queue: What turns are counted by.
        loads: Tells the number of open records by person; asked for `LEAST_LOADED` only.
        workers: Who does each one's work now: the person or a substitute; nobody for who is
            not in it. None: all are there.
    """
    at_work = dict(zip(people, people, strict=True)) if workers is None else workers
    present = [person for person in people if person in at_work]
    if distribution == Distribution.IN_TURN:
        # The turn is that of who is away: the substitute loses none of the own ones.
        turn = take_turn(queue, people, present=present)
        return None if turn is None else at_work[turn]
    standing = list(dict.fromkeys(at_work[person] for person in present))
    if not standing:
        return None
    if distribution == Distribution.RANDOM:
        return random.SystemRandom().choice(standing)
    if distribution == Distribution.LEAST_LOADED:
        counts = loads(standing)
        return min(standing, key=lambda person: counts[person])  # of equals the first
    return standing[0]
