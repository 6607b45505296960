"""A pipeline's edges, compiled into django-fsm transitions.

django-fsm expects transitions to be decorated methods, known when the class is loaded.
Ours are rows that people edit. So for each pipeline the same objects are built by hand,
one method per target stage and one transition per edge, and django-fsm does the rest:
the source check, the conditions, the protected field. Permission is asked of `access`
by the action: `change_state` never asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

from django_fsm import FSMField, FSMMeta, Transition, TransitionNotAllowed

from smart_processes.models import Item

Condition = Callable[[Item], bool]


@dataclass(frozen=True)
class Edge:
    """An allowed move between two stages of one pipeline, named by their codes.

    Attributes:
        required: Codes of fields that must be filled before this move.
        condition_rows: Rows of `conditions` that must hold.
        role_ids: Roles that may use the edge; empty: everybody.
    """

    source: str
    target: str
    required: tuple[str, ...] = ()
    condition_rows: tuple[dict[str, Any], ...] = ()
    role_ids: tuple[int, ...] = ()


class _EnterStage:
    """What django-fsm calls a transition method: a named callable with its meta."""

    def __init__(self, field: FSMField, code: str) -> None:
        # django-fsm hashes a transition by its method's qualified name.
        self.__name__ = self.__qualname__ = f"enter_{code}"
        self.meta = self._django_fsm = FSMMeta(field, self)  # type: ignore[arg-type]  # annotated as bool

    def __call__(self, record: Item) -> None:
        """Do nothing: changing the field is django-fsm's work."""


class StageMachine:
    """The moves one pipeline allows; holds no record, shared between threads."""

    def __init__(
        self,
        stage_codes: Iterable[str],
        edges: Iterable[Edge],
        condition_of: Callable[[Edge], Condition],
    ) -> None:
        """Compile.

        Args:
            stage_codes: The stages that may be entered.
            edges: The allowed moves; none at all allows every move.
            condition_of: Makes the condition that django-fsm asks from an edge's rows.
        """
        codes = list(stage_codes)
        drawn = list(edges) or [Edge(a, b) for a in codes for b in codes if a != b]
        self._field: FSMField = Item._meta.get_field("stage")
        self._methods = {code: _EnterStage(self._field, code) for code in codes}
        for edge in drawn:
            method = self._methods.get(edge.target)
            if method is None:
                continue
            method.meta.add_transition(
                method=method,
                source=edge.source,
                target=edge.target,
                conditions=[cast("Any", condition_of(edge))],
                permission=None,
                custom={"edge": edge},
            )

    def edge(self, source: str, target: str) -> Edge | None:
        """Return the edge between two stages, or None when the move is not drawn."""
        method = self._methods.get(target)
        if method is None or not method.meta.has_transition(source):
            return None
        transition: Transition | None = method.meta.get_transition(source)
        found: Edge | None = transition.custom["edge"] if transition else None
        return found

    def targets(self, source: str) -> list[str]:
        """Return the codes of the stages with an edge from `source`."""
        return [code for code in self._methods if self.edge(source, code) is not None]

    def enter(self, record: Item, target: str) -> None:
        """Set the record's stage in memory; saving is the caller's work.

        Raises:
            TransitionNotAllowed: no edge leads there, or its conditions fail.
        """
        method = self._methods.get(target)
        if method is None:
            raise TransitionNotAllowed(f"No stage {target}.", object=record, method=None)
        self._field.change_state(record, method)
