"""The calendar in a solution file: planned, applied, applied again, exported."""

from __future__ import annotations

import pytest

from automation.calendars.people import substitute_of
from automation.models import Absence, CalendarDay, CompanyCalendar, PersonHours
from smart_processes.solutions.document import SolutionRefused, read, write
from smart_processes.solutions.planning import apply_solution, export_solution, make_plan
from tests.factories.cast import Cast
from tests.factories.smart_processes import system

pytestmark = pytest.mark.django_db

SOLUTION = """
solution: 1
calendar:
  time_zone: Europe/Minsk
  country: BY
  week: {friday: '09:00-17:00'}
  days:
    - {on: '2026-12-31', hours: '09:00-13:00', note: Eve}
    - {on: '2026-01-02'}
  people:
    - {person: anna, week: {monday: ''}}
  absences:
    - {person: anna, from: '2026-07-01T00:00+03:00', until: '2026-07-15T00:00+03:00', substitute: boris}
"""


def test_calendar_is_applied_once(cast: Cast) -> None:
    plan = apply_solution(read(SOLUTION), actor=system())
    assert len(plan.steps) == 5

    calendar = CompanyCalendar.objects.get()
    assert (calendar.time_zone, calendar.country) == ("Europe/Minsk", "BY")
    assert calendar.week == [*["09:00-18:00"] * 4, "09:00-17:00", "", ""]
    assert CalendarDay.objects.count() == 2
    assert PersonHours.objects.get().week[0] == ""
    absence = Absence.objects.get()
    assert substitute_of(cast.anna.pk, absence.begins_at) == cast.boris.pk

    assert make_plan(read(SOLUTION)).is_empty


def test_exported_calendar_is_what_was_applied_but_for_people(cast: Cast) -> None:
    apply_solution(read(SOLUTION), actor=system())
    first = write(export_solution())

    CompanyCalendar.objects.all().delete()
    apply_solution(read(first), actor=system())

    assert write(export_solution()) == first
    assert "Europe/Minsk" in first
    assert "anna" not in first


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("country: XX", "are not known"),
        ("week: {monday: 'all day'}", "is no working time"),
        ("days: [{on: '2026-02-30'}]", "is no day"),
        ("people: [{person: nobody, week: {}}]", "nobody called"),
        ("hours: 9", "is not known here"),
    ],
)
def test_calendar_that_is_none_is_refused_with_its_place(line: str, sentence: str) -> None:
    with pytest.raises(SolutionRefused, match=sentence) as refused:
        apply_solution(read(f"solution: 1\ncalendar:\n  {line}\n"), actor=system())

    assert "calendar" in str(refused.value)
    assert not CompanyCalendar.objects.exists()
