"""The part `schedules`: programs that run by the clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.actions.schedules import add_schedule, change_schedule
from automation.models import Program, Schedule
from automation.solutions.people import person_called
from smart_processes.exceptions import ValuesRefused
from smart_processes.models import RecordType
from smart_processes.solutions.registry import Step
from smart_processes.solutions.words import differences

# Behind programs.
CHANGED = 86
_DEFAULTS: Mapping[str, Any] = {
    "working_days": False,
    "type": "",
    "filters": {},
    "parameters": {},
    "runs_as": "",
    "active": True,
}


class SchedulesPart:
    """Schedules by their code."""

    key = "schedules"

    def schema(self) -> Mapping[str, Any]:
        """Return the JSON Schema of the part."""
        text = {"type": "string", "minLength": 1, "maxLength": 200}
        return {
            "type": "array",
            "description": "Programs that run by the clock.",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["code", "program", "times"],
                "properties": {
                    "code": {"type": "string", "pattern": r"^[-\w]{1,64}$"},
                    "name": text,
                    "program": {**text, "description": "The code of a program."},
                    "times": {**text, "description": "Minute, hour, day, month, weekday."},
                    "working_days": {"type": "boolean", "description": "Leave out days off."},
                    "type": {**text, "description": "Run for each record of this type."},
                    "filters": {"type": "object", "description": "As in lists."},
                    "parameters": {"type": "object"},
                    "runs_as": {**text, "description": "A user name; default: the system."},
                    "active": {"type": "boolean"},
                },
            },
        }

    def plan(self, wanted: Any, whole: Mapping[str, Any], *, may_destroy: bool) -> list[Step]:
        """Return the steps: schedules that are missing or differ."""
        rows = Schedule.objects.select_related("program", "type", "runs_as")
        stored = {row.code: row for row in rows}
        steps: list[Step] = []
        for place, entry in enumerate(wanted):
            held = stored.get(entry["code"])
            asked = {"name": entry["code"], **_DEFAULTS, **entry}
            current = _whole(held) if held else {}
            if current == asked:
                continue
            sentence = _("Schedule “%(name)s”: %(difference)s") % {
                "name": asked["name"],
                "difference": differences(current, asked) if held else asked["times"],
            }
            steps.append(Step(CHANGED, ("schedules", place), (sentence,), _run(asked, held)))
        return steps

    def export(self, types: Collection[str] | None) -> Any:
        """Return all of them; of some types those that run for their records."""
        rows = Schedule.objects.select_related("program", "type", "runs_as").order_by("code")
        if types is not None:
            rows = rows.filter(type__code__in=types)
        return [_entry(row) for row in rows] or None


def _run(asked: Mapping[str, Any], held: Schedule | None) -> Callable[[Actor], object]:
    def run(actor: Actor) -> None:
        program = Program.objects.filter(code=asked["program"]).first()
        if program is None:
            sentence = _("There is no program “%(code)s”.") % {"code": asked["program"]}
            raise ValuesRefused({"program": sentence})
        record_type = RecordType.objects.filter(code=asked["type"]).first()
        if asked["type"] and record_type is None:
            sentence = _("There is no record type “%(code)s”.") % {"code": asked["type"]}
            raise ValuesRefused({"type": sentence})
        rest = {
            "is_on_working_days": asked["working_days"],
            "type": record_type,
            "filters": asked["filters"],
            "parameters": asked["parameters"],
            "runs_as": person_called(asked["runs_as"]),
            "is_active": asked["active"],
        }
        if held is None:
            add_schedule(asked["code"], asked["name"], program, asked["times"], actor=actor, **rest)
            return
        own = {"name": asked["name"], "program": program, "times": asked["times"]}
        change_schedule(held, own | rest, actor=actor)

    return run


def _whole(row: Schedule) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "program": row.program.code,
        "times": row.times,
        "working_days": row.is_on_working_days,
        "type": row.type.code if row.type else "",
        "filters": row.filters,
        "parameters": row.parameters,
        "runs_as": row.runs_as.username if row.runs_as else "",
        "active": row.is_active,
    }


def _entry(row: Schedule) -> dict[str, Any]:
    return {n: value for n, value in _whole(row).items() if _DEFAULTS.get(n, ...) != value}
