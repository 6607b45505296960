"""What somebody does to a run from outside, and the engine's emergency stop.

A line's kind and details say everything: a replay does the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from automation.engine import migration, placing
from automation.engine.compiled import Program
from automation.engine.journal import ERROR, LineKind
from automation.engine.nodes import FailureKind
from automation.engine.snapshot import Snapshot
from automation.engine.turn_writer import TurnWriter

# Returns the version of a program with this SHA-256.
Versions = Callable[[str], Program]

_BEGUN = frozenset({"running", "paused", "failed"})
_OPEN = _BEGUN | {"pending"}
# Which states a run may be in for each of them.
ALLOWED: Mapping[LineKind, frozenset[str]] = {
    LineKind.PAUSED: frozenset({"pending", "running"}),
    LineKind.RESUMED: frozenset({"paused"}),
    LineKind.CANCELLED: _OPEN,
    LineKind.RETRIED: frozenset({"failed"}),
    LineKind.STOPPED: frozenset({"pending", "running"}),
    LineKind.SKIPPED: frozenset({"failed"}),
    LineKind.MOVED: _BEGUN,
    LineKind.EDITED: _OPEN,
    LineKind.MIGRATED: _OPEN,
    LineKind.RESTARTED: frozenset({"failed", "completed", "cancelled"}),
}


def may(status: str, kind: LineKind) -> bool:
    """Return whether a run in this state (of its snapshot) can be treated so."""
    return status in ALLOWED[kind]


def control(  # noqa: C901  # one case a line
    writer: TurnWriter,
    kind: LineKind,
    message: str = "",
    details: Mapping[str, Any] | None = None,
    versions: Versions | None = None,
) -> None:
    """Change the state of a run and write the line that tells so.

    Args:
        writer: The turn.
        kind: One of `ALLOWED`.
        message: Who did it and why.
        details: What the kind needs, as `LineKind` says.
        versions: Needed to take a run to another version.

    Raises:
        SteeringRefused: it cannot be done.
    """
    snapshot, given = writer.snapshot, dict(details or {})
    before = _picture(snapshot, kind, given)
    step = ""
    match kind:
        case LineKind.PAUSED:
            snapshot["was"] = snapshot["status"]
            snapshot["status"] = "paused"
        case LineKind.RESUMED:
            snapshot["status"] = snapshot.pop("was", "running")
        case LineKind.RETRIED:
            # The token still stands at the failed step, about to begin it.
            snapshot["status"] = "running"
        case LineKind.STOPPED:
            snapshot["status"] = "failed"
        case LineKind.SKIPPED:
            step = placing.skip(writer, given["token"])
            snapshot["status"] = "running"
        case LineKind.MOVED:
            placing.go_to(writer, given["to"])
            if snapshot["status"] == "failed":
                snapshot["status"] = "running"
        case LineKind.EDITED:
            snapshot["vars"].update(given["variables"])
        case LineKind.MIGRATED:
            assert versions is not None
            migration.migrate(writer, versions(given["to"]))
        case LineKind.RESTARTED if snapshot["status"] != "failed":
            pass  # it has ended already
        case _:
            writer.close_waits()
            snapshot["tokens"] = {}
            snapshot["status"] = "cancelled"
    if kind is not LineKind.STOPPED:
        given |= {"before": before, "after": _picture(snapshot, kind, given)}
    is_stop = kind is LineKind.STOPPED
    writer.note(
        kind,
        step,
        message=message,
        details=given or None,
        status_code=ERROR if is_stop else None,
        status_kind=FailureKind.INTERNAL if is_stop else "",
    )


def _picture(snapshot: Snapshot, kind: LineKind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what such a deed changes, as it is."""
    if kind is LineKind.EDITED:
        return {code: snapshot["vars"].get(code) for code in given["variables"]}
    picture: dict[str, Any] = {"status": snapshot["status"]}
    if kind in {LineKind.SKIPPED, LineKind.MOVED}:
        picture["at"] = [token["at"] for token in snapshot["tokens"].values()]
    if kind is LineKind.MIGRATED:
        picture |= {"variables": dict(snapshot["vars"])}
    return picture
