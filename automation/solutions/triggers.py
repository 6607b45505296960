"""The part `triggers`: what moves records into stages by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.actions.triggers import add_trigger, change_trigger, delete_trigger
from automation.models import Trigger
from automation.solutions.leaving import is_exact, leaving_step, types_named
from automation.solutions.people import PeopleInRules, person_called
from automation.solutions.robot_content import in_order
from smart_processes.actions.configuring import read_schema
from smart_processes.exceptions import ValuesRefused
from smart_processes.models import Stage
from smart_processes.schema import schema_for
from smart_processes.solutions.registry import Step
from smart_processes.solutions.words import differences

# Behind types and their stages.
CHANGED, DELETED = 84, 85
Key = tuple[str, str, str]  # codes of type, pipeline and trigger
_DEFAULTS: Mapping[str, Any] = {
    "params": {},
    "condition": [],
    "back": False,
    "moves": True,
    "runs_as": "",
    "active": True,
}


class TriggersPart:
    """Triggers by type, pipeline and code. Secrets of webhooks are made by hand."""

    key = "triggers"

    def schema(self) -> Mapping[str, Any]:
        """Return the JSON Schema of the part."""
        text = {"type": "string", "minLength": 1, "maxLength": 200}
        return {
            "type": "array",
            "description": "What moves records into stages by itself.",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["type", "pipeline", "stage", "code", "kind"],
                "properties": {
                    "type": text,
                    "pipeline": text,
                    "stage": {**text, "description": "Where records go."},
                    "code": {"type": "string", "pattern": r"^[-\w]{1,64}$"},
                    "name": text,
                    "kind": {**text, "description": "What happens, for example field_changed."},
                    "params": {"type": "object"},
                    "condition": {"type": "array"},
                    "back": {"type": "boolean", "description": "May move a record back."},
                    "moves": {"type": "boolean", "description": "false: runs robots only."},
                    "runs_as": {**text, "description": "A user name; default: the system."},
                    "active": {"type": "boolean"},
                },
            },
        }

    def plan(self, wanted: Any, whole: Mapping[str, Any], *, may_destroy: bool) -> list[Step]:
        """Return the steps: triggers that are missing or differ, those an exact file lets go."""
        rows = Trigger.objects.select_related("pipeline__type", "stage", "runs_as")
        stored = {(r.pipeline.type.code, r.pipeline.code, r.code): r for r in rows}
        schema = schema_for(Actor.system("solution"))
        steps: list[Step] = []
        for place, entry in enumerate(wanted):
            held = stored.get((entry["type"], entry["pipeline"], entry["code"]))
            asked = {"name": entry["code"], **_DEFAULTS, **entry}
            people = PeopleInRules(schema, entry["type"])
            asked["condition"] = people.named_rows(asked["condition"])
            current = _whole(held, people) if held else {}
            if current == asked:
                continue
            sentence = _("Trigger “%(name)s” of “%(stage)s”: %(difference)s") % {
                "name": asked["name"],
                "stage": asked["stage"],
                "difference": differences(current, asked) if held else asked["kind"],
            }
            steps.append(Step(CHANGED, ("triggers", place), (sentence,), _run(asked, held)))
        if is_exact(whole):
            steps += _leaving(stored, wanted, types_named(whole, wanted))
        return steps

    def export(self, types: Collection[str] | None) -> Any:
        """Return the triggers of the types, or all."""
        rows = Trigger.objects.select_related("pipeline__type", "stage", "runs_as")
        rows = rows.order_by("pipeline__type__code", "pipeline__code", "code")
        if types is not None:
            rows = rows.filter(pipeline__type__code__in=types)
        schema = schema_for(Actor.system("solution"))
        return [_entry(row, PeopleInRules(schema, row.pipeline.type.code)) for row in rows] or None


def _leaving(
    stored: Mapping[Key, Trigger], wanted: Sequence[Mapping[str, Any]], types: Collection[str]
) -> list[Step]:
    named = {(entry["type"], entry["pipeline"], entry["code"]) for entry in wanted}
    steps = []
    for key, row in stored.items():
        if key[0] in types and key not in named:
            names = {"where": "/".join(key[:2]), "name": row.name, "code": row.code}
            sentence = _("%(where)s: delete the trigger “%(name)s” (%(code)s)") % names
            steps.append(leaving_step(DELETED, ("triggers",), sentence, row, delete_trigger))
    return steps


def _run(asked: Mapping[str, Any], held: Trigger | None) -> Callable[[Actor], object]:
    def run(actor: Actor) -> None:
        stage = Stage.objects.filter(
            pipeline__type__code=asked["type"],
            pipeline__code=asked["pipeline"],
            code=asked["stage"],
        ).first()
        if stage is None:
            place = f"{asked['type']}/{asked['pipeline']}/{asked['stage']}"
            raise ValuesRefused({"stage": _("There is no stage “%(code)s”.") % {"code": place}})
        people = PeopleInRules(read_schema(actor), asked["type"])
        rest = {
            "params": asked["params"],
            "condition": people.known_rows(asked["condition"]),
            "may_move_back": asked["back"],
            "is_moving": asked["moves"],
            "runs_as": person_called(asked["runs_as"]),
            "is_active": asked["active"],
        }
        if held is None:
            kind, name = asked["kind"], asked["name"]
            add_trigger(stage, kind, name, actor=actor, code=asked["code"], **rest)
            return
        own = {"stage": stage, "kind": asked["kind"], "name": asked["name"]}
        change_trigger(held, own | rest, actor=actor)

    return run


def _whole(row: Trigger, people: PeopleInRules) -> dict[str, Any]:
    return {
        "type": row.pipeline.type.code,
        "pipeline": row.pipeline.code,
        "stage": row.stage.code,
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "params": in_order(row.params),
        "condition": in_order(people.named_rows(row.condition)),
        "back": row.may_move_back,
        "moves": row.is_moving,
        "runs_as": row.runs_as.username if row.runs_as else "",
        "active": row.is_active,
    }


def _entry(row: Trigger, people: PeopleInRules) -> dict[str, Any]:
    return {n: value for n, value in _whole(row, people).items() if _DEFAULTS.get(n, ...) != value}
