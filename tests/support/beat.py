"""What beat and the workers do at a moment, in this process: one after the other until all is done."""

from __future__ import annotations

import json
from datetime import datetime

from django_celery_beat.models import PeriodicTask

from automation.runtime import clock, executor, outbox
from automation.tasks import run_schedule


def live_at(moment: datetime, *schedules: str) -> None:
    """Let the engine's clock show a moment and do what is due then.

    Args:
        moment: The moment.
        schedules: Names of schedules whose time it is: their messages of beat arrive.
    """
    with clock.moved(moment):
        for name in schedules:
            row = PeriodicTask.objects.get(description=name, enabled=True, task=run_schedule.name)
            run_schedule(*json.loads(row.args))
        while executor.run_due() or outbox.send_due():
            pass
