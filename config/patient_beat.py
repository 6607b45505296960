"""Celery's beat, stopped between two looks at the schedule instead of in the middle of one."""

from __future__ import annotations

import signal
from types import FrameType

from celery.apps.beat import Beat
from celery.beat import Service


class PatientBeat(Beat):
    """A beat whose signal handlers only say that it is to end.

    Celery's own handler writes the schedule to the database from wherever the process is at
    that moment; in the middle of a statement on the same connection that is a traceback.
    """

    def install_sync_handler(self, service: Service) -> None:
        """End after the present look at the schedule, which then is written as always."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            service.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
