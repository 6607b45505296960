"""Dates written in a form of letters, as templates in the wild use them: `d.m.Y H:i`.

Source: the letters of PHP's date(), https://www.php.net/manual/en/datetime.format.php
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names, get_month_names

from automation.engine.expressions.errors import Unfit

LONGEST_FORM = 200  # characters


def formatted(moment: datetime, form: str, language: str) -> str:
    """Return a moment in a form; a backslash makes a letter mean itself.

    Raises:
        Unfit: the form is too long, or has a letter that stands for nothing.
    """
    if len(form) > LONGEST_FORM:
        raise Unfit("text_too_long", limit=LONGEST_FORM)
    pieces: list[str] = []
    letters = iter(form)
    for letter in letters:
        if letter == "\\":
            pieces.append(next(letters, ""))
        elif letter in _WORDS:
            pieces.append(_WORDS[letter](moment, language))
        elif letter in _PARTS:
            pieces.append(_PARTS[letter](moment))
        elif letter.isascii() and letter.isalpha():
            raise Unfit("date_format", character=letter)
        else:
            pieces.append(letter)
    return "".join(pieces)


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _month(moment: datetime, language: str, width: str) -> str:
    return str(get_month_names(width, "format", _locale(language))[moment.month])  # type: ignore[arg-type]  # width is one of babel's words


def _day(moment: datetime, language: str, width: str) -> str:
    return str(get_day_names(width, "format", _locale(language))[moment.weekday()])  # type: ignore[arg-type]  # width is one of babel's words


def _offset(moment: datetime, divider: str) -> str:
    written = moment.strftime("%z")[:5]
    return f"{written[:3]}{divider}{written[3:]}"


def _suffix(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


_WORDS: dict[str, Callable[[datetime, str], str]] = {
    "D": lambda moment, language: _day(moment, language, "abbreviated"),
    "l": lambda moment, language: _day(moment, language, "wide"),
    "M": lambda moment, language: _month(moment, language, "abbreviated"),
    "F": lambda moment, language: _month(moment, language, "wide"),
}
_PARTS: dict[str, Callable[[datetime], str]] = {
    "d": lambda moment: f"{moment.day:02d}",
    "j": lambda moment: str(moment.day),
    "N": lambda moment: str(moment.isoweekday()),
    "S": lambda moment: _suffix(moment.day),
    "w": lambda moment: str(moment.isoweekday() % 7),
    "z": lambda moment: str(moment.timetuple().tm_yday - 1),
    "W": lambda moment: f"{moment.isocalendar().week:02d}",
    "m": lambda moment: f"{moment.month:02d}",
    "n": lambda moment: str(moment.month),
    "t": lambda moment: str(calendar.monthrange(moment.year, moment.month)[1]),
    "L": lambda moment: str(int(calendar.isleap(moment.year))),
    "o": lambda moment: str(moment.isocalendar().year),
    "Y": lambda moment: f"{moment.year:04d}",
    "y": lambda moment: f"{moment.year % 100:02d}",
    "a": lambda moment: "am" if moment.hour < 12 else "pm",
    "A": lambda moment: "AM" if moment.hour < 12 else "PM",
    "g": lambda moment: str(moment.hour % 12 or 12),
    "h": lambda moment: f"{moment.hour % 12 or 12:02d}",
    "G": lambda moment: str(moment.hour),
    "H": lambda moment: f"{moment.hour:02d}",
    "i": lambda moment: f"{moment.minute:02d}",
    "s": lambda moment: f"{moment.second:02d}",
    "u": lambda moment: f"{moment.microsecond:06d}",
    "v": lambda moment: f"{moment.microsecond // 1000:03d}",
    "e": lambda moment: str(moment.tzinfo),
    "T": lambda moment: moment.strftime("%Z"),
    "O": lambda moment: _offset(moment, ""),
    "P": lambda moment: _offset(moment, ":"),
    "c": lambda moment: moment.isoformat(timespec="seconds"),
    "U": lambda moment: str(int(moment.timestamp())),
}
