"""Shorter leases and pauses in the processes of the harness, so that minutes are enough.

Only numbers change. A lease shorter than a slow delivery lets two workers have one message,
which fencing has to hold.
"""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig


class FaultsConfig(AppConfig):
    """Loaded in worker, beat and web of `make faults`."""

    name = "tests.faults"
    label = "faults"

    def ready(self) -> None:
        """Shorten what a crash costs."""
        from automation.runtime import executor, outbox

        executor.LEASE = timedelta(seconds=3)
        outbox.LEASE = timedelta(seconds=3)
        outbox.BACKOFF = timedelta(seconds=0.5)
        outbox.BACKOFF_FACTOR = 1
        # Kills that are aimed at turns hit the same run again and again: the one that is
        # oldest. In life that is a run which kills its worker.
        executor.POISONED = outbox.MOST_ATTEMPTS = 40
