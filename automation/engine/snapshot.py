"""A run's whole state: small, plain JSON, nothing that follows from the program.

A token is one step and a phase; which blocks and loops are around it follows from the tree.
So a run can go on in another version of its program where the steps are still there.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, TypedDict


class Phase(StrEnum):
    """What a token does at its step."""

    IN = "in"  # the step is to be done
    OUT = "out"  # it is done
    WAIT = "wait"  # waits of the token are open
    JOIN = "join"  # other tokens work on its branches


class Token(TypedDict, total=False):
    """Where a run stands; several in a parallel.

    `up` is the token that waits at the join, `left` how many it waits for, `tries` how often
    the step failed already, `sends` the number by which the receiver knows what the step
    sends: however often the step is tried again, it stays.
    """

    at: str
    ph: str
    up: str
    left: int
    tries: int
    sends: int


class OpenWait(TypedDict, total=False):
    """A wait that is open: its token, its step (or branch), its kind and when it is due."""

    t: str
    s: str
    k: str
    due: str


class Snapshot(TypedDict, total=False):
    """The state of a run.

    Attributes:
        status: pending, running, paused, completed, cancelled or failed.
        seq: The last line of the journal.
        steps: Steps taken.
        n: Tokens made.
        w: Waits made; they are numbered from 1.
        params: What was given at the start.
        vars: The variables.
        results: Of steps that something reads, by id: {"result": name -> value, …}.
        tokens, waits: By number, as text.
        loops: Turns, and the list of a for-each, by id.
        machines: Of state machines, by id: {"next": state chosen, "done": handler behind it}.
        was: The status before a pause.
    """

    status: str
    seq: int
    steps: int
    n: int
    w: int
    params: dict[str, Any]
    vars: dict[str, Any]
    results: dict[str, dict[str, Any]]
    tokens: dict[str, Token]
    waits: dict[str, OpenWait]
    loops: dict[str, dict[str, Any]]
    machines: dict[str, dict[str, Any]]
    was: str


FINAL = frozenset({"completed", "cancelled"})


def new_snapshot(root: str, parameters: dict[str, Any], variables: dict[str, Any]) -> Snapshot:
    """Return the state of a run that has not begun."""
    return {
        "status": "pending",
        "seq": 0,
        "steps": 0,
        "n": 1,
        "w": 0,
        "params": parameters,
        "vars": variables,
        "results": {},
        "tokens": {"1": {"at": root, "ph": Phase.IN}},
        "waits": {},
        "loops": {},
        "machines": {},
    }


def due_at(snapshot: Snapshot) -> datetime | None:
    """Return when the first of the open waits is due; None when none has a moment."""
    moments = [wait["due"] for wait in snapshot["waits"].values() if "due" in wait]
    return min(map(datetime.fromisoformat, moments)) if moments else None


def public_status(snapshot: Snapshot) -> str:
    """Return the state as people know it: a run with nothing to do but wait is waiting."""
    if snapshot["status"] == "running" and snapshot["waits"]:
        return "waiting"
    return snapshot["status"]
