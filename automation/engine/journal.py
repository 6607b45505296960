"""Lines of a run's journal, as the interpreter writes and the replay reads them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class LineKind(StrEnum):
    """What a line tells; `details` by kind.

    - started: nothing; `inputs` are the parameters.
    - chosen: `{"to": id of the branch or None, "rows": [row, …]}` of a choice or a first-of.
    - looped: `{"turn": n, "truth": bool, "rows": […]}` of a while, `{"items": […]}` of a
      for-each.
    - waiting: `{"wait": n, "kind": …, "key": …, "due_at": iso | None}`; `replaces` is there
      when a date changed and the wait was planned anew.
    - woken: `{"wait": n, "payload": {…} | None}`; no payload: its moment came.
    - finished: a step ended, well or not. `{"variables": {…}}` what it set, `{"wait": n}`
      which wait it ended, after an error `{"next": "stop" | "continue" | "retry" | id of a
      branch, "retry": n, "due_at": iso}`, and `{"touched": n}` when planning a wait anew failed.
    - state: `{"from": id, "to": id}` of a state machine.
    - ended: `{"status": …}`.
    - paused, resumed, cancelled, retried, stopped: somebody, or the engine itself, did that;
      the message says who and why, as it does for what follows.
    - skipped: the failed step was passed over; `{"token": n}`.
    - moved: the run was put at another step; `{"to": id}`.
    - edited: `{"variables": {code: value}}` that somebody set.
    - migrated: `{"from": sha256, "to": sha256}`, the versions of the program.
    - restarted: `{"run": id}` of the run that began instead.

    What people did also has `"by"` (the id of a person, or None), `"reason"`, and what it
    changed as `"before"` and `"after"`.

    A row is `{"text": …, "truth": bool, "left": …, "right": …, "problem": …}`.
    """

    STARTED = "started"
    CHOSEN = "chosen"
    LOOPED = "looped"
    WAITING = "waiting"
    WOKEN = "woken"
    FINISHED = "finished"
    STATE = "state"
    ENDED = "ended"
    PAUSED = "paused"
    RESUMED = "resumed"
    CANCELLED = "cancelled"
    RETRIED = "retried"
    STOPPED = "stopped"
    SKIPPED = "skipped"
    MOVED = "moved"
    EDITED = "edited"
    MIGRATED = "migrated"
    RESTARTED = "restarted"


SUCCESS, ERROR = "success", "error"


@dataclass(slots=True)
class Line:
    """One line; the executor adds the run and the moment, and masks secrets."""

    sequence: int
    kind: LineKind
    step: str = ""
    attempt: int = 1
    status_code: str | None = None
    status_kind: str = ""
    message: str = ""
    result: Any = None
    inputs: Any = None
    effects: Any = None
    details: Any = None
    duration_ms: int | None = None
