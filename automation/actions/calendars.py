"""Changing the company's calendar, people's own hours, and absences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from accounts.models import User
from automation.calendars.stored import COMPANY, knows_country
from automation.calendars.working_time import HoursRefused, read_hours, write_hours
from automation.models import Absence, CalendarDay, CompanyCalendar, PersonHours
from smart_processes.exceptions import ValuesRefused

_DAYS_OF_WEEK = 7


@transaction.atomic
def change_calendar(changes: Mapping[str, Any], *, actor: Actor) -> CompanyCalendar:
    """Change the company's calendar.

    Args:
        changes: Of `time_zone`, `country`, `subdivision` and `week` (seven texts, Monday
            first), those that change.
        actor: Who may configure.

    Raises:
        PermissionRefused: the actor may not configure.
        ValuesRefused: a zone, country or hours that are none.
    """
    access.require_configurator(access.fresh(actor))
    calendar, _made = CompanyCalendar.objects.get_or_create(code=COMPANY)
    for name, value in changes.items():
        setattr(calendar, name, value)
    calendar.country = calendar.country.strip().upper()
    calendar.subdivision = calendar.subdivision.strip().upper()
    _check_place(calendar)
    calendar.week = clean_week(calendar.week)
    calendar.save()
    return calendar


@transaction.atomic
def set_special_day(on: date, hours: str, *, actor: Actor, note: str = "") -> CalendarDay:
    """Make a day differ from the week and the holidays; no hours: a day off.

    Raises:
        PermissionRefused: the actor may not configure.
        ValuesRefused: hours that are none.
    """
    access.require_configurator(access.fresh(actor))
    calendar, _made = CompanyCalendar.objects.get_or_create(code=COMPANY)
    day, _made = CalendarDay.objects.update_or_create(
        calendar=calendar, on=on, defaults={"hours": _clean_hours(hours, "hours"), "note": note}
    )
    return day


@transaction.atomic
def remove_special_day(on: date, *, actor: Actor) -> bool:
    """Let a day be as the week says again; return False when it was.

    Raises:
        PermissionRefused: the actor may not configure.
    """
    access.require_configurator(access.fresh(actor))
    removed, _by_model = CalendarDay.objects.filter(calendar__code=COMPANY, on=on).delete()
    return bool(removed)


@transaction.atomic
def set_person_hours(
    person: User, week: Sequence[str] | None, *, actor: Actor
) -> PersonHours | None:
    """Give somebody working hours of their own; None: the company's again.

    Raises:
        PermissionRefused: the actor may not configure.
        ValuesRefused: hours that are none.
    """
    access.require_configurator(access.fresh(actor))
    if week is None:
        PersonHours.objects.filter(person=person).delete()
        return None
    own, _made = PersonHours.objects.update_or_create(
        person=person, defaults={"week": clean_week(week)}
    )
    return own


@transaction.atomic
def add_absence(
    person: User,
    begins_at: datetime,
    ends_at: datetime,
    *,
    actor: Actor,
    substitute: User | None = None,
    reason: str = "",
) -> Absence:
    """Say that somebody will be away, and who stands in.

    Everybody may say it of themselves; of others who may configure.

    Raises:
        PermissionRefused: it is somebody else, and the actor may not configure.
        ValuesRefused: it ends before it begins, or people would stand in for themselves.
    """
    absence = Absence(
        person=person, begins_at=begins_at, ends_at=ends_at, substitute=substitute, reason=reason
    )
    _check_absence(absence, actor)
    absence.save()
    return absence


@transaction.atomic
def change_absence(absence: Absence, changes: Mapping[str, Any], *, actor: Actor) -> Absence:
    """Change `begins_at`, `ends_at`, `substitute` or `reason`; refusals as `add_absence`."""
    stored = Absence.objects.select_for_update().get(pk=absence.pk)
    for name, value in changes.items():
        setattr(stored, name, value)
    _check_absence(stored, actor)
    stored.save()
    return stored


@transaction.atomic
def remove_absence(absence: Absence, *, actor: Actor) -> None:
    """Take an absence back; refusals as `add_absence`."""
    _require_own(absence, actor)
    Absence.objects.filter(pk=absence.pk).delete()


def clean_week(week: Sequence[str]) -> list[str]:
    """Return seven texts in one way of writing.

    Raises:
        ValuesRefused: there are not seven, or one is no working hours.
    """
    if len(week) != _DAYS_OF_WEEK:
        raise ValuesRefused({"week": _("A week has seven days, Monday first.")})
    return [_clean_hours(text, "week") for text in week]


def _clean_hours(text: str, field: str) -> str:
    try:
        return write_hours(read_hours(text))
    except HoursRefused as refusal:
        sentence = _("“%(text)s” is no working time. Write it like 09:00-13:00, 14:00-18:00.")
        raise ValuesRefused({field: sentence % {"text": str(refusal)[:40]}}) from refusal


def _check_place(calendar: CompanyCalendar) -> None:
    if calendar.time_zone not in available_timezones():
        sentence = _("There is no time zone “%(name)s”. Write it like Europe/Minsk.")
        raise ValuesRefused({"time_zone": sentence % {"name": calendar.time_zone[:64]}})
    if calendar.country and not knows_country(calendar.country):
        sentence = _("The public holidays of “%(code)s” are not known. Write two letters, like BY.")
        raise ValuesRefused({"country": sentence % {"code": calendar.country}})
    if calendar.subdivision and not knows_country(calendar.country, calendar.subdivision):
        sentence = _("“%(code)s” is no region with holidays of its own.")
        raise ValuesRefused({"subdivision": sentence % {"code": calendar.subdivision}})


def _check_absence(absence: Absence, actor: Actor) -> None:
    _require_own(absence, actor)
    if absence.ends_at <= absence.begins_at:
        raise ValuesRefused({"ends_at": _("An absence ends after it begins.")})
    if absence.substitute_id is not None and absence.substitute_id == absence.person_id:
        raise ValuesRefused({"substitute": _("Nobody stands in for themselves.")})


def _require_own(absence: Absence, actor: Actor) -> None:
    rights = access.fresh(actor)
    is_own = rights.is_active and actor.user_id == absence.person_id
    if not is_own and not rights.may_configure:
        raise PermissionRefused(Action.CHANGE, _("somebody else's absence"))
