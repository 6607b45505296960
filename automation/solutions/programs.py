"""The part `programs`: workflows with their published bodies; robots have a part of their own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.actions.programs import create_program, publish_version
from automation.exceptions import AutomationRefusal
from automation.models import Program
from automation.robots.starts import PROGRAM_PREFIX
from smart_processes.exceptions import ValuesRefused
from smart_processes.models import RecordType
from smart_processes.solutions.registry import Step

# Behind globals, which programs name; before schedules and robots, which start them.
CHANGED = 68


class ProgramsPart:
    """Programs by their code."""

    key = "programs"

    def schema(self) -> Mapping[str, Any]:
        """Return the JSON Schema of the part; bodies have a schema of their own."""
        return {
            "type": "array",
            "description": "Workflows.",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["code", "body"],
                "properties": {
                    "code": {"type": "string", "pattern": r"^[-\w]{1,64}$"},
                    "name": {"type": "string", "minLength": 1, "maxLength": 200},
                    "description": {"type": "string"},
                    "type": {"type": "string", "description": "The type of its records."},
                    "body": {
                        "type": "object",
                        "description": "As automation/engine/program.schema.json says.",
                    },
                },
            },
        }

    def plan(self, wanted: Any, whole: Mapping[str, Any], *, may_destroy: bool) -> list[Step]:
        """Return the steps: programs that are missing or whose published body differs."""
        codes = [entry["code"] for entry in wanted]
        rows = Program.objects.filter(code__in=codes).select_related("published")
        stored = {row.code: row for row in rows}
        steps: list[Step] = []
        for place, entry in enumerate(wanted):
            held = stored.get(entry["code"])
            name = entry.get("name", entry["code"])
            if held is None:
                sentence = _("New program “%(name)s”") % {"name": name}
            elif held.published is None or held.published.body != entry["body"]:
                sentence = _("New version of the program “%(name)s”") % {"name": name}
            else:
                continue
            path = ("programs", place)
            steps.append(Step(CHANGED, path, (sentence,), _run(entry, held)))
        return steps

    def export(self, types: Collection[str] | None) -> Any:
        """Return the published programs of the types, or all; without those of robots."""
        rows = Program.objects.exclude(code__startswith=PROGRAM_PREFIX)
        rows = rows.filter(published__isnull=False).order_by("code")
        if types is not None:
            rows = rows.filter(type__code__in=types)
        return [_entry(row) for row in rows.select_related("published", "type")] or None


def _run(entry: Mapping[str, Any], held: Program | None) -> Callable[[Actor], object]:
    def run(actor: Actor) -> None:
        try:
            if held is not None:
                publish_version(held, entry["body"], actor=actor)
                return
            record_type = RecordType.objects.filter(code=entry.get("type", "")).first()
            create_program(
                entry["code"],
                entry.get("name", entry["code"]),
                actor=actor,
                type_id=record_type.pk if record_type else None,
                body=entry["body"],
                description=entry.get("description", ""),
            )
        except AutomationRefusal as refusal:
            raise ValuesRefused({"body": refusal.message}) from refusal

    return run


def _entry(row: Program) -> dict[str, Any]:
    entry: dict[str, Any] = {"code": row.code, "name": row.name}
    if row.description:
        entry["description"] = row.description
    if row.type is not None:
        entry["type"] = row.type.code
    assert row.published is not None  # asked for
    return entry | {"body": row.published.body}
