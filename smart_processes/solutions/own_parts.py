"""The parts that the record engine itself knows, and all there are."""

from __future__ import annotations

from collections.abc import Mapping

from smart_processes.solutions.currencies import CurrenciesPart
from smart_processes.solutions.departments import DepartmentsPart
from smart_processes.solutions.registry import Part, registered
from smart_processes.solutions.removals import RemovePart
from smart_processes.solutions.roles import RolesPart
from smart_processes.solutions.types import TypesPart
from smart_processes.solutions.views import ViewsPart

# In the order in which exported files name them.
OWN: tuple[Part, ...] = (
    CurrenciesPart(),
    DepartmentsPart(),
    RolesPart(),
    TypesPart(),
    ViewsPart(),
    RemovePart(),
)


def all_parts() -> Mapping[str, Part]:
    """Return every part by its key: the engine's own, then those of the apps above."""
    return {part.key: part for part in (*OWN, *registered())}
