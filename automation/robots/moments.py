"""When a robot's moment is."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Any

from automation.calendars.stored import StoredCalendar
from automation.calendars.working_time import (
    WorkingTime,
    add_working_days,
    add_working_time,
    next_working_moment,
)
from automation.choices import Hours, RobotMoment, SpanUnit
from automation.engine.expressions.conversion import is_empty, moment
from automation.engine.expressions.functions.intervals import Span
from automation.robots.entries import When

_SECONDS = {SpanUnit.SECONDS: 1, SpanUnit.MINUTES: 60, SpanUnit.HOURS: 3600}


def moment_of(
    when: When,
    entered_at: datetime,
    *,
    date: Any,
    responsible_id: int | None,
    calendar: StoredCalendar,
) -> datetime | None:
    """Return when a robot is due; None when the date it goes by is empty.

    Args:
        when: As the robot says.
        entered_at: When its record entered the stage.
        date: The value of its date field, as expressions know it.
        responsible_id: Who is responsible for the record.
        calendar: Working time.

    Raises:
        Unfit: the value is no date, or the moment lies outside of what dates can be.
        NoWorkingTime: the calendar has none.
    """
    zone = calendar.zone
    start = entered_at.astimezone(zone)
    if when.kind == RobotMoment.DATE_FIELD:
        if is_empty(date):
            return None
        start = moment(date, zone).astimezone(zone)
    elif when.kind == RobotMoment.MOMENT:
        start = when.moment or start
    if when.hours == Hours.CLOCK:
        return _by_clock(start, when)
    person = responsible_id if when.hours == Hours.RESPONSIBLE else None
    return _by_working_time(start, when, calendar.of(person), zone)


def _by_clock(start: datetime, when: When) -> datetime:
    if when.unit == SpanUnit.DAYS:
        found = Span(days=when.amount).added_to(start)
    else:
        found = Span(seconds=when.amount * _SECONDS[when.unit]).added_to(start)
    assert isinstance(found, datetime)
    return found


def _by_working_time(start: datetime, when: When, hours: WorkingTime, zone: tzinfo) -> datetime:
    """Return the moment in working time, the next opening where it falls outside."""
    if when.unit == SpanUnit.DAYS:
        start = add_working_days(start, when.amount, hours)
    elif when.amount:
        span = timedelta(seconds=when.amount * _SECONDS[when.unit])
        start = add_working_time(start, span, hours)
    return next_working_moment(start.astimezone(zone), hours)
