"""Telling workers that something is due. A message is never the work itself.

One that is lost costs the sweep's interval; one that comes twice finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.db import connection, transaction

from smart_processes.workers import tell_workers

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
    # Robust: what goes wrong in telling must not undo what was done.
    transaction.on_commit(tell, robust=True)


@cache
def _teller(task: str) -> Callable[[], None]:
    """Return what tells of a task: the same each time, so that it can be recognised."""

    def tell() -> None:
        tell_workers(task, expires=EXPIRES)

    return tell
