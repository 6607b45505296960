"""One value taken as a number, a text, a moment, a yes or no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from decimal import Context, Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from automation.engine.expressions.amounts import Amount
from automation.engine.expressions.errors import Unfit, shown
from automation.engine.expressions.limits import (
    MAX_DEPTH,
    MAX_EXPONENT,
    MAX_LIST,
    MAX_TEXT,
    PRECISION,
)

NUMBERS = Context(
    prec=PRECISION,
    Emax=MAX_EXPONENT,
    Emin=-MAX_EXPONENT,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)
EMPTY: tuple[Any, ...] = (None, "", [], (), {})
YES, NO = "Y", "N"  # as the imported templates write them
_NO_WORDS = frozenset({"", "0", "n", "no", "false"})
_YES_WORDS = frozenset({"1", "y", "yes", "true"})
_NUMBER_LENGTH = 1_000  # characters; more are not a number that anybody wrote
_DATE_FORMATS = (
    *("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y"),
    *("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d"),
)
_SHORTEST_DATE, _LONGEST_DATE = 8, 40  # characters


def is_empty(value: Any) -> bool:
    """Tell whether a value is nothing; 0 and "no" are something."""
    return value is None or (isinstance(value, str | list | tuple | dict) and not value)


def number(value: Any) -> Decimal:
    """Return the value as a number; nothing is 0, yes is 1, money is its amount.

    Raises:
        Unfit: it is not a number.
    """
    if isinstance(value, Amount):
        value = value.number
    if is_empty(value):
        return Decimal(0)
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, float):
        value = repr(value)
    if isinstance(value, str):
        return _number_of(value)
    if isinstance(value, int | Decimal):
        return _bounded(value)
    raise Unfit("not_a_number", value=shown(text(value)))


def _number_of(written: str) -> Decimal:
    amount, bar, currency = written.partition("|")  # money in imported templates: 100|EUR
    digits = amount.strip() if bar and currency.strip().isalpha() else written.strip()
    # Decimal also takes "NaN", "1_000" and other digits than ours; people mean none of them.
    plain = digits.isascii() and len(digits) <= _NUMBER_LENGTH
    if not plain or not digits or digits.strip("+-.0123456789eE"):
        raise Unfit("not_a_number", value=shown(written))
    try:
        return _bounded(NUMBERS.create_decimal(digits))
    except DecimalException:
        raise Unfit("not_a_number", value=shown(written)) from None


def _bounded(value: int | Decimal) -> Decimal:
    if isinstance(value, int) and abs(value) >= 10**MAX_EXPONENT:
        raise Unfit("number_too_large")
    if isinstance(value, Decimal) and not value.is_finite():
        raise Unfit("not_a_number", value=shown(str(value)))
    try:
        return NUMBERS.plus(Decimal(value))
    except Overflow:
        raise Unfit("number_too_large") from None


def whole(value: Any, *, low: int = -MAX_TEXT, high: int = MAX_TEXT) -> int:
    """Return the value as a whole number between two bounds.

    Raises:
        Unfit: it is not a number, has a fraction, or lies outside.
    """
    found = number(value)
    if found != found.to_integral_value():
        raise Unfit("not_a_whole_number", value=shown(text(value)))
    if not low <= found <= high:
        raise Unfit("number_out_of_range", value=shown(text(value)), low=low, high=high)
    return int(found)


def truth(value: Any) -> bool:
    """Tell whether a value means yes: not empty, not 0 and not a word for no."""
    if isinstance(value, str):
        return value.strip().casefold() not in _NO_WORDS
    if isinstance(value, Amount):
        return bool(value.number)
    return bool(value)


def flag(value: Any) -> bool | None:
    """Return yes or no where the value is a word or number for it, else None."""
    if isinstance(value, bool):
        return value
    if is_empty(value):
        return False
    word = text(value).strip().casefold()
    return True if word in _YES_WORDS else False if word in _NO_WORDS else None


def text(value: Any) -> str:
    """Return the value as it stands inside a text; several are divided by commas.

    Raises:
        Unfit: it would become too long.
    """
    return join(_pieces(value, 0), "")


def join(pieces: Iterable[str], glue: str) -> str:
    """Put pieces together, never more than a text may hold.

    Raises:
        Unfit: it would become too long.
    """
    kept: list[str] = []
    length = 0
    for piece in pieces:
        length += len(piece) + (len(glue) if kept else 0)
        if length > MAX_TEXT:
            raise Unfit("result_too_long", limit=MAX_TEXT)
        kept.append(piece)
    return glue.join(kept)


def _pieces(value: Any, depth: int) -> Iterable[str]:
    if depth > MAX_DEPTH:
        raise Unfit("value_too_deep", limit=MAX_DEPTH)
    if isinstance(value, Mapping) and "name" in value:
        value = value["name"]  # a file
    if isinstance(value, Mapping):
        for place, (key, each) in enumerate(value.items()):
            yield f"{', ' if place else ''}{key}: "
            yield from _pieces(each, depth + 1)
    elif isinstance(value, list | tuple | set | frozenset):
        for place, each in enumerate(value):
            if place:
                yield ", "
            yield from _pieces(each, depth + 1)
    else:
        yield _text_of_one(value)


def _text_of_one(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, int) and abs(value) >= 10**MAX_EXPONENT:
        raise Unfit("number_too_large")
    return str(value)


def plain(value: Decimal) -> str:
    """Return a number without exponent and without zeros that say nothing."""
    if not value.is_finite() or abs(value.adjusted()) > MAX_EXPONENT:
        raise Unfit("number_too_large")
    if value == value.to_integral_value():
        return str(int(value))
    return f"{value:f}".rstrip("0")


def listed(value: Any) -> list[Any]:
    """Return several values as they are, one as a list of one, nothing as an empty list."""
    if is_empty(value):
        return []
    if isinstance(value, list | tuple | set | frozenset):
        found = list(value)
    else:
        found = list(value.values()) if isinstance(value, Mapping) else [value]
    return bounded_list(found)


def bounded_list(values: list[Any]) -> list[Any]:
    """Return the list, which together with the lists inside it is short enough.

    Raises:
        Unfit: it has too many values.
    """
    left = MAX_LIST
    waiting: list[Sequence[Any]] = [values]
    while waiting:
        one = waiting.pop()
        left -= len(one)
        if left < 0:
            raise Unfit("result_too_large", limit=MAX_LIST)
        waiting += [each for each in one if isinstance(each, list | tuple) and each]
    return values


def moment(value: Any, zone: tzinfo) -> datetime:
    """Return the value as an aware moment; a day is its midnight in `zone`.

    Raises:
        Unfit: it is not a date.
    """
    found = day_or_moment(value, zone)
    if isinstance(found, datetime):
        return found
    return datetime.combine(found, time(), tzinfo=zone)


def day_or_moment(value: Any, zone: tzinfo) -> date | datetime:
    """Return a day as a date, anything with a time of day as an aware moment.

    Texts are read as ISO 8601 or as 31.12.2026 23:59:59.

    Raises:
        Unfit: it is not a date.
    """
    found = value if isinstance(value, date) else None
    if isinstance(value, str) and _SHORTEST_DATE <= len(value.strip()) <= _LONGEST_DATE:
        found = _date_of(value.strip())
    if found is None:
        raise Unfit("not_a_date", value=shown(text(value)))
    if isinstance(found, datetime) and found.tzinfo is None:
        return found.replace(tzinfo=zone)
    return found


def _date_of(written: str) -> date | None:
    if not written[0].isdigit():
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        pass
    for form in _DATE_FORMATS:
        try:
            found = datetime.strptime(written, form)  # noqa: DTZ007  # the zone comes later
        except ValueError:
            continue
        return found if "%H" in form else found.date()
    return None
