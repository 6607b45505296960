"""Giving work to people in turn."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from automation.models import Turn


@transaction.atomic
def take_turn(queue: str, people: Sequence[int], *, present: Sequence[int]) -> int | None:
    """Return the id of the next person in turn who is there; None when nobody is.

    The queue's row stays locked until the transaction ends, so two runs never take the
    same turn. Who is away loses the turn and is asked again in the next round.

    Args:
        queue: The queue's name; made at its first turn.
        people: Everybody, in the order of turns.
        present: Those of them who may be chosen now.
    """
    turn, _made = Turn.objects.select_for_update().get_or_create(queue=queue)
    last = turn.last_user_id
    after = people.index(last) + 1 if last in people else 0
    in_order = [*people[after:], *people[:after]]
    chosen = next((person for person in in_order if person in present), None)
    if chosen is not None:
        turn.last_user_id = chosen
        turn.save(update_fields=["last_user"])
    return chosen
