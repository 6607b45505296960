"""Working days and hours, by the calendar of the company or of a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from automation.engine.expressions.conversion import day_or_moment, moment, text, whole
from automation.engine.expressions.errors import Unfit
from automation.engine.expressions.functions.intervals import read_span
from automation.engine.expressions.functions.people import person_id
from automation.engine.expressions.functions.registry import function
from automation.engine.expressions.surroundings import Surroundings

FARTHEST_WORK_DAY = 3_660  # ten years of days


@function("workdateadd", least=2, most=3)
def after_work_time(around: Surroundings, value: Any, written: Any, person: Any = None) -> datetime:
    """Return the moment after so much working time: `1d4h` is a working day and four hours."""
    span = read_span(text(written))
    found = moment(value, around.zone)
    somebody, calendar = person_id(person), around.calendar
    with _near_enough():
        if span.days:
            found = calendar.add_work_days(found, span.days, somebody)
        if span.seconds:
            found = calendar.add_work_time(found, timedelta(seconds=span.seconds), somebody)
    return found


@function("addworkdays", least=2)
def after_work_days(around: Surroundings, value: Any, days: Any) -> date | datetime:
    """Return the same time of day so many working days later; negative: earlier."""
    count = whole(days, low=-FARTHEST_WORK_DAY, high=FARTHEST_WORK_DAY)
    given = day_or_moment(value, around.zone)
    calendar = around.calendar
    with _near_enough():
        found = calendar.add_work_days(moment(given, around.zone), count)
    return found if isinstance(given, datetime) else found.date()


@function("next_business_day", least=1, most=2)
def next_work_day(around: Surroundings, value: Any, person: Any = None) -> date:
    """Return the first working day after a day."""
    given = moment(value, around.zone).astimezone(around.zone)
    noon = datetime.combine(given.date(), time(12), tzinfo=around.zone)
    somebody, calendar = person_id(person), around.calendar
    with _near_enough():
        return calendar.add_work_days(noon, 1, somebody).date()


@function("isworkday", least=1, most=2)
def is_work_day(around: Surroundings, value: Any, person: Any = None) -> bool:
    """Tell whether people work on a day."""
    given = day_or_moment(value, around.zone)
    day = given.astimezone(around.zone).date() if isinstance(given, datetime) else given
    return around.calendar.is_work_day(day, person_id(person))


@function("isworktime", "in_business_hours", least=1, most=2)
def is_work_time(around: Surroundings, value: Any, person: Any = None) -> bool:
    """Tell whether people work at a moment."""
    return around.calendar.is_work_time(moment(value, around.zone), person_id(person))


@contextmanager
def _near_enough() -> Iterator[None]:
    """Refuse what a calendar cannot answer: it has no working time, or the years end."""
    try:
        yield
    except (ValueError, OverflowError) as refusal:
        if isinstance(refusal, Unfit):
            raise
        raise Unfit("no_working_time") from refusal
