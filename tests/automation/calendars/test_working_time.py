"""Working time is counted right: over nights, holidays, absences and changes of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.calendars.working_time import (
    HoursRefused,
    NoWorkingTime,
    WorkingTime,
    add_working_days,
    add_working_time,
    is_working_moment,
    next_working_moment,
    read_hours,
    working_time_between,
    write_hours,
)

BERLIN = ZoneInfo("Europe/Berlin")
NINE_TO_SIX = (*[read_hours("09:00-18:00")] * 5, (), ())
NO_DAY = ((),) * 7


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


@pytest.fixture
def office() -> WorkingTime:
    return WorkingTime(NINE_TO_SIX, BERLIN)


# Monday is 2026-03-02.
@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-03-02T10:00", 2, "2026-03-02T12:00"),
        ("2026-03-02T10:00", 8, "2026-03-02T18:00"),  # right at closing time
        ("2026-03-02T10:00", 9, "2026-03-03T10:00"),
        ("2026-03-06T17:00", 2, "2026-03-09T10:00"),  # over the weekend
        ("2026-03-07T12:00", 1, "2026-03-09T10:00"),  # from a Saturday
        ("2026-03-02T05:00", 1, "2026-03-02T10:00"),  # before opening
    ],
)
def test_span_ends_in_working_time(office: WorkingTime, start: str, span: float, end: str) -> None:
    assert add_working_time(at(start), hours(span), office) == at(end)


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-03-02T12:00", 2, "2026-03-02T10:00"),
        ("2026-03-09T10:00", 2, "2026-03-06T17:00"),
        ("2026-03-07T12:00", 1, "2026-03-06T17:00"),
        ("2026-03-03T12:00", 3, "2026-03-03T09:00"),  # right at the opening
    ],
)
def test_span_runs_backwards_as_well(
    office: WorkingTime, start: str, span: float, end: str
) -> None:
    assert add_working_time(at(start), -hours(span), office) == at(end)


def test_time_between_is_negative_when_the_end_comes_first(office: WorkingTime) -> None:
    friday, monday = at("2026-03-06T17:00"), at("2026-03-09T10:00")

    assert working_time_between(friday, monday, office) == hours(2)
    assert working_time_between(monday, friday, office) == -hours(2)


def test_shift_that_contains_the_change_of_clocks_has_its_real_length() -> None:
    nights = WorkingTime((read_hours("00:00-06:00"),) * 7, BERLIN)

    # Clocks go forward on 29 March 2026 at 2:00, back on 25 October at 3:00.
    short = working_time_between(at("2026-03-29T00:00"), at("2026-03-29T06:00"), nights)
    long = working_time_between(at("2026-10-25T00:00"), at("2026-10-25T06:00"), nights)

    assert (short, long) == (hours(5), hours(7))


def test_office_opens_by_the_clock_on_the_wall_after_the_change(office: WorkingTime) -> None:
    found = add_working_time(at("2026-03-27T17:00"), hours(2), office)

    assert found == at("2026-03-30T10:00")
    assert found.astimezone(UTC).hour == 8  # it was 9 before the change


def test_person_far_away_works_on_a_clock_of_their_own() -> None:
    vladivostok = WorkingTime(NINE_TO_SIX, ZoneInfo("Asia/Vladivostok"))
    evening = datetime(2026, 3, 2, 20, tzinfo=UTC)  # 6:00 of the next day there

    assert next_working_moment(evening, vladivostok) == datetime(2026, 3, 2, 23, tzinfo=UTC)


def test_holiday_is_passed_over_and_a_special_day_wins_over_it() -> None:
    third, fourth = date(2026, 3, 3), date(2026, 3, 4)
    closed = WorkingTime(NINE_TO_SIX, BERLIN, is_holiday={third, fourth}.__contains__)
    bridged = WorkingTime(
        NINE_TO_SIX,
        BERLIN,
        special={third: read_hours("10:00-12:00")},
        is_holiday={third, fourth}.__contains__,
    )

    assert add_working_time(at("2026-03-02T17:00"), hours(2), closed) == at("2026-03-05T10:00")
    assert add_working_time(at("2026-03-02T17:00"), hours(2), bridged) == at("2026-03-03T11:00")


def test_absence_is_no_working_time(office: WorkingTime) -> None:
    away = WorkingTime(NINE_TO_SIX, BERLIN, away=[(at("2026-03-02T12:00"), at("2026-03-03T13:00"))])

    assert add_working_time(at("2026-03-02T11:00"), hours(2), away) == at("2026-03-03T14:00")
    assert not is_working_moment(at("2026-03-02T15:00"), away)
    assert is_working_moment(at("2026-03-02T15:00"), office)


def test_working_days_keep_the_time_of_the_day(office: WorkingTime) -> None:
    assert add_working_days(at("2026-03-05T16:30"), 2, office) == at("2026-03-09T16:30")
    assert add_working_days(at("2026-03-09T16:30"), -2, office) == at("2026-03-05T16:30")


def test_time_that_clocks_skip_is_the_one_behind_the_gap() -> None:
    always = WorkingTime((read_hours("00:00-24:00"),) * 7, BERLIN)

    found = add_working_days(at("2026-03-28T02:30"), 1, always)

    assert (found.hour, found.minute) == (3, 30)  # clocks went from 2:00 to 3:00


def test_nobody_works_at_closing_time(office: WorkingTime) -> None:
    assert is_working_moment(at("2026-03-02T09:00"), office)
    assert not is_working_moment(at("2026-03-02T18:00"), office)


def test_calendar_without_working_time_is_an_answer_and_no_endless_search() -> None:
    with pytest.raises(NoWorkingTime):
        next_working_moment(at("2026-03-02T09:00"), WorkingTime(NO_DAY, BERLIN))


@pytest.mark.parametrize(
    "text",
    [
        *("9-18", "18:00-09:00", "09:00-25:00", "09:00-12:00, 11:00-14:00", "no"),
        *("09:60-10:30", "09:00-10:75"),
    ],
)
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(HoursRefused):
        read_hours(text)


def test_hours_are_written_as_they_were_read() -> None:
    assert write_hours(read_hours("9:00-13:00,14:00 – 24:00")) == "09:00-13:00, 14:00-24:00"


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001
    minutes=st.integers(0, 60 * 24 * 20),
)
def test_what_was_added_lies_between(start: datetime, minutes: int) -> None:
    office = WorkingTime(NINE_TO_SIX, BERLIN)
    begin, span = start.replace(tzinfo=UTC), timedelta(minutes=minutes)

    end = add_working_time(begin, span, office)

    assert working_time_between(begin, end, office) == span
