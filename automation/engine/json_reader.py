"""Reading JSON objects while collecting what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automation.engine.conditions import Condition, ConditionRefused, compile_condition
from automation.engine.errors import Problem
from automation.engine.expressions import ExpressionRefused, Value, compile_value


class JsonObject:
    """One object of a program's JSON; keys nobody asked for are a problem.

    Attributes:
        path: Where it stands, as a JSON path.
    """

    def __init__(self, raw: Any, path: str, problems: list[Problem]) -> None:
        self.path = path
        self._problems = problems
        self._asked: set[str] = set()
        self._raw: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
        if not isinstance(raw, Mapping):
            self.refuse("", "not_an_object")

    def __contains__(self, key: str) -> bool:
        return key in self._raw

    def at(self, key: str | int) -> str:
        """Return the path of a member."""
        if isinstance(key, int):
            return f"{self.path}[{key}]"
        return f"{self.path}.{key}" if key else self.path

    def refuse(self, key: str, code: str, **params: Any) -> None:
        """Note a problem with a member, or with the whole object (an empty key)."""
        self._problems.append(Problem(self.at(key), code, params))

    def finish(self) -> None:
        """Refuse the keys nobody asked for."""
        for key in self._raw.keys() - self._asked:
            self.refuse(key, "unknown_key", name=key[:50])

    # --- members ----------------------------------------------------------------------------

    def any(self, key: str, default: Any = None) -> Any:
        """Return a member as it is."""
        self._asked.add(key)
        return self._raw.get(key, default)

    def text(self, key: str, default: str | None = "") -> str:
        """Return a text; one whose default is None must be there."""
        value = self.any(key)
        if value is None:
            if default is None:
                self.refuse("", "missing", name=key)
            return default or ""
        if isinstance(value, str):
            return value
        self.refuse(key, "not_a_text")
        return ""

    def one_of(self, key: str, words: tuple[str, ...]) -> str:
        """Return one of some words, the first by default."""
        value = self.text(key, words[0])
        if value in words:
            return value
        self.refuse(key, "choose_one", names=", ".join(words))
        return words[0]

    def flag(self, key: str) -> bool:
        """Return yes or no; no by default."""
        value = self.any(key, default=False)
        if isinstance(value, bool):
            return value
        self.refuse(key, "not_a_flag")
        return False

    def number(self, key: str, default: int, *, low: int, high: int) -> int:
        """Return a whole number within its bounds."""
        value = self.any(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.refuse(key, "not_a_number", low=low, high=high)
        return default

    def listing(self, key: str, *, if_empty: str = "") -> list[Any]:
        """Return a list, empty by default; `if_empty` is the problem of an empty one."""
        value = self.any(key, [])
        if not isinstance(value, list):
            self.refuse(key, "not_a_list")
            return []
        if if_empty and not value:
            self.refuse(key, if_empty)
        return value

    def texts(self, key: str) -> list[str]:
        """Return a list of texts, empty by default."""
        values = self.listing(key)
        if all(isinstance(value, str) for value in values):
            return values
        self.refuse(key, "not_a_text")
        return []

    def child(self, key: str) -> JsonObject:
        """Return an object inside this one; a missing one is empty."""
        return JsonObject(self.any(key, {}), self.at(key), self._problems)

    # --- the language -------------------------------------------------------------------------

    def value(self, key: str, default: Any = None) -> Value | None:
        """Return what is written there, compiled; None when nothing is."""
        raw = self.any(key, default)
        if raw is None:
            return None
        try:
            return compile_value(raw)
        except ExpressionRefused as refusal:
            place = self.at(key) + path_text(refusal.path)
            params = {"reason": refusal.message, "position": refusal.position}
            self._problems.append(Problem(place, "text_refused", params))
            return None

    def condition(self, key: str) -> Condition | None:
        """Return a condition, compiled; None when there is none."""
        raw = self.any(key)
        if raw is None:
            return None
        try:
            return compile_condition(raw)
        except ConditionRefused as refusal:
            place = self.at(key) + path_text(refusal.path)
            self._problems.append(Problem(place, "condition_refused", {"reason": refusal.message}))
            return None


def path_text(keys: tuple[str | int, ...]) -> str:
    """Return keys as the end of a JSON path."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
