"""Days and moments."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta

from automation.engine.expressions.conversion import day_or_moment, moment, text, whole
from automation.engine.expressions.errors import Unfit
from automation.engine.expressions.functions.date_formats import formatted
from automation.engine.expressions.functions.intervals import read_span
from automation.engine.expressions.functions.registry import function
from automation.engine.expressions.surroundings import Surroundings

ENGLISH = "en"
_DAY = timedelta(days=1)


@function("dateadd", least=2)
def later(around: Surroundings, value: Any, written: Any) -> date:
    """Return a day or moment moved by a span like `1d2h-30i`; hours make a day a moment."""
    span = read_span(text(written))
    start = day_or_moment(value, around.zone)
    return span.added_to(moment(start, around.zone) if span.seconds else start)


@function("datediff", least=2, most=3)
def difference(around: Surroundings, first: Any, last: Any, form: Any = "%a") -> Any:
    """Return what lies between two moments.

    In the form, `%a` stands for all days, `%y %m %d %h %i %s` for the parts of the
    difference (in capitals with two digits), `%R` for its sign, `%r` for a minus. One part
    alone is a number.
    """
    one, other = moment(first, around.zone), moment(last, around.zone)
    numbers = _difference(one, other)
    asked = text(form)
    if len(asked) == 2 and asked[0] == "%" and asked[1].lower() in numbers:
        return Decimal(numbers[asked[1].lower()])
    sign = "-" if other < one else ""
    return _filled(asked, numbers, sign)


@function("date", least=1, most=2)
def written_date(around: Surroundings, form: Any, value: Any = None) -> str:
    """Return a date (default: now) in a form like `d.m.Y H:i`, words in English."""
    return _written(around, form, value, ENGLISH)


@function("format_date", least=2)
def date_written(around: Surroundings, value: Any, form: Any) -> str:
    """Return a date in a form like `d.m.Y H:i`, words in the language of the run."""
    return _written(around, form, value, around.language)


@function("locdate", least=1, most=2)
def local_date(around: Surroundings, form: Any, value: Any = None) -> str:
    """Return a date (default: now) in a form, words in the language of the run."""
    return _written(around, form, value, around.language)


@function("strtotime", least=1)
def read_date(around: Surroundings, value: Any) -> date:
    """Return the day or moment that a text means."""
    return day_or_moment(value, around.zone)


@function("settime", least=2, most=4)
def at_time(
    around: Surroundings, value: Any, hour: Any, minute: Any = 0, second: Any = 0
) -> datetime:
    """Return the day of a value at a time of day."""
    day = moment(value, around.zone).astimezone(around.zone)
    return day.replace(
        hour=whole(hour, low=0, high=23),
        minute=whole(minute, low=0, high=59),
        second=whole(second, low=0, high=59),
        microsecond=0,
    )


def _written(around: Surroundings, form: Any, value: Any, language: str) -> str:
    given = around.now if value is None else value
    return formatted(moment(given, around.zone), text(form), language)


def _difference(one: datetime, other: datetime) -> dict[str, int]:
    early, late = sorted((one, other))
    try:
        parts = relativedelta(late, early)
        days = (late - early) // _DAY
    except (OverflowError, ValueError):
        raise Unfit("date_out_of_range") from None
    return {
        "a": days,
        "y": parts.years,
        "m": parts.months,
        "d": parts.days,
        "h": parts.hours,
        "i": parts.minutes,
        "s": parts.seconds,
    }


def _filled(form: str, numbers: dict[str, int], sign: str) -> str:
    pieces: list[str] = []
    letters = iter(form)
    for letter in letters:
        if letter != "%":
            pieces.append(letter)
            continue
        name = next(letters, "%")
        if name == "R":
            pieces.append(sign or "+")
        elif name == "r":
            pieces.append(sign)
        elif name in numbers:
            pieces.append(str(numbers[name]))
        elif name.lower() in numbers:
            pieces.append(f"{numbers[name.lower()]:02d}")
        else:
            pieces.append(name)
    return "".join(pieces)
