"""Arithmetic of working time: pure, exact across changes of clocks, bounded.

Hours are wall-clock times of a zone; spans are real time. A shift of 9:00 to 18:00 has nine
hours on every day, but one that contains the change of clocks has eight or ten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Minutes of the day: (540, 1080) is 9:00 to 18:00.
Hours = tuple[tuple[int, int], ...]

MINUTES_OF_A_DAY = 24 * 60
# A calendar without working time for so long has none.
FARTHEST_DAYS = 3_660
_INTERVAL = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


class HoursRefused(ValueError):
    """Working hours that are not written like `09:00-13:00, 14:00-18:00`."""


class NoWorkingTime(ValueError):
    """The calendar has no working time anywhere near."""


def read_hours(text: str) -> Hours:
    """Return the intervals of a day as minutes, in order; none for an empty text.

    Raises:
        HoursRefused: it is written otherwise, or intervals overlap or run backwards.
    """
    found: list[tuple[int, int]] = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        match = _INTERVAL.fullmatch(part)
        if match is None:
            raise HoursRefused(part)
        hour, minute, until_hour, until_minute = (int(each) for each in match.groups())
        begins, ends = hour * 60 + minute, until_hour * 60 + until_minute
        is_time = minute < 60 and until_minute < 60 and ends <= MINUTES_OF_A_DAY
        if not is_time or begins >= ends or (found and begins < found[-1][1]):
            raise HoursRefused(part)
        found.append((begins, ends))
    return tuple(found)


def write_hours(hours: Hours) -> str:
    """Return the hours of a day as text: `09:00-13:00, 14:00-18:00`."""
    return ", ".join(
        f"{begins // 60:02d}:{begins % 60:02d}-{ends // 60:02d}:{ends % 60:02d}"
        for begins, ends in hours
    )


def _never(_day: date) -> bool:
    return False


@dataclass(frozen=True)
class WorkingTime:
    """When somebody works.

    Attributes:
        week: Hours of Monday to Sunday.
        zone: Whose clock the hours are of.
        special: Days that differ from the week and from holidays; no hours: a day off.
        is_holiday: Whether a day is a public holiday.
        away: Moments (from, until) in which the person is absent.
    """

    week: Sequence[Hours]
    zone: ZoneInfo
    special: Mapping[date, Hours] = field(default_factory=dict)
    is_holiday: Callable[[date], bool] = _never
    away: Sequence[tuple[datetime, datetime]] = ()

    def hours_on(self, day: date) -> Hours:
        """Return the hours of one day, absences apart."""
        if day in self.special:
            return self.special[day]
        return () if self.is_holiday(day) else self.week[day.weekday()]

    def is_work_day(self, day: date) -> bool:
        """Return whether there is any working time on that day."""
        return any(True for _ in self.intervals_on(day))

    def intervals_on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Yield the working time of one day in UTC, in order, without absences."""
        for begins, ends in self.hours_on(day):
            yield from self._present(self._moment(day, begins), self._moment(day, ends))

    def _present(self, begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
        for away_from, away_until in sorted(self.away):
            if away_until <= begins or away_from >= ends:
                continue
            if away_from > begins:
                yield begins, away_from
            begins = max(begins, away_until)
        if begins < ends:
            yield begins, ends

    def _moment(self, day: date, minutes: int) -> datetime:
        """Return a wall-clock time as UTC; one that clocks skip is the moment after the gap."""
        if minutes == MINUTES_OF_A_DAY:
            day, minutes = day + timedelta(days=1), 0
        local = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=self.zone)
        return local.astimezone(UTC)


def add_working_time(start: datetime, span: timedelta, calendar: WorkingTime) -> datetime:
    """Return the moment after so much working time, or before it where the span is negative.

    A start outside of working time counts from the next opening (backwards: the last
    closing); nothing at all leads to the next working moment.

    Raises:
        NoWorkingTime: the calendar has too little of it.
    """
    if span < timedelta(0):
        return _subtract(start, -span, calendar)
    left = span
    for begins, ends in _forwards(start, calendar):
        # Ending right at closing time is today, not tomorrow.
        if left <= ends - begins:
            return (begins + left).astimezone(start.tzinfo)
        left -= ends - begins
    raise NoWorkingTime(start)


def next_working_moment(start: datetime, calendar: WorkingTime) -> datetime:
    """Return the start itself in working time, else the next opening.

    Raises:
        NoWorkingTime: there is none within ten years.
    """
    return add_working_time(start, timedelta(0), calendar)


def working_time_between(start: datetime, end: datetime, calendar: WorkingTime) -> timedelta:
    """Return how much working time lies between two moments; negative when end is earlier.

    Raises:
        NoWorkingTime: they are further apart than ten years.
    """
    if end < start:
        return -working_time_between(end, start, calendar)
    total = timedelta(0)
    day, last = (each.astimezone(calendar.zone).date() for each in (start, end))
    if (last - day).days > FARTHEST_DAYS:
        raise NoWorkingTime(start)
    while day <= last:
        for begins, ends in calendar.intervals_on(day):
            total += max(min(ends, end) - max(begins, start), timedelta(0))
        day += timedelta(days=1)
    return total


def is_working_moment(moment: datetime, calendar: WorkingTime) -> bool:
    """Return whether somebody works at that moment; at closing time nobody does."""
    day = moment.astimezone(calendar.zone).date()
    return any(begins <= moment < ends for begins, ends in calendar.intervals_on(day))


def add_working_days(start: datetime, days: int, calendar: WorkingTime) -> datetime:
    """Return the same time of the day so many working days later; negative: earlier.

    Raises:
        NoWorkingTime: the calendar has too few working days.
    """
    local = start.astimezone(calendar.zone)
    step = 1 if days >= 0 else -1
    left, day = abs(days), local.date()
    for _ in range(FARTHEST_DAYS * 2):
        if not left:
            found = datetime.combine(day, local.time(), tzinfo=calendar.zone)
            # By way of UTC, so that a time that clocks skip becomes a real one.
            return found.astimezone(UTC).astimezone(start.tzinfo)
        day += timedelta(days=step)
        left -= calendar.is_work_day(day)
    raise NoWorkingTime(start)


def _forwards(start: datetime, calendar: WorkingTime) -> Iterator[tuple[datetime, datetime]]:
    """Yield what is left of working time from a moment on."""
    day = start.astimezone(calendar.zone).date()
    for _ in range(FARTHEST_DAYS):
        for begins, ends in calendar.intervals_on(day):
            if ends > start:
                yield max(begins, start), ends
        day += timedelta(days=1)


def _subtract(start: datetime, span: timedelta, calendar: WorkingTime) -> datetime:
    day = start.astimezone(calendar.zone).date()
    left = span
    for _ in range(FARTHEST_DAYS):
        for begins, closing in reversed(list(calendar.intervals_on(day))):
            ends = min(closing, start)
            if ends <= begins:
                continue
            if left <= ends - begins:
                return (ends - left).astimezone(start.tzinfo)
            left -= ends - begins
        day -= timedelta(days=1)
    raise NoWorkingTime(start)
