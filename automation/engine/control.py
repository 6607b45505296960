"""What somebody does to a run from outside: pause, resume, cancel, retry; and its emergency stop."""

from __future__ import annotations

from automation.engine.journal import ERROR, LineKind
from automation.engine.nodes import FailureKind
from automation.engine.snapshot import FINAL
from automation.engine.turn_writer import TurnWriter

# Which states a run may be in for each of them.
ALLOWED = {
    LineKind.PAUSED: frozenset({"pending", "running"}),
    LineKind.RESUMED: frozenset({"paused"}),
    LineKind.CANCELLED: frozenset({"pending", "running", "paused", "failed"}),
    LineKind.RETRIED: frozenset({"failed"}),
    LineKind.STOPPED: frozenset({"pending", "running"}),
}


def may(status: str, kind: LineKind) -> bool:
    """Return whether a run in this state (of its snapshot) can be treated so."""
    return status in ALLOWED[kind] and status not in FINAL


def control(writer: TurnWriter, kind: LineKind, message: str = "") -> None:
    """Change the state of a run and write the line that tells so.

    Args:
        writer: The turn.
        kind: paused, resumed, cancelled, retried or stopped.
        message: Who did it and why.
    """
    snapshot = writer.snapshot
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
        case _:
            writer.close_waits()
            snapshot["tokens"] = {}
            snapshot["status"] = "cancelled"
    is_stop = kind is LineKind.STOPPED
    writer.note(
        kind,
        message=message,
        status_code=ERROR if is_stop else None,
        status_kind=FailureKind.INTERNAL if is_stop else "",
    )
