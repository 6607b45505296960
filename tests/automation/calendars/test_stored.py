"""The stored calendar: set up by actions, asked by the engine; absences and substitutes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.exceptions import PermissionRefused
from automation.actions.calendars import (
    add_absence,
    change_absence,
    change_calendar,
    remove_absence,
    remove_special_day,
    set_person_hours,
    set_special_day,
)
from automation.calendars.people import absent_people, is_absent, substitute_of
from automation.calendars.stored import StoredCalendar
from smart_processes.exceptions import ValuesRefused
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import system

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
CHRISTMAS = date(2026, 12, 25)  # a Friday


def test_company_works_from_nine_to_six_until_somebody_says_otherwise() -> None:
    calendar = StoredCalendar()

    assert calendar.is_work_time(MONDAY)
    assert not calendar.is_work_time(MONDAY.replace(hour=18))
    assert not calendar.is_work_day(date(2026, 3, 7))


def test_holidays_of_the_country_are_days_off_until_a_special_day_says_otherwise() -> None:
    change_calendar({"country": "by"}, actor=system())
    assert not StoredCalendar().is_work_day(CHRISTMAS)

    set_special_day(CHRISTMAS, "10:00-14:00", note="Stocktaking", actor=system())
    assert StoredCalendar().is_work_day(CHRISTMAS)

    assert remove_special_day(CHRISTMAS, actor=system())
    assert not StoredCalendar().is_work_day(CHRISTMAS)


def test_holidays_of_a_part_of_the_country_are_days_off_there_alone() -> None:
    epiphany = date(2026, 1, 6)  # a Tuesday; a holiday in Bavaria, none in Berlin

    change_calendar({"country": "de", "subdivision": "BE"}, actor=system())
    assert StoredCalendar().is_work_day(epiphany)

    change_calendar({"country": "de", "subdivision": "BY"}, actor=system())
    assert not StoredCalendar().is_work_day(epiphany)


def test_person_has_hours_and_a_clock_of_their_own(cast: Cast) -> None:
    cast.anna.time_zone = "Asia/Vladivostok"  # ten hours ahead
    cast.anna.save(update_fields=["time_zone"])
    set_person_hours(cast.anna, ["08:00-12:00"] * 7, actor=system())

    calendar = StoredCalendar()

    assert calendar.is_work_time(datetime(2026, 3, 1, 22, tzinfo=UTC), cast.anna.pk)
    assert not calendar.is_work_time(MONDAY, cast.anna.pk)
    assert calendar.is_work_time(MONDAY, cast.boris.pk)

    set_person_hours(cast.anna, None, actor=system())
    assert not StoredCalendar().is_work_day(date(2026, 3, 7), cast.anna.pk)


def test_pause_in_business_hours_passes_over_an_absence(cast: Cast) -> None:
    add_absence(cast.anna, MONDAY, MONDAY + timedelta(days=1), actor=system())

    found = StoredCalendar().add_work_time(MONDAY, timedelta(hours=1), cast.anna.pk)

    assert found == MONDAY + timedelta(days=1, hours=1)


def test_absence_begins_with_its_first_moment_and_is_over_at_its_end(cast: Cast) -> None:
    back = MONDAY + timedelta(hours=4)
    add_absence(cast.anna, MONDAY, back, substitute=cast.boris, actor=system())

    assert is_absent(cast.anna.pk, MONDAY)
    assert not is_absent(cast.anna.pk, back)
    assert substitute_of(cast.anna.pk, MONDAY) == cast.boris.pk
    assert substitute_of(cast.anna.pk, back) == cast.anna.pk


def test_substitute_of_a_substitute_stands_in_when_both_are_away(cast: Cast) -> None:
    later = MONDAY + timedelta(days=3)
    add_absence(cast.anna, MONDAY, later, substitute=cast.boris, actor=system())
    assert substitute_of(cast.anna.pk, MONDAY) == cast.boris.pk

    add_absence(cast.boris, MONDAY, later, substitute=cast.vera, actor=system())
    assert substitute_of(cast.anna.pk, MONDAY) == cast.vera.pk
    assert substitute_of(cast.anna.pk, later) == cast.anna.pk
    assert absent_people([cast.anna.pk, cast.boris.pk, cast.vera.pk], at=MONDAY) == {
        cast.anna.pk,
        cast.boris.pk,
    }


def test_two_who_stand_in_for_each_other_leave_nobody(cast: Cast) -> None:
    later = MONDAY + timedelta(days=3)
    add_absence(cast.anna, MONDAY, later, substitute=cast.boris, actor=system())
    add_absence(cast.boris, MONDAY, later, substitute=cast.anna, actor=system())

    assert substitute_of(cast.anna.pk, MONDAY) is None


def test_substitute_who_left_the_company_is_not_asked(cast: Cast) -> None:
    cast.boris.is_active = False
    cast.boris.save(update_fields=["is_active"])
    add_absence(
        cast.anna, MONDAY, MONDAY + timedelta(days=3), substitute=cast.boris, actor=system()
    )

    assert substitute_of(cast.anna.pk, MONDAY) is None


def test_everybody_enters_their_own_absence_and_nobody_somebody_else_s(cast: Cast) -> None:
    away = (MONDAY, MONDAY + timedelta(days=3))
    absence = add_absence(cast.anna, *away, actor=cast.actor("anna"))

    with pytest.raises(PermissionRefused):
        add_absence(cast.anna, *away, actor=cast.actor("boris"))
    with pytest.raises(PermissionRefused):
        remove_absence(absence, actor=cast.actor("boris"))
    with pytest.raises(ValuesRefused, match="after it begins"):
        change_absence(absence, {"ends_at": MONDAY}, actor=cast.actor("anna"))
    with pytest.raises(ValuesRefused, match="for themselves"):
        change_absence(absence, {"substitute": cast.anna}, actor=cast.actor("anna"))

    remove_absence(absence, actor=cast.actor("anna"))
    assert not is_absent(cast.anna.pk, MONDAY)


def test_calendar_is_changed_by_who_may_configure(cast: Cast) -> None:
    with pytest.raises(PermissionRefused):
        change_calendar({"country": "DE"}, actor=cast.actor("anna"))

    cast.anna.groups.add(make_role("owner", may_configure=True))

    assert change_calendar({"country": "DE"}, actor=cast.actor("anna")).country == "DE"


@pytest.mark.parametrize(
    "changes",
    [
        {"country": "XX"},
        {"country": "DE", "subdivision": "NOWHERE"},
        {"time_zone": "Mars/Olympus"},
        {"week": ["09:00-18:00"] * 6},
        {"week": ["all day"] * 7},
    ],
)
def test_calendar_that_is_none_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValuesRefused):
        change_calendar(changes, actor=system())
