"""Days as files of different countries write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone
from django.utils.translation import override

from smart_processes.field_types.base import Names, ValueRefused
from smart_processes.field_types.registry import field_type
from smart_processes.fields import Field, ValueStorage

DATE = Field("day", "Day", field_type("date"), ValueStorage("f1"))
MOMENT = Field("moment", "Moment", field_type("datetime"), ValueStorage("f2"))


@pytest.mark.parametrize(
    ("text", "settings", "day"),
    [
        ("03/04/2026", {"date_order": "dayfirst"}, date(2026, 4, 3)),
        ("03/04/2026", {"date_order": "monthfirst"}, date(2026, 3, 4)),
        ("03.04.2026", {"date_order": "monthfirst"}, date(2026, 3, 4)),
        ("26-03-04", {"date_format": "%y-%m-%d"}, date(2026, 3, 4)),
        ("20260304", {}, date(2026, 3, 4)),
        ("2026-03-04", {"date_order": "dayfirst"}, date(2026, 3, 4)),
        ("2026/03/04", {"date_order": "dayfirst"}, date(2026, 3, 4)),
        ("31/12/2026", {}, date(2026, 12, 31)),
        ("12/31/2026", {}, date(2026, 12, 31)),
        ("05/05/2026", {}, date(2026, 5, 5)),
        ("March 4, 2026", {}, date(2026, 3, 4)),
    ],
)
def test_a_file_may_say_how_it_writes_days(text: str, settings: dict[str, str], day: date) -> None:
    assert DATE.with_settings(**settings).parse(text) == day


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("12/31/2026", {"date_order": "dayfirst"}),
        ("31/12/2026", {"date_order": "monthfirst"}),
        ("12.31.2026", {}),
        ("04.03.2026", {"date_format": "%Y/%m/%d"}),
        ("03/04/2026", {}),
    ],
)
def test_day_that_is_written_otherwise_than_the_file_says_is_refused(
    text: str, settings: dict[str, str]
) -> None:
    with pytest.raises(ValueRefused):
        DATE.with_settings(**settings).parse(text)


def test_russian_readers_write_the_day_first() -> None:
    with override("ru"):
        assert DATE.parse("03/04/2026") == date(2026, 4, 3)


def test_moment_without_a_zone_is_meant_on_the_readers_clock() -> None:
    with timezone.override("Europe/Minsk"):
        parsed = MOMENT.parse("2026-12-12 15:00")

        assert parsed == datetime(2026, 12, 12, 12, tzinfo=UTC)
        assert MOMENT.to_json(parsed) == "2026-12-12T12:00:00Z"
        assert MOMENT.text(parsed, Names()) == "12 Dec 2026, 15:00"
        assert MOMENT.form_value(parsed, Names()) == "2026-12-12T15:00"
        assert MOMENT.parse(MOMENT.export(parsed, Names())) == parsed


def test_day_of_a_moment_is_the_readers_day() -> None:
    late = datetime(2026, 12, 12, 22, 30, tzinfo=UTC)

    with timezone.override("Europe/Minsk"):
        assert DATE.parse(late) == date(2026, 12, 13)


def test_day_is_written_in_the_readers_language() -> None:
    with override("ru"):
        assert DATE.text(date(2026, 12, 12), Names()) == "12 дек. 2026"
