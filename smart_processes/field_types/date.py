"""Days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from dateutil import parser
from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from smart_processes.field_types.base import (
    Family,
    FieldSettings,
    FieldType,
    Names,
    ValueRefused,
)
from smart_processes.field_types.registry import register
from smart_processes.locales import active_locale

if TYPE_CHECKING:
    from smart_processes.lookups import Lookups

DAY_PATTERN = "d MMM y"  # 12 Dec 2026
DAY_FIRST = "dayfirst"
MONTH_FIRST = "monthfirst"
DATE_SETTINGS = frozenset({"date_order", "date_format"})

DATE_EXAMPLE = "2026-12-31"

_NUMERIC = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2(?:[0-9]{4}|[0-9]{2})\b.*", re.DOTALL)
_YEAR_FIRST = re.compile(r"[0-9]{4}\b.*", re.DOTALL)
_LONGEST = 60  # characters; keeps hostile input away from the parser
# What is missing from a text is taken from these; a date must not depend on them.
_FILLERS = (datetime(2000, 1, 1), datetime(2001, 2, 2))  # noqa: DTZ001  # only compared


@register
class DateType(FieldType):
    """A day, stored as `2026-12-12`."""

    kind = "date"
    label = gettext_lazy("Date")
    family = Family.DATE
    icon = "calendar"
    position = 60
    can_be_unique = True
    settings = DATE_SETTINGS

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> date:
        """Return the day of ISO text, of usual spellings, or of a moment in the active zone."""
        if isinstance(raw, datetime):
            return (timezone.localtime(raw) if timezone.is_aware(raw) else raw).date()
        if isinstance(raw, date):
            return raw
        if isinstance(raw, str):
            return read_moment(raw, field.config).date()
        raise no_date()

    def to_json(self, value: date, field: FieldSettings) -> str:
        """Return ISO text, which sorts as days do."""
        return value.isoformat()

    def from_json(self, stored: Any, field: FieldSettings) -> date:
        """Return the day."""
        return date.fromisoformat(stored)

    def text(self, value: date, field: FieldSettings, names: Names) -> str:
        """Return the day as people read it: 12 Dec 2026."""
        return format_date(value, DAY_PATTERN, locale=active_locale())

    def export(self, value: date, field: FieldSettings, names: Names) -> date:
        """Return the day."""
        return value

    def form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return the browser's own date input, which sends ISO text."""
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "date"}))
        return forms.CharField(**kwargs)

    def check_config(self, config: Mapping[str, Any]) -> Iterable[str]:
        """Check the order of day and month."""
        yield from super().check_config(config)
        yield from check_date_settings(config)


def read_moment(text: str, config: Mapping[str, Any], *, example: str = DATE_EXAMPLE) -> datetime:
    """Return the day, and the time where there is one, that a text names.

    ISO text always works. `date_format` (as `strptime` reads it) or `date_order` say how
    a file writes days; without them 03/04/2026 is refused, because it may be either.

    Returns:
        A datetime, aware only when the text names an offset; midnight without a time.

    Raises:
        ValueRefused: no date, or one that can be read in two ways; it shows the example.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        raise no_date(example)
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    try:
        if chosen := config.get("date_format"):
            return datetime.strptime(text, str(chosen))  # noqa: DTZ007  # made aware by the caller
        if order := str(config.get("date_order", "")) or _usual_order(text):
            return _read_spelling(text, order)
    except (ValueError, OverflowError) as wrong:
        raise no_date(example) from wrong
    raise ValueRefused(
        _("%(text)s can be read in two ways. Enter the date like %(example)s.")
        % {"text": text, "example": example}
    )


def check_date_settings(config: Mapping[str, Any]) -> Iterable[str]:
    """Yield a sentence for each wrong setting of kinds that hold days."""
    if config.get("date_order", DAY_FIRST) not in {DAY_FIRST, MONTH_FIRST}:
        yield _("The order of a date must be “dayfirst” or “monthfirst”.")


def no_date(example: str = DATE_EXAMPLE) -> ValueRefused:
    """Return the refusal of what is no date."""
    return ValueRefused(_("Enter a date like %(example)s.") % {"example": example})


def _usual_order(text: str) -> str:
    """Return which part of 31/12/2026 is the day, or "" when that cannot be known."""
    parts = _NUMERIC.fullmatch(text)
    if parts is None or parts[2] == "." or not (get_language() or "en").startswith("en"):
        return DAY_FIRST
    first, second = int(parts[1]), int(parts[3])
    if first == second or first > 12:
        return DAY_FIRST
    return MONTH_FIRST if second > 12 else ""


def _read_spelling(text: str, order: str) -> datetime:
    parts = _NUMERIC.fullmatch(text)
    # The library would silently swap them, and the rest of the file would be misread.
    if parts and int(parts[3 if order == DAY_FIRST else 1]) > 12:
        raise ValueError(text)
    day_first = order == DAY_FIRST and not _YEAR_FIRST.fullmatch(text)
    readings = {
        parser.parse(text, dayfirst=day_first, default=filler, tzinfos=_named_zone)
        for filler in _FILLERS
    }
    if len(readings) != 1:
        raise ValueError(text)
    return readings.pop()


def _named_zone(name: str | None, offset: int | None) -> tzinfo | None:
    if offset is not None:  # seconds
        return timezone.get_fixed_timezone(offset // 60)
    if name is None:
        return None
    # EST, MSK and the like mean different zones in different places.
    raise ValueError(name)
