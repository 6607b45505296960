"""Spans of days that move with the calendar: today, this week, the last 30 days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Period:
    """A span of whole days; weeks begin on Monday."""

    label: StrOrPromise
    days: Callable[[date], tuple[date, date]]  # today -> first and last day


def _from_today(first: int, last: int) -> Callable[[date], tuple[date, date]]:
    return lambda today: (today + timedelta(days=first), today + timedelta(days=last))


def _week(offset: int) -> Callable[[date], tuple[date, date]]:
    def days(today: date) -> tuple[date, date]:
        monday = today + timedelta(days=7 * offset - today.weekday())
        return monday, monday + timedelta(days=6)

    return days


def _months(offset: int, length: int = 1) -> Callable[[date], tuple[date, date]]:
    """Return months counted from January in groups of `length`: 3 are quarters, 12 years."""

    def days(today: date) -> tuple[date, date]:
        first = today.replace(day=1, month=(today.month - 1) // length * length + 1)
        first += relativedelta(months=offset * length)
        return first, first + relativedelta(months=length, days=-1)

    return days


PERIODS: Mapping[str, Period] = {
    "today": Period(_("today"), _from_today(0, 0)),
    "yesterday": Period(_("yesterday"), _from_today(-1, -1)),
    "tomorrow": Period(_("tomorrow"), _from_today(1, 1)),
    "this_week": Period(_("this week"), _week(0)),
    "last_week": Period(_("last week"), _week(-1)),
    "next_week": Period(_("next week"), _week(1)),
    "this_month": Period(_("this month"), _months(0)),
    "last_month": Period(_("last month"), _months(-1)),
    "next_month": Period(_("next month"), _months(1)),
    "this_quarter": Period(_("this quarter"), _months(0, 3)),
    "last_quarter": Period(_("last quarter"), _months(-1, 3)),
    "this_year": Period(_("this year"), _months(0, 12)),
    "last_year": Period(_("last year"), _months(-1, 12)),
    "last_7_days": Period(_("the last 7 days"), _from_today(-6, 0)),
    "last_30_days": Period(_("the last 30 days"), _from_today(-29, 0)),
    "last_90_days": Period(_("the last 90 days"), _from_today(-89, 0)),
    "next_7_days": Period(_("the next 7 days"), _from_today(0, 6)),
    "next_30_days": Period(_("the next 30 days"), _from_today(0, 29)),
}
