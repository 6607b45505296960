"""A program's JSON, checked and compiled.

`program.schema.json` beside this file describes the same shape for editors and other tools.
It is read by hand all the same (`automation.engine.reading`): so every problem is named at
once, with its place and in words.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from automation.engine.compiled import Program
from automation.engine.errors import Problem, ProgramRefused
from automation.engine.limits import DEEPEST_BODY, LARGEST_BODY
from automation.engine.reading import read_program

_WORDS = re.compile(r"[A-Za-z_]\w*")
_NAMING = frozenset({"id", "type", "title"})  # of steps


def parse_program(body: Any) -> Program:
    """Check a program's JSON and compile it.

    Raises:
        ProgramRefused: with every problem that was found.
    """
    refuse_bombs(body)
    return read_program(body, mentioned=words_of(body))


def canonical(body: Any) -> bytes:
    """Return the body as the one JSON text that all equal bodies have: for hashing."""
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def refuse_bombs(body: Any) -> None:
    """Refuse what would cost too much to look at; costs no recursion itself.

    Raises:
        ProgramRefused: too deep, too large, or not made of JSON values.
    """
    waiting: list[tuple[Any, int]] = [(body, 1)]
    size = 0
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST_BODY:
            raise ProgramRefused([Problem("$", "too_deep", {"limit": DEEPEST_BODY})])
        size += _size(value)
        if size > LARGEST_BODY:
            raise ProgramRefused([Problem("$", "too_large", {"limit": LARGEST_BODY})])
        inside = value.values() if isinstance(value, dict) else value
        if isinstance(value, dict | list):
            waiting += [(each, depth + 1) for each in inside]


def _size(value: Any) -> int:
    """Return about how many characters one value takes, what is inside it left out."""
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return 2 + sum(len(key) for key in value)
    if isinstance(value, str):
        return 2 + len(value)
    if value is None or isinstance(value, list | bool | int | float):
        return 2
    raise ProgramRefused([Problem("$", "not_json")])


def words_of(body: Any) -> set[str]:
    """Return every word inside the texts of a body, names and ids of steps left out."""
    words: set[str] = set()
    waiting = [(body, _NAMING)]
    while waiting:
        value, left_out = waiting.pop()
        if isinstance(value, dict):
            for key, each in value.items():
                if key not in left_out:
                    # A record may have a field called "title".
                    waiting.append((each, frozenset() if key == "params" else left_out))
        elif isinstance(value, list):
            waiting += [(each, left_out) for each in value]
        elif isinstance(value, str):
            words.update(_WORDS.findall(value))
    return words
