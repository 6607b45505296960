"""The calendar as it is stored: the company's, and each person's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from django.conf import settings

from accounts.models import User
from automation.calendars import working_time
from automation.calendars.working_time import Hours, WorkingTime, read_hours
from automation.models import Absence, CalendarDay, CompanyCalendar, PersonHours

COMPANY = "company"


def company_calendar() -> CompanyCalendar:
    """Return the company's calendar, the usual one where nobody set it up (one query)."""
    found = CompanyCalendar.objects.filter(code=COMPANY).first()
    return found or CompanyCalendar(code=COMPANY, time_zone=settings.TIME_ZONE)


def company_zone() -> ZoneInfo:
    """Return the time zone in which the company means its days and hours (one query)."""
    return _zone(company_calendar().time_zone)


def working_time_of(person_id: int | None = None) -> WorkingTime:
    """Return when a person works, absences included; None: the company (two to five queries).

    People keep the company's hours on their own clock, unless they have hours of their own.
    """
    calendar = company_calendar()
    special = {
        day.on: read_hours(day.hours)
        for day in CalendarDay.objects.filter(calendar_id=calendar.pk or 0)
    }
    zone = calendar.time_zone
    week: Sequence[str] = calendar.week
    away: Sequence[tuple[datetime, datetime]] = ()
    if person_id is not None:
        own_zone = User.objects.filter(pk=person_id).values_list("time_zone", flat=True).first()
        zone = own_zone or zone
        own = PersonHours.objects.filter(person_id=person_id).first()
        week = own.week if own else week
        away = tuple(
            Absence.objects.filter(person_id=person_id).values_list("begins_at", "ends_at")
        )
    return WorkingTime(
        week=_week(week),
        zone=_zone(zone),
        special=special,
        is_holiday=_Holidays(calendar.country, calendar.subdivision),
        away=away,
    )


class StoredCalendar:
    """What the expression language asks of a calendar; reads each person's hours once."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._known: dict[int | None, WorkingTime] = {}

    @cached_property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return company_zone()

    def is_work_day(self, day: date, person: Any = None) -> bool:
        """Return whether somebody works on that day."""
        return self.of(person).is_work_day(day)

    def is_work_time(self, moment: datetime, person: Any = None) -> bool:
        """Return whether somebody works at that moment."""
        return working_time.is_working_moment(moment, self.of(person))

    def add_work_days(self, moment: datetime, days: int, person: Any = None) -> datetime:
        """Return the same time of day so many working days later, or earlier."""
        return working_time.add_working_days(moment, days, self.of(person))

    def add_work_time(self, moment: datetime, span: timedelta, person: Any = None) -> datetime:
        """Return the moment after so much working time."""
        return working_time.add_working_time(moment, span, self.of(person))

    def of(self, person: Any = None) -> WorkingTime:
        """Return the working time of a person (an id), or of the company."""
        key = None if person is None else int(person)
        if key not in self._known:
            self._known[key] = working_time_of(key)
        return self._known[key]


class _Holidays:
    """Public holidays of a country; years are worked out when they are asked for."""

    def __init__(self, country: str, subdivision: str) -> None:
        self._country = country
        self._subdivision = subdivision

    def __call__(self, day: date) -> bool:
        return bool(self._country) and day in _days_off(self._country, self._subdivision, day.year)


@lru_cache(maxsize=256)
def _days_off(country: str, subdivision: str, year: int) -> frozenset[date]:
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError:
        return frozenset()  # a country or region that the library has dropped
    return frozenset(found)


def knows_country(country: str, subdivision: str = "") -> bool:
    """Return whether the public holidays of a country, or of a part of it, are known."""
    known = holidays.list_supported_countries()
    if country not in known:
        return False
    return not subdivision or subdivision in known[country]


@lru_cache(maxsize=256)
def _hours(text: str) -> Hours:
    return read_hours(text)


def _week(texts: Sequence[str]) -> tuple[Hours, ...]:
    return tuple(_hours(text) for text in texts)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)  # a name the database of zones has dropped
