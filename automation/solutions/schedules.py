"""The part `schedules`: programs that run by the clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.actions.schedules import add_schedule, change_schedule, delete_schedule
from automation.models import Program, Schedule
from automation.runtime.programs import published
from automation.solutions.leaving import is_exact, leaving_step, types_named
from automation.solutions.people import PeopleInRules, person_called
from automation.solutions.robot_content import in_order
from smart_processes.actions.configuring import read_schema
from smart_processes.exceptions import ValuesRefused
from smart_processes.models import RecordType
from smart_processes.schema import Schema, schema_for
from smart_processes.solutions.registry import Step
from smart_processes.solutions.words import differences

# Behind programs.
CHANGED, DELETED = 86, 87
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
        """Return the steps: schedules that are missing or differ, those an exact file lets go."""
        rows = Schedule.objects.select_related("program", "type", "runs_as")
        stored = {row.code: row for row in rows}
        schema = schema_for(Actor.system("solution"))
        steps: list[Step] = []
        for place, entry in enumerate(wanted):
            held = stored.get(entry["code"])
            asked = {"name": entry["code"], **_DEFAULTS, **entry}
            if held is not None:
                hidden = {n: v for n, v in held.parameters.items() if n in _secret_names(held)}
                asked["parameters"] = hidden | asked["parameters"]
            people = PeopleInRules(schema, asked["type"])
            asked["filters"] = people.named_filters(asked["filters"])
            current = _whole(held, schema) if held else {}
            if current == asked:
                continue
            sentence = _("Schedule “%(name)s”: %(difference)s") % {
                "name": asked["name"],
                "difference": _difference(held, asked, schema) if held else asked["times"],
            }
            steps.append(Step(CHANGED, ("schedules", place), (sentence,), _run(asked, held)))
        if is_exact(whole):
            steps += _leaving(stored, wanted, types_named(whole, wanted))
        return steps

    def export(self, types: Collection[str] | None) -> Any:
        """Return all of them; of some types those that run for their records."""
        rows = Schedule.objects.select_related("program", "type", "runs_as").order_by("code")
        if types is not None:
            rows = rows.filter(type__code__in=types)
        schema = schema_for(Actor.system("solution"))
        return [_entry(row, schema) for row in rows] or None


def _leaving(
    stored: Mapping[str, Schedule], wanted: Sequence[Mapping[str, Any]], types: Collection[str]
) -> list[Step]:
    named = {entry["code"] for entry in wanted}
    steps = []
    for code, row in stored.items():
        if code not in named and (row.type.code if row.type else "") in types:
            sentence = _("Delete the schedule “%(name)s” (%(code)s)")
            sentence %= {"name": row.name, "code": code}
            steps.append(leaving_step(DELETED, ("schedules",), sentence, row, delete_schedule))
    return steps


def _difference(held: Schedule, asked: Mapping[str, Any], schema: Schema) -> str:
    """Return what differs in words, without what is secret."""
    current, wanted = (
        {**each, "parameters": _shown(each["parameters"], held)}
        for each in (_whole(held, schema), asked)
    )
    return differences(current, wanted) or _("another secret")


def _shown(parameters: Mapping[str, Any], held: Schedule) -> dict[str, Any]:
    secret = _secret_names(held)
    return {name: value for name, value in parameters.items() if name not in secret}


def _secret_names(row: Schedule) -> set[str]:
    """Return the names of the program's parameters that no file may hold."""
    if row.program.published_id is None:
        return set()
    defined = published(row.program.published_id).program.parameters
    return {code for code, each in defined.items() if each.is_secret}


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
        people = PeopleInRules(read_schema(actor), asked["type"])
        rest = {
            "is_on_working_days": asked["working_days"],
            "type": record_type,
            "filters": people.known_filters(asked["filters"]),
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


def _whole(row: Schedule, schema: Schema) -> dict[str, Any]:
    type_code = row.type.code if row.type else ""
    return {
        "code": row.code,
        "name": row.name,
        "program": row.program.code,
        "times": row.times,
        "working_days": row.is_on_working_days,
        "type": type_code,
        "filters": in_order(PeopleInRules(schema, type_code).named_filters(row.filters)),
        "parameters": in_order(row.parameters),
        "runs_as": row.runs_as.username if row.runs_as else "",
        "active": row.is_active,
    }


def _entry(row: Schedule, schema: Schema) -> dict[str, Any]:
    whole = _whole(row, schema) | {"parameters": _shown(row.parameters, row)}
    return {n: value for n, value in whole.items() if _DEFAULTS.get(n, ...) != value}
