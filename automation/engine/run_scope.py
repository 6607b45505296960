"""What expressions of a run may look at: its snapshot here, everything else outside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from automation.engine.compiled import Program
from automation.engine.journal import Line
from automation.engine.nodes import ForEach
from automation.engine.scope import Scope, Source, UnknownReference
from automation.engine.snapshot import Snapshot

_STATUS = {
    "operation_status_code": "success",
    "operation_status_kind": "",
    "operation_status_message": "",
}
_WHOLE_RESULT = "activity_return_result"
# What a scope may offer beyond references: see `automation.engine.expressions.surroundings`.
_OFFERED = frozenset({"calendar", "people", "chance", "present", "change_of", "language"})


class Surroundings(Scope, Protocol):
    """What is outside of a run: records, globals, people, the journal."""

    @property
    def secrets(self) -> set[str]:
        """Secret values that were looked up so far."""
        ...

    def result_in_journal(self, sequence: int) -> Mapping[str, Any]:
        """Return a result that was too long for the snapshot."""
        ...


class RunScope:
    """Answers references of one run."""

    def __init__(self, program: Program, snapshot: Snapshot, outside: Surroundings) -> None:
        self._program = program
        self._snapshot = snapshot
        self._outside = outside
        self.fresh_lines: list[Line] = []  # of this turn, not stored yet
        for name, defined in (*program.parameters.items(), *program.constants.items()):
            value = snapshot["params"].get(name, defined.default)
            if defined.is_secret and value:
                outside.secrets.add(str(value))

    @property
    def now(self) -> datetime:
        """The moment of the turn."""
        return self._outside.now

    def __getattr__(self, name: str) -> Any:
        if name in _OFFERED:
            return getattr(self._outside, name, None)
        raise AttributeError(name)

    def lookup(self, source: str, path: tuple[str, ...]) -> Any:
        """Return what a reference names.

        Raises:
            UnknownReference: nothing has that name.
        """
        if source in self._program.nodes:
            value = self._step(source, path)
        elif source == Source.VARIABLE:
            value = self._named(source, path, self._snapshot["vars"])
        elif source == Source.PARAMETER and path[0] in self._program.parameters:
            value = self._snapshot["params"].get(path[0])
        elif source == Source.CONSTANT and path[0] in self._program.constants:
            value = self._program.constants[path[0]].default
        else:
            return self._outside.lookup(source, path)
        return _inside(value, path[1:])

    @staticmethod
    def _named(source: str, path: tuple[str, ...], values: Mapping[str, Any]) -> Any:
        if path[0] not in values:
            raise UnknownReference(source, path)
        return values[path[0]]

    def _step(self, step_id: str, path: tuple[str, ...]) -> Any:
        """Return a step's result; None while the step has not ended."""
        if isinstance(self._program.nodes[step_id], ForEach):
            return self._turn(step_id, path)
        result: Mapping[str, Any] = self._snapshot["results"].get(step_id) or {}
        if "in_journal" in result:
            result = self._result_in_journal(result["in_journal"])
        if path[0] in _STATUS and step_id in self._snapshot["results"]:
            return result.get(path[0], _STATUS[path[0]])
        if path[0] == _WHOLE_RESULT:
            return result
        return result.get(path[0])

    def _result_in_journal(self, sequence: int) -> Mapping[str, Any]:
        for line in self.fresh_lines:
            if line.sequence == sequence:
                return line.result or {}
        return self._outside.result_in_journal(sequence)

    def _turn(self, step_id: str, path: tuple[str, ...]) -> Any:
        """Return the place or the value of a loop's present turn; None outside of the loop."""
        memory = self._snapshot["loops"].get(step_id)
        if not memory or not memory["turn"]:
            return None
        place = memory["turn"] - 1
        known = {"key": place, "value": memory["items"][place], "items": memory["items"]}
        if path[0].lower() not in known:
            raise UnknownReference(step_id, path)
        return known[path[0].lower()]


def _inside(value: Any, path: tuple[str, ...]) -> Any:
    """Follow a path through maps and lists; None where it ends early."""
    for part in path:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
