"""What an exact file lets go: what stands in the places it names and is not named itself.

A part that is left out is left alone. Where it is there, an exact file says everything of
the types that it names, in the part `types` or in the part itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from django.db.models import Model

from accounts.actor import Actor
from automation.exceptions import AutomationRefusal
from smart_processes.exceptions import ValuesRefused
from smart_processes.solutions.document import Path
from smart_processes.solutions.registry import Step


def is_exact(whole: Mapping[str, Any]) -> bool:
    """Return whether what the file does not name is to go."""
    return bool(whole.get("exact"))


def types_named(whole: Mapping[str, Any], entries: Collection[Mapping[str, Any]]) -> set[str]:
    """Return the codes of the types a part speaks for; "" where it names what has no type."""
    return {str(each["code"]) for each in whole.get("types", ())} | {
        str(each.get("type", "")) for each in entries
    }


def leaving_step(phase: int, path: Path, sentence: str, row: Model, delete: Any) -> Step:
    """Return the step that deletes a row, unless something else has done so by then.

    Args:
        phase: When.
        path: Where in the document it is missing.
        sentence: What goes.
        row: What goes.
        delete: The action; takes the row and `actor`.
    """
    return Step(phase, path, (sentence,), partial(_delete, row, delete), is_destructive=True)


def _delete(row: Model, delete: Any, actor: Actor) -> None:
    stored = type(row)._base_manager.filter(pk=row.pk).first()
    if stored is None:
        return  # went with its pipeline
    try:
        delete(stored, actor=actor)
    except AutomationRefusal as refusal:
        raise ValuesRefused({"": refusal.message}) from refusal
