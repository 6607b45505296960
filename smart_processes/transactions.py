"""Transactions of deeds that a worker may stand in the way of.

Locks are taken in one order wherever that can be; where it cannot (a record that goes takes
its runs along, a card that is dropped makes others move aside), the database ends one of two
that wait for each other. A person must not be the one who is told.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

MOST_ATTEMPTS = 5

P = ParamSpec("P")
R = TypeVar("R")

logger = structlog.get_logger(__name__)


def transactional(deed: Callable[P, R]) -> Callable[P, R]:
    """Do a deed in one transaction; when that ended in a deadlock, do it again.

    Inside another transaction it is a part of that, whose owner has to try again. For deeds
    that leave their arguments as they were and read no stream.
    """
    attempt = transaction.atomic(deed)

    @wraps(deed)
    def done(*args: P.args, **named: P.kwargs) -> R:
        for _ in range(MOST_ATTEMPTS - 1):
            if connection.in_atomic_block:
                break
            try:
                return attempt(*args, **named)
            except OperationalError as trouble:
                if not isinstance(trouble.__cause__, DeadlockDetected):
                    raise
                logger.info("deadlock_repeated", deed=deed.__qualname__)
        return attempt(*args, **named)

    return done
