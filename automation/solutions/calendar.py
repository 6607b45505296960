"""The part `calendar`: the company's hours, holidays and special days; people by user name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import User
from automation.actions import calendars as actions
from automation.calendars.stored import COMPANY
from automation.models import Absence, CalendarDay, CompanyCalendar, PersonHours
from smart_processes.exceptions import ValuesRefused
from smart_processes.solutions.registry import Step
from smart_processes.solutions.words import differences

# Behind departments and roles (20 to 29), before types.
CHANGED = 30
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_OWN = ("time_zone", "country", "subdivision")


class CalendarPart:
    """The company's calendar; special days by their date, people by their user name."""

    key = "calendar"

    def schema(self) -> Mapping[str, Any]:
        """Return the JSON Schema of the part."""
        hours = {
            "type": "string",
            "maxLength": 100,
            "description": "09:00-13:00, 14:00-18:00; empty: a day off.",
        }
        week = {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(DAYS, hours),
            "description": "Days that are not named stay as they are.",
        }
        name = {"type": "string", "minLength": 1, "maxLength": 150}
        return {
            "type": "object",
            "additionalProperties": False,
            "description": "When the company works.",
            "properties": {
                "time_zone": {"type": "string", "minLength": 1, "maxLength": 64},
                "country": {"type": "string", "maxLength": 2},
                "subdivision": {"type": "string", "maxLength": 10},
                "week": week,
                "days": {
                    "type": "array",
                    "description": "Days that differ from the week and the holidays.",
                    "items": _entry({"on": _DAY, "hours": hours, "note": _NOTE}, ["on"]),
                },
                "people": {
                    "type": "array",
                    "description": "Hours of people who do not keep the company's.",
                    "items": _entry({"person": name, "week": week}, ["person", "week"]),
                },
                "absences": {
                    "type": "array",
                    "description": "Who is away; moments with an offset, like 2026-07-01T09:00+03:00.",
                    "items": _entry(
                        {
                            "person": name,
                            "from": _MOMENT,
                            "until": _MOMENT,
                            "substitute": name,
                            "reason": _NOTE,
                        },
                        ["person", "from", "until"],
                    ),
                },
            },
        }

    def plan(self, wanted: Any, whole: Mapping[str, Any], *, may_destroy: bool) -> list[Step]:
        """Return the steps: the calendar, its days, people's hours, absences."""
        return [
            *_own_steps(wanted),
            *_day_steps(wanted.get("days", ())),
            *_people_steps(wanted.get("people", ())),
            *_absence_steps(wanted.get("absences", ())),
        ]

    def export(self, types: Collection[str] | None) -> Any:
        """Return calendar and special days; without people, whom another system does not have."""
        calendar = CompanyCalendar.objects.filter(code=COMPANY).first()
        if types is not None or calendar is None:
            return None
        content: dict[str, Any] = {n: getattr(calendar, n) for n in _OWN if getattr(calendar, n)}
        content["week"] = _named(calendar.week)
        days = [_day(day) for day in calendar.days.all()]
        return content | ({"days": days} if days else {})


_DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "description": "Like 2026-12-31."}
_MOMENT = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$",
    "description": "Like 2026-07-01T09:00+03:00.",
}
_NOTE = {"type": "string", "maxLength": 100}


def _entry(properties: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": dict(properties),
    }


def _own_steps(wanted: Mapping[str, Any]) -> list[Step]:
    stored = CompanyCalendar.objects.filter(code=COMPANY).first() or CompanyCalendar()
    current = {name: getattr(stored, name) for name in _OWN} | _named(stored.week)
    asked = {name: wanted[name] for name in _OWN if name in wanted} | wanted.get("week", {})
    changed = {name: value for name, value in asked.items() if current[name] != value}
    if not changed:
        return []
    sentence = _("Calendar: %(difference)s") % {
        "difference": differences({name: current[name] for name in changed}, changed)
    }
    changes: dict[str, Any] = {name: changed[name] for name in _OWN if name in changed}
    changes["week"] = [asked.get(day, current[day]) for day in DAYS]

    def run(actor: Actor) -> None:
        actions.change_calendar(changes, actor=actor)

    return [Step(CHANGED, ("calendar",), (sentence,), run)]


def _day_steps(wanted: Sequence[Mapping[str, Any]]) -> list[Step]:
    stored = {day.on.isoformat(): _day(day) for day in CalendarDay.objects.all()}
    steps: list[Step] = []
    for place, entry in enumerate(wanted):
        asked = {name: value for name, value in entry.items() if value or name == "hours"}
        asked.setdefault("hours", "")
        if stored.get(entry["on"]) == asked:
            continue
        sentence = _("Special day %(day)s: %(hours)s") % {
            "day": entry["on"],
            "hours": asked["hours"] or _("off"),
        }
        path = ("calendar", "days", place)
        steps.append(Step(CHANGED + 1, path, (sentence,), _day_run(entry)))
    return steps


def _day_run(entry: Mapping[str, Any]) -> Any:
    def run(actor: Actor) -> None:
        try:
            on = date.fromisoformat(entry["on"])
        except ValueError as wrong:
            sentence = _("“%(text)s” is no day.") % {"text": entry["on"]}
            raise ValuesRefused({"on": sentence}) from wrong
        note = entry.get("note", "")
        actions.set_special_day(on, entry.get("hours", ""), note=note, actor=actor)

    return run


def _people_steps(wanted: Sequence[Mapping[str, Any]]) -> list[Step]:
    stored = {own.person.username: own.week for own in PersonHours.objects.select_related("person")}
    company = CompanyCalendar.objects.filter(code=COMPANY).first() or CompanyCalendar()
    steps: list[Step] = []
    for place, entry in enumerate(wanted):
        current = _named(stored.get(entry["person"], company.week))
        week = [entry["week"].get(day, current[day]) for day in DAYS]
        if stored.get(entry["person"]) == week:
            continue
        sentence = _("Own working hours of %(name)s") % {"name": entry["person"]}
        path = ("calendar", "people", place)
        steps.append(Step(CHANGED + 2, path, (sentence,), _hours_run(entry["person"], week)))
    return steps


def _hours_run(username: str, week: list[str]) -> Any:
    def run(actor: Actor) -> None:
        actions.set_person_hours(_person(username), week, actor=actor)

    return run


def _absence_steps(wanted: Sequence[Mapping[str, Any]]) -> list[Step]:
    stored = {
        (each.person.username, each.begins_at): (
            each.ends_at,
            each.substitute.username if each.substitute else "",
            each.reason,
        )
        for each in Absence.objects.select_related("person", "substitute")
    }
    steps: list[Step] = []
    for place, entry in enumerate(wanted):
        begins, ends = (datetime.fromisoformat(entry[name]) for name in ("from", "until"))
        asked = (ends, entry.get("substitute", ""), entry.get("reason", ""))
        if stored.get((entry["person"], begins)) == asked:
            continue
        sentence = _("Absence of %(name)s from %(moment)s") % {
            "name": entry["person"],
            "moment": entry["from"],
        }
        path = ("calendar", "absences", place)
        steps.append(Step(CHANGED + 2, path, (sentence,), _absence_run(entry, begins, ends)))
    return steps


def _absence_run(entry: Mapping[str, Any], begins: datetime, ends: datetime) -> Any:
    def run(actor: Actor) -> None:
        person = _person(entry["person"])
        substitute = _person(entry["substitute"]) if entry.get("substitute") else None
        reason = entry.get("reason", "")
        known = Absence.objects.filter(person=person, begins_at=begins).first()
        if known is None:
            actions.add_absence(
                person, begins, ends, substitute=substitute, reason=reason, actor=actor
            )
            return
        changes = {"ends_at": ends, "substitute": substitute, "reason": reason}
        actions.change_absence(known, changes, actor=actor)

    return run


def _person(username: str) -> User:
    found = User.objects.filter(username=username).first()
    if found is None:
        sentence = _("There is nobody called “%(name)s”.") % {"name": username}
        raise ValuesRefused({"person": sentence})
    return found


def _day(day: CalendarDay) -> dict[str, str]:
    content = {"on": day.on.isoformat(), "hours": day.hours}
    return content | ({"note": day.note} if day.note else {})


def _named(week: Sequence[str]) -> dict[str, str]:
    return dict(zip(DAYS, week, strict=True))
