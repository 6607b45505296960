"""Writing down what a turn does, in the snapshot and in the turn's commands together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from automation.engine.compiled import Program
from automation.engine.decisions import Decisions
from automation.engine.journal import ERROR, Line, LineKind
from automation.engine.limits import LARGEST_RESULT
from automation.engine.nodes import WaitKind
from automation.engine.outcomes import Failure
from automation.engine.snapshot import OpenWait, Phase, Snapshot, Token
from automation.engine.turn import OpenedWait, Turn


class TurnWriter:
    """One turn while it is taken."""

    def __init__(
        self, program: Program, snapshot: Snapshot, now: datetime, decisions: Decisions
    ) -> None:
        self.program = program
        self.snapshot = snapshot
        self.now = now
        self.decisions = decisions
        self.turn = Turn()

    @property
    def next_sequence(self) -> int:
        """The number of the next line."""
        return self.snapshot["seq"] + 1

    def note(self, kind: LineKind, step: str = "", **parts: Any) -> Line:
        """Append a line."""
        self.snapshot["seq"] += 1
        line = Line(self.snapshot["seq"], kind, step, **parts)
        self.turn.lines.append(line)
        return line

    # --- waits --------------------------------------------------------------------------------

    def open_wait(
        self,
        token_id: str,
        step: str,
        kind: WaitKind,
        *,
        key: str | None = None,
        due_at: datetime | None = None,
    ) -> OpenedWait:
        """Open a wait of a token; the token stands still until one of its waits ends."""
        self.snapshot["w"] += 1
        number = self.snapshot["w"]
        kept: OpenWait = {"t": token_id, "s": step, "k": kind}
        if due_at is not None:
            kept["due"] = due_at.isoformat()
        self.snapshot["waits"][str(number)] = kept
        self.snapshot["tokens"][token_id]["ph"] = Phase.WAIT
        opened = self.turn.opened[number] = OpenedWait(number, step, kind, key, due_at)
        return opened

    def close_wait(self, number: int) -> None:
        """Close one wait."""
        self.snapshot["waits"].pop(str(number), None)
        # One that was opened in this turn was never written.
        if self.turn.opened.pop(number, None) is None:
            self.turn.closed.append(number)

    def close_waits(self, token_id: str | None = None) -> None:
        """Close the waits of a token, or all."""
        waits = self.snapshot["waits"].items()
        numbers = [int(n) for n, wait in waits if token_id in {None, wait["t"]}]
        for number in numbers:
            self.close_wait(number)

    # --- tokens and results -------------------------------------------------------------------

    def put(self, token: Token, node_id: str, phase: Phase) -> None:
        """Put a token at a step."""
        if token["at"] != node_id or phase is not Phase.IN:
            token.pop("sends", None)  # it is not the same step tried again
        token["at"] = node_id
        token["ph"] = phase
        token.pop("tries", None)

    def keep(self, step_id: str, result: Mapping[str, Any], failure: Failure | None = None) -> None:
        """Keep what a step returned, if anything in the program reads it.

        What is too long stays in the journal; the snapshot then says in which line.
        """
        if step_id not in self.program.mentioned:
            return
        kept = dict(result)
        if failure is not None:
            kept |= {
                "operation_status_code": ERROR,
                "operation_status_kind": str(failure.kind),
                "operation_status_message": failure.message,
            }
        if len(orjson.dumps(kept, default=str)) > LARGEST_RESULT:
            kept = {"in_journal": self.snapshot["seq"]}
        self.snapshot["results"][step_id] = kept

    # --- ends ---------------------------------------------------------------------------------

    def end(self, status: str, message: str = "") -> None:
        """End the run."""
        self.close_waits()
        self.snapshot["tokens"] = {}
        self.snapshot["status"] = status
        self.note(LineKind.ENDED, details={"status": status}, message=message)

    def fail(self, step_id: str, failure: Failure, **details: Any) -> None:
        """Stop at a step that could not be begun; its token stays, so it can be retried."""
        self.note(
            LineKind.FINISHED,
            step_id,
            status_code=ERROR,
            status_kind=failure.kind,
            message=failure.message,
            details={"next": "stop", **details},
        )
        self.snapshot["status"] = "failed"
