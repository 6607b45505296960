"""Times written as `minute hour day month weekday`: reading them, the last one and the next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from itertools import islice
from typing import Any

from celery.schedules import ParseException, crontab
from django.utils.translation import gettext as _

from smart_processes.actions.configuring import refuse

PARTS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
# A time further back is none: every day of every month comes within four years and a bit.
FARTHEST_DAYS = 1_500


def read_times(written: str) -> dict[str, str]:
    """Return the five parts by beat's names for them.

    Raises:
        ConfigurationRefused: there are not five, or one cannot be read.
    """
    parts = dict(zip(PARTS, written.split(), strict=False))
    if len(parts) != len(PARTS) or len(written.split()) != len(PARTS):
        refuse({"times": _("Write five parts: minute, hour, day, month, weekday.")})
    try:
        crontab(**parts)
    except (ParseException, ValueError) as wrong:
        refuse({"times": _("The times cannot be read: %(reason)s") % {"reason": wrong}})
    return parts


def last_time(written: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the last of the times that is not after `now`; None when there is none.

    Times are wall-clock times of the zone; one that clocks skip is the moment after the gap.
    """
    times: Any = crontab(**read_times(written))
    day = now.astimezone(zone).date()
    for _back in range(FARTHEST_DAYS):
        for found in reversed(list(_times_of_day(times, day, zone))):
            if found.timestamp() <= now.timestamp():
                return found
        day -= timedelta(days=1)
    return None


def next_times(written: str, now: datetime, zone: tzinfo, *, count: int) -> list[datetime]:
    """Return the next of the times after `now`, at most `count`; none where none ever comes."""
    return list(islice(_times_after(written, now, zone), count))


def _times_after(written: str, now: datetime, zone: tzinfo) -> Iterator[datetime]:
    times: Any = crontab(**read_times(written))
    day = now.astimezone(zone).date()
    for _ahead in range(FARTHEST_DAYS):
        for found in _times_of_day(times, day, zone):
            if found.timestamp() > now.timestamp():
                yield found
        day += timedelta(days=1)


def _times_of_day(times: Any, day: date, zone: tzinfo) -> Iterator[datetime]:
    weekday = day.isoweekday() % 7  # Sunday is 0 there
    if (
        day.month in times.month_of_year
        and day.day in times.day_of_month
        and weekday in times.day_of_week
    ):
        for hour in sorted(times.hour):
            for minute in sorted(times.minute):
                yield datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
