"""Telling workers that something is due: a message, never the work itself.

One that cannot be sent costs the interval of the sweep that finds the work in the database.
"""

from __future__ import annotations

from typing import Any

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

logger = structlog.get_logger(__name__)


def tell_workers(task: str, *args: Any, expires: float | None = None) -> None:
    """Send a task by its name; while the broker is away a line in the log says so."""
    try:
        current_app.send_task(task, args=args, expires=expires)
    except OperationalError as refused:
        logger.warning("workers_not_told", task=task, reason=str(refused)[:200])
