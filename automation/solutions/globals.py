"""The part `globals`: constants and variables of the whole system, without secret values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.actions.global_values import set_global
from automation.choices import GlobalKind
from automation.models import GlobalValue
from smart_processes.solutions.registry import Step
from smart_processes.solutions.words import differences

# Behind types; before programs and robots, which name them.
CHANGED = 67


class GlobalsPart:
    """Constants and variables by kind and code.

    What a variable holds is the system's own once it is there: a file gives it its first
    value only. The value of a secret is entered by hand.
    """

    key = "globals"

    def schema(self) -> Mapping[str, Any]:
        """Return the JSON Schema of the part."""
        return {
            "type": "array",
            "description": "Values that every program may read.",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["kind", "code"],
                "properties": {
                    "kind": {"enum": GlobalKind.values},
                    "code": {"type": "string", "pattern": r"^[-\w]{1,64}$"},
                    "label": {"type": "string", "maxLength": 200},
                    "value": {},
                    "secret": {"type": "boolean", "description": "Its value is never written."},
                },
            },
        }

    def plan(self, wanted: Any, whole: Mapping[str, Any], *, may_destroy: bool) -> list[Step]:
        """Return the steps: values that are missing or differ."""
        stored = {(each.kind, each.code): each for each in GlobalValue.objects.all()}
        steps: list[Step] = []
        for place, entry in enumerate(wanted):
            held = stored.get((entry["kind"], entry["code"]))
            asked = {"label": entry.get("label", entry["code"]), "value": entry.get("value")}
            is_kept = entry.get("secret") or entry["kind"] == GlobalKind.VARIABLE
            if held is not None and is_kept:
                asked["value"] = held.value
            current = {"label": held.label, "value": held.value} if held else {}
            if held is not None and current == asked:
                continue
            shown = asked | ({"value": "•••"} if entry.get("secret") else {})
            sentence = _("Global value “%(code)s”: %(difference)s") % {
                "code": entry["code"],
                "difference": differences(current, shown),
            }
            run = _run(entry, asked)
            steps.append(Step(CHANGED, ("globals", place), (sentence,), run))
        return steps

    def export(self, types: Collection[str] | None) -> Any:
        """Return all of them; secrets without their values."""
        if types is not None:
            return None
        return [_entry(each) for each in GlobalValue.objects.all()] or None


def _run(entry: Mapping[str, Any], asked: Mapping[str, Any]) -> Callable[[Actor], object]:
    def run(actor: Actor) -> None:
        set_global(
            GlobalKind(entry["kind"]),
            entry["code"],
            asked["value"],
            actor=actor,
            label=asked["label"],
            is_secret=bool(entry.get("secret")),
        )

    return run


def _entry(row: GlobalValue) -> dict[str, Any]:
    entry: dict[str, Any] = {"kind": row.kind, "code": row.code, "label": row.label}
    if row.is_secret:
        return entry | {"secret": True}
    return entry | ({"value": row.value} if row.value is not None else {})
