"""The part `triggers`: what moves records into stages by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.actions.triggers import add_trigger, change_trigger
from automation.models import Trigger
from automation.solutions.people import person_called
from smart_processes.exceptions import ValuesRefused
from smart_processes.models import Stage
from smart_processes.solutions.registry import Step
from smart_processes.solutions.words import differences

# Behind types and their stages.
CHANGED = 84
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
        """Return the steps: triggers that are missing or differ."""
        rows = Trigger.objects.select_related("pipeline__type", "stage", "runs_as")
        stored = {(r.pipeline.type.code, r.pipeline.code, r.code): r for r in rows}
        steps: list[Step] = []
        for place, entry in enumerate(wanted):
            held = stored.get((entry["type"], entry["pipeline"], entry["code"]))
            asked = {"name": entry["code"], **_DEFAULTS, **entry}
            current = _whole(held) if held else {}
            if current == asked:
                continue
            sentence = _("Trigger “%(name)s” of “%(stage)s”: %(difference)s") % {
                "name": asked["name"],
                "stage": asked["stage"],
                "difference": differences(current, asked) if held else asked["kind"],
            }
            steps.append(Step(CHANGED, ("triggers", place), (sentence,), _run(asked, held)))
        return steps

    def export(self, types: Collection[str] | None) -> Any:
        """Return the triggers of the types, or all."""
        rows = Trigger.objects.select_related("pipeline__type", "stage", "runs_as")
        rows = rows.order_by("pipeline__type__code", "pipeline__code", "code")
        if types is not None:
            rows = rows.filter(pipeline__type__code__in=types)
        return [_entry(row) for row in rows] or None


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
        rest = {
            "params": asked["params"],
            "condition": asked["condition"],
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


def _whole(row: Trigger) -> dict[str, Any]:
    return {
        "type": row.pipeline.type.code,
        "pipeline": row.pipeline.code,
        "stage": row.stage.code,
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "params": row.params,
        "condition": row.condition,
        "back": row.may_move_back,
        "moves": row.is_moving,
        "runs_as": row.runs_as.username if row.runs_as else "",
        "active": row.is_active,
    }


def _entry(row: Trigger) -> dict[str, Any]:
    return {n: value for n, value in _whole(row).items() if _DEFAULTS.get(n, ...) != value}
