"""Moments: a day with a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from babel.dates import format_datetime
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from smart_processes.field_types.base import (
    Family,
    FieldSettings,
    FieldType,
    Names,
)
from smart_processes.field_types.date import (
    DATE_SETTINGS,
    DAY_PATTERN,
    check_date_settings,
    no_date,
    read_moment,
)
from smart_processes.field_types.registry import register
from smart_processes.locales import active_locale

if TYPE_CHECKING:
    from smart_processes.lookups import Lookups

MOMENT_EXAMPLE = "2026-12-31 15:00"
MOMENT_PATTERN = f"{DAY_PATTERN}, HH:mm"  # 12 Dec 2026, 15:00

_HAS_TIME = re.compile(r":|[0-9]T[0-9]")


@register
class DateTimeType(FieldType):
    """A moment to the second, stored in UTC with a fixed width: `2026-12-12T15:00:00Z`."""

    kind = "datetime"
    label = gettext_lazy("Date and time")
    family = Family.MOMENT
    icon = "clock"
    position = 70
    settings = DATE_SETTINGS

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> datetime:
        """Return the moment in UTC; without an offset it is meant in the active time zone."""
        if isinstance(raw, datetime):
            return _in_utc(raw)
        if isinstance(raw, date):
            return _in_utc(datetime.combine(raw, time()))
        if isinstance(raw, str):
            return _in_utc(read_moment(raw, field.config, example=MOMENT_EXAMPLE))
        raise no_date(MOMENT_EXAMPLE)

    def parse_range(
        self, raw: Any, field: FieldSettings, lookups: Lookups
    ) -> tuple[datetime, datetime]:
        """Return the moment twice, or where only a day is named its first and last moment."""
        first = self.parse(raw, field, lookups)
        is_day = isinstance(raw, date) and not isinstance(raw, datetime)
        if is_day or (isinstance(raw, str) and not _HAS_TIME.search(raw)):
            return first, last_moment(timezone.localtime(first).date())
        # Stored moments have no fractions, the moments of columns do.
        return first, first.replace(microsecond=999_999)

    def to_json(self, value: datetime, field: FieldSettings) -> str:
        """Return ISO text in UTC, always as wide, which sorts as moments do."""
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"

    def from_json(self, stored: Any, field: FieldSettings) -> datetime:
        """Return the moment in UTC."""
        return datetime.fromisoformat(stored).astimezone(UTC)

    def text(self, value: datetime, field: FieldSettings, names: Names) -> str:
        """Return the moment as people read it, in the active time zone."""
        # Babel would convert by itself, but only to a zone of its own.
        local = timezone.localtime(value).replace(tzinfo=None)
        return format_datetime(local, MOMENT_PATTERN, locale=active_locale())

    def export(self, value: datetime, field: FieldSettings, names: Names) -> datetime:
        """Return the moment in the active time zone, aware."""
        return timezone.localtime(value)

    def form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return the browser's own input for a day and a time."""
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "datetime-local"}))
        return forms.CharField(**kwargs)

    def form_value(self, value: datetime, field: FieldSettings, names: Names) -> str:
        """Return what the input takes: local time without a zone."""
        local = timezone.localtime(value).replace(tzinfo=None)
        return local.isoformat(timespec="seconds" if local.second else "minutes")

    def check_config(self, config: Mapping[str, Any]) -> Iterable[str]:
        """Check the order of day and month."""
        yield from super().check_config(config)
        yield from check_date_settings(config)


def first_moment(day: date) -> datetime:
    """Return when a day of the active time zone begins."""
    return _in_utc(datetime.combine(day, time()))


def last_moment(day: date) -> datetime:
    """Return the last moment of a day of the active time zone."""
    return first_moment(day + timedelta(days=1)) - timedelta(microseconds=1)


def _in_utc(moment: datetime) -> datetime:
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    # Beyond these, showing a moment in another time zone would leave the calendar.
    if not date.min.year < moment.year < date.max.year:
        raise no_date(MOMENT_EXAMPLE)
    return moment.astimezone(UTC).replace(microsecond=0)
