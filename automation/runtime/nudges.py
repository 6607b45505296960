"""Telling workers that something is due. A message is never the work itself.

One that is lost costs the sweep's interval; one that comes twice finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from celery import current_app
from django.db import connection, transaction

# By name: the tasks import the executor, which imports this.
RUN_DUE = "automation.tasks.run_due"
SEND_DUE = "automation.tasks.send_due"
# After so many seconds the sweep has done it.
EXPIRES = 30


def nudge(task: str = RUN_DUE) -> None:
    """Tell a worker, once the transaction is committed; once, however often it is asked for."""
    tell = _teller(task)
    waiting = (entry[1] for entry in connection.run_on_commit)
    if tell in waiting:
        return
    # Robust: a broker that does not answer must not undo what was done.
    transaction.on_commit(tell, robust=True)


@cache
def _teller(task: str) -> Callable[[], None]:
    """Return what tells of a task: the same each time, so that it can be recognised."""

    def tell() -> None:
        current_app.send_task(task, expires=EXPIRES)

    return tell
