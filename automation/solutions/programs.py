"""The part `programs`: workflows with their published bodies; robots have a part of their own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.actions.programs import (
    change_program,
    create_program,
    delete_program,
    publish_version,
)
from automation.exceptions import AutomationRefusal
from automation.models import Program
from automation.robots.starts import PROGRAM_PREFIX
from automation.solutions.leaving import is_exact, leaving_step, types_named
from automation.solutions.people import PeopleInRules
from automation.solutions.robot_content import in_order
from automation.solutions.written_secrets import body_with_secrets, body_without_secrets
from smart_processes.actions.configuring import read_schema
from smart_processes.exceptions import ValuesRefused
from smart_processes.models import RecordType
from smart_processes.schema import Schema, schema_for
from smart_processes.solutions.registry import Step
from smart_processes.solutions.words import differences

# Behind globals, which programs name; before schedules and robots, which start them.
CHANGED = 68
# Behind robots and schedules, which may go as well.
DELETED = 88
# What a reader of a body wants to see first; a database keeps no order of its own.
_FIRST = (
    *("program", "id", "type", "title", "code", "label", "kind", "when", "for", "params"),
    *("parameters", "variables", "constants"),
)


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
        """Return the steps: programs that are missing or differ, those an exact file lets go."""
        rows = Program.objects.exclude(code__startswith=PROGRAM_PREFIX)
        stored = {row.code: row for row in rows.select_related("published", "type")}
        schema = schema_for(Actor.system("solution"))
        steps: list[Step] = []
        for place, entry in enumerate(wanted):
            held = stored.get(entry["code"])
            if sentences := _sentences(entry, held, schema):
                path = ("programs", place)
                steps.append(Step(CHANGED, path, sentences, _run(entry, held)))
        if is_exact(whole):
            steps += _leaving(stored, wanted, types_named(whole, wanted))
        return steps

    def export(self, types: Collection[str] | None) -> Any:
        """Return the published programs of the types, or all; without those of robots."""
        rows = Program.objects.exclude(code__startswith=PROGRAM_PREFIX)
        rows = rows.filter(published__isnull=False, is_active=True).order_by("code")
        if types is not None:
            rows = rows.filter(type__code__in=types)
        schema = schema_for(Actor.system("solution"))
        return [_entry(row, schema) for row in rows.select_related("published", "type")] or None


def _sentences(entry: Mapping[str, Any], held: Program | None, schema: Schema) -> tuple[str, ...]:
    """Return what a file changes about a program; nothing when nothing differs."""
    name = entry.get("name", entry["code"])
    if held is None:
        return (_("New program “%(name)s”") % {"name": name},)
    sentences = []
    if difference := differences(_about(held), _asked(entry, held)):
        sentences.append(f"{held.code}: {difference}")
    people = PeopleInRules(schema, entry.get("type", ""))
    stored = held.published.body if held.published else {}
    asked = body_with_secrets(entry["body"], stored)
    if people.named_body(stored) != people.named_body(asked):
        sentences.append(_("New version of the program “%(name)s”") % {"name": name})
    return tuple(sentences)


def _run(entry: Mapping[str, Any], held: Program | None) -> Callable[[Actor], object]:
    def run(actor: Actor) -> None:
        record_type = RecordType.objects.filter(code=entry.get("type", "")).first()
        if entry.get("type") and record_type is None:
            sentence = _("There is no record type “%(code)s”.") % {"code": entry["type"]}
            raise ValuesRefused({"type": sentence})
        people = PeopleInRules(read_schema(actor), entry.get("type", ""))
        body = people.known_body(entry["body"])
        try:
            if held is None:
                create_program(
                    entry["code"],
                    entry.get("name", entry["code"]),
                    actor=actor,
                    type_id=record_type.pk if record_type else None,
                    body=body,
                    description=entry.get("description", ""),
                )
                return
            changes = {**_asked(entry, held), "type": record_type, "is_active": True}
            changes.pop("active")
            program = change_program(held, changes, actor=actor)
            stored = held.published.body if held.published else {}
            asked = body_with_secrets(body, stored)
            if people.named_body(stored) != people.named_body(asked):
                publish_version(program, asked, actor=actor)
        except AutomationRefusal as refusal:
            raise ValuesRefused({"body": refusal.message}) from refusal

    return run


def _leaving(
    stored: Mapping[str, Program], wanted: Sequence[Mapping[str, Any]], types: Collection[str]
) -> list[Step]:
    named = {entry["code"] for entry in wanted}
    steps = []
    for code, row in stored.items():
        type_code = row.type.code if row.type else ""
        if row.is_active and code not in named and type_code in types:
            sentence = _("Delete the program “%(name)s” (%(code)s)")
            sentence %= {"name": row.name, "code": code}
            steps.append(leaving_step(DELETED, ("programs",), sentence, row, delete_program))
    return steps


def _about(row: Program) -> dict[str, Any]:
    return {
        "name": row.name,
        "description": row.description,
        "type": row.type.code if row.type else "",
        "active": row.is_active,
    }


def _asked(entry: Mapping[str, Any], held: Program) -> dict[str, Any]:
    return {
        "name": entry.get("name", held.name),
        "description": entry.get("description", ""),
        "type": entry.get("type", ""),
        "active": True,
    }


def _entry(row: Program, schema: Schema) -> dict[str, Any]:
    about = _about(row)
    assert row.published is not None  # asked for
    people = PeopleInRules(schema, about["type"])
    body = body_without_secrets(people.named_body(row.published.body))
    entry = {name: about[name] for name in ("name", "description", "type") if about[name]}
    return {"code": row.code} | entry | {"body": in_order(body, first=_FIRST)}
