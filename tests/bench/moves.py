"""What one move costs."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actor import Actor
from smart_processes.actions.stages import move_to_stage
from smart_processes.models import Item
from tests.bench.data import Population
from tests.bench.measure import Result
from tests.factories.accounts import make_role

TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def move(population: Population) -> list[Result]:
    """Count the statements of a move with warm caches, beside BEGIN and COMMIT."""
    make_role("mover", {population.record_type: {"change": "all"}}, everybody=True)
    first, second = Item.objects.filter(type=population.record_type, stage="NEW")[:2]
    move_to_stage(first, "QUALIFIED", actor=Actor.person(population.reader))
    with CaptureQueriesContext(connection) as captured:
        move_to_stage(second, "QUALIFIED", actor=Actor.person(population.reader), expected="NEW")
    statements = [q for q in captured if not q["sql"].startswith(TRANSACTION)]
    return [Result.of("move, statements", len(statements), "statements", goal=8)]
