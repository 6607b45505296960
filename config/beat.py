"""What runs on a schedule: one table, read by Celery's beat.

Each entry says after how many seconds its message is worthless, which is its own
interval: a worker that was away must not find a pile of them.
"""

from __future__ import annotations

from typing import Any

MINUTE = 60.0  # seconds
HOUR = 60 * MINUTE


def every(seconds: float, task: str) -> dict[str, Any]:
    """Return one beat entry."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # Jobs whose message or whose worker was lost go on after a minute at most.
    "sweep-jobs": every(MINUTE, "smart_processes.tasks.sweep_jobs"),
    # Timers start within a second; a nudge after each commit is faster still.
    "sweep-automation": every(1.0, "automation.tasks.sweep"),
    # Totals are read six times faster from folded counters.
    "fold-counters": every(MINUTE, "smart_processes.tasks.fold_counters"),
    # Deleted records can be restored for thirty days, not for longer.
    "purge-recycle-bin": every(HOUR, "smart_processes.tasks.purge_recycle_bin"),
    # Boards read the feed from its end; what is older than two days nobody asks for.
    "forget-old-events": every(HOUR, "smart_processes.tasks.forget_old_events"),
    # Exports hold copies of people's data: they go after two weeks.
    "forget-old-jobs": every(6 * HOUR, "smart_processes.tasks.forget_old_jobs"),
    # A form that was never sent leaves its uploads behind.
    "forget-uploads": every(6 * HOUR, "smart_processes.tasks.forget_uploads"),
    # Files to be imported hold people's data as well: they go after a week.
    "forget-import-files": every(6 * HOUR, "smart_processes.tasks.forget_import_files"),
    # Dates that triggers go by; a letter of a client; keys of calls that nobody repeats.
    "find-moments": every(MINUTE, "automation.tasks.find_moments"),
    "read-mail": every(MINUTE, "automation.tasks.read_mail"),
    "forget-trigger-events": every(6 * HOUR, "automation.tasks.forget_trigger_events"),
    # Runs and decisions are kept for as many days as a setting says; journals with them.
    "forget-history": every(6 * HOUR, "automation.tasks.forget_history"),
    # What people want mailed at once leaves with a nudge; this finds the nudges that were lost.
    "mail-notifications": every(MINUTE, "automation.tasks.mail_notifications"),
    # The daily letter leaves at eight on each person's clock: zones differ by quarters of hours.
    "mail-digests": every(15 * MINUTE, "automation.tasks.mail_digests"),
    "forget-notifications": every(6 * HOUR, "automation.tasks.forget_notifications"),
}
