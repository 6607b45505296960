"""The parts a solution file is made of; apps above register theirs when they are ready."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from accounts.actor import Actor
from smart_processes.solutions.document import Path


@dataclass(frozen=True)
class Step:
    """One difference between a file and the system, and what makes it go away.

    Attributes:
        phase: Steps are made in the order of their phases: roles before moves name them.
        path: Where in the document it is asked for.
        sentences: What changes, one line each.
        run: Makes it; raises a refusal of actions.
        is_destructive: Something goes for good: made only when that is allowed.
    """

    phase: int
    path: Path
    sentences: tuple[str, ...]
    run: Callable[[Actor], object]
    is_destructive: bool = False


class Part(Protocol):
    """One top-level name of solution files."""

    key: str

    def schema(self) -> Mapping[str, Any]:
        """Return the JSON Schema of the part; `$defs` inside it join those of the whole."""

    def plan(self, wanted: Any, whole: Mapping[str, Any], *, may_destroy: bool) -> list[Step]:
        """Return the steps from what is stored to what is wanted; reads only.

        Args:
            wanted: The part's content, valid by its schema.
            whole: The whole document.
            may_destroy: What is to be removed will be removed, so other steps may rely on it.
        """

    def export(self, types: Collection[str] | None) -> Any:
        """Return the stored configuration as the part's content; None for nothing.

        Args:
            types: Codes of the types wanted alone; None for everything.
        """


_PARTS: list[Part] = []


def register(part: Part) -> None:
    """Make a part known; called once when its app is ready."""
    _PARTS.append(part)


def registered() -> tuple[Part, ...]:
    """Return the parts of the apps above."""
    return tuple(_PARTS)
