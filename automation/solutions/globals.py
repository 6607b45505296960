"""The part `globals`: constants and variables of the whole system, without secret values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.actions.global_values import remove_global, set_global
from automation.choices import GlobalKind
from automation.models import GlobalValue
from automation.solutions.leaving import is_exact, leaving_step
from smart_processes.solutions.registry import Step
from smart_processes.solutions.words import differences

# Behind types; before programs and robots, which name them.
CHANGED = 67
# When nothing names them any more.
DELETED = 89


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
        """Return the steps: values that are missing or differ, those an exact file lets go."""
        stored = {(each.kind, each.code): each for each in GlobalValue.objects.all()}
        steps: list[Step] = []
        for place, entry in enumerate(wanted):
            held = stored.get((entry["kind"], entry["code"]))
            asked = _asked(entry, held)
            current = _content(held) if held else {}
            if current == asked:
                continue
            is_secret = asked["secret"] or bool(current.get("secret"))
            shown = [each | ({"value": "•••"} if is_secret else {}) for each in (current, asked)]
            sentence = _("Global value “%(code)s”: %(difference)s") % {
                "code": entry["code"],
                "difference": differences(*shown) or _("another secret"),
            }
            run = _run(entry, asked)
            steps.append(Step(CHANGED, ("globals", place), (sentence,), run))
        if is_exact(whole):
            steps += _leaving(stored, {(entry["kind"], entry["code"]) for entry in wanted})
        return steps

    def export(self, types: Collection[str] | None) -> Any:
        """Return all of them; secrets without their values."""
        if types is not None:
            return None
        return [_entry(each) for each in GlobalValue.objects.all()] or None


def _asked(entry: Mapping[str, Any], held: GlobalValue | None) -> dict[str, Any]:
    """Return what an entry asks for; a secret is never let out by calling it none."""
    asked = {
        "label": entry.get("label", entry["code"]),
        "value": entry.get("value"),
        "secret": bool(entry.get("secret")),
    }
    is_kept = asked["secret"] or entry["kind"] == GlobalKind.VARIABLE
    if held is not None and is_kept and (asked["secret"] or not held.is_secret):
        asked["value"] = held.value
    return asked


def _content(row: GlobalValue) -> dict[str, Any]:
    return {"label": row.label, "value": row.value, "secret": row.is_secret}


def _leaving(
    stored: Mapping[tuple[str, str], GlobalValue], named: Collection[tuple[str, str]]
) -> list[Step]:
    """Return a step for every value that an exact file does not name: they have no type."""
    steps = []
    for key, row in stored.items():
        if key not in named:
            sentence = _("Delete the global value “%(name)s” (%(code)s)")
            sentence %= {"name": row.label, "code": row.code}
            steps.append(leaving_step(DELETED, ("globals",), sentence, row, _remove))
    return steps


def _remove(row: GlobalValue, *, actor: Actor) -> None:
    remove_global(GlobalKind(row.kind), row.code, actor=actor)


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
