"""Spans of time as people write them: `1d2h-30i`, `2 weeks`, `-5d`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from automation.engine.expressions.errors import Unfit, shown

_DIGITS = frozenset("0123456789")
_MOST_DIGITS = 7  # twenty years are ten million minutes
_LONGEST = 100  # characters
# unit -> (months, days, seconds)
_UNITS = {
    **dict.fromkeys(("y", "year", "years"), (12, 0, 0)),
    **dict.fromkeys(("m", "month", "months"), (1, 0, 0)),
    **dict.fromkeys(("w", "week", "weeks"), (0, 7, 0)),
    **dict.fromkeys(("d", "day", "days"), (0, 1, 0)),
    **dict.fromkeys(("h", "hour", "hours"), (0, 0, 3600)),
    **dict.fromkeys(("i", "min", "minute", "minutes"), (0, 0, 60)),
    **dict.fromkeys(("s", "sec", "second", "seconds"), (0, 0, 1)),
}


@dataclass(frozen=True)
class Span:
    """Months, days and seconds apart: a month has no fixed number of days, nor a day of hours."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    def added_to(self, start: date) -> date:
        """Return the later day or moment; hours make a moment of nothing but a moment.

        Days are those of the calendar (the same time of day when clocks change), hours are
        real ones.

        Raises:
            Unfit: it lies outside of what dates can be.
        """
        try:
            found = start + relativedelta(months=self.months, days=self.days)
            if self.seconds and isinstance(found, datetime):
                later = found.astimezone(UTC) + timedelta(seconds=self.seconds)
                found = later.astimezone(found.tzinfo)
        except (OverflowError, ValueError):
            raise Unfit("date_out_of_range") from None
        return found


def read_span(written: str) -> Span:
    """Return the span of a text; a sign holds until the next sign.

    Raises:
        Unfit: it is not a span of time.
    """
    months = days = seconds = 0
    for count, unit in _parts(written):
        if unit not in _UNITS:
            raise _not_a_span(written)
        of_months, of_days, of_seconds = _UNITS[unit]
        months += count * of_months
        days += count * of_days
        seconds += count * of_seconds
    return Span(months, days, seconds)


def _parts(written: str) -> list[tuple[int, str]]:
    parts: list[tuple[int, str]] = []
    place, sign = 0, 1
    text = "".join(written.lower().split())
    if not text or len(written) > _LONGEST:
        raise _not_a_span(written)
    while place < len(text):
        if text[place] in "+-":
            sign = -1 if text[place] == "-" else 1
            place += 1
        digits = _run(text, place, digits=True)
        unit = _run(text, place + len(digits), digits=False)
        if not digits or not unit or len(digits) > _MOST_DIGITS:
            raise _not_a_span(written)
        parts.append((sign * int(digits), unit))
        place += len(digits) + len(unit)
    return parts


def _run(text: str, start: int, *, digits: bool) -> str:
    end = start
    while end < len(text) and text[end] not in "+-" and (text[end] in _DIGITS) == digits:
        end += 1
    return text[start:end]


def _not_a_span(written: str) -> Unfit:
    return Unfit("not_an_interval", value=shown(written))
