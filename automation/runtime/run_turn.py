"""One run's part of a turn: from a locked row to what is to be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from django.utils.translation import gettext

from accounts.actor import Actor
from automation.engine import sentences
from automation.engine.compiled import Program
from automation.engine.interpreter import advance
from automation.engine.journal import ERROR, SUCCESS, Line
from automation.engine.limits import LARGEST_SNAPSHOT, WARN_SNAPSHOT
from automation.engine.live import Known, LiveDecisions
from automation.engine.nodes import Activity, FailureKind, ForEach
from automation.engine.outcomes import Failure, StepFailed
from automation.engine.plain_values import masked
from automation.engine.run_scope import RunScope
from automation.engine.snapshot import FINAL, due_at, public_status
from automation.engine.turn import Event, Turn
from automation.runtime import silence
from automation.runtime.performer import RunPerformer
from automation.runtime.programs import Published, published
from automation.runtime.store_rows import LoadedRun, Written, dumps
from automation.runtime.surroundings import RunSurroundings

logger = structlog.get_logger(__name__)


def advance_run(
    run: LoadedRun, events: Sequence[Event], now: datetime, *, known: Known | None = None
) -> Written:
    """Take a run's turn in memory and return what to write.

    Raises:
        StepFailed: a step failed; the transaction has to be rolled back.
    """
    version = published(run.version_id)
    actor = robot(run, version)
    around = RunSurroundings(run, actor, now)
    if version.program.reads_globals:
        around.read_globals()
    performer = RunPerformer(run, actor, now, around.forget_records)
    decisions = LiveDecisions(
        RunScope(version.program, run.snapshot, around),
        performer,
        variables=frozenset(version.program.variables),
        known=known,
    )
    if run.snapshot["status"] in {"pending", "running"}:
        told = silence.with_answers(run, events, now)
        turn = advance(version.program, run.snapshot, told, now, decisions)
    else:
        turn = Turn()
    return to_write(run, turn, now, secrets=around.secrets, program=version.program)


def robot(run: LoadedRun, version: Published) -> Actor:
    """Return who acts in the steps of a run."""
    return Actor.robot(version.name[:100], runs_as=run.runs_as_id)


def to_write(
    run: LoadedRun, turn: Turn, now: datetime, *, secrets: set[str], program: Program
) -> Written:
    """Return what one turn writes.

    Raises:
        StepFailed: the snapshot became too large.
    """
    snapshot = dumps(run.snapshot) or ""
    _check_size(run, turn, len(snapshot), program)
    lines = [_stored(line, secrets) for line in turn.lines]
    status = public_status(run.snapshot)
    moves = status in {"pending", "running", "waiting"}
    due = now if turn.is_cut or status == "pending" else due_at(run.snapshot)
    return Written(
        run=run,
        turn=turn,
        lines=lines,
        status=status,
        due_at=due if moves else None,
        error=_error(lines) if status == "failed" else "",
        is_over=status == "failed" or status in FINAL,
        answer=_answer(run, status, lines) if run.parent_id and lines else None,
        snapshot=snapshot,
    )


def _check_size(run: LoadedRun, turn: Turn, size: int, program: Program) -> None:
    if size > LARGEST_SNAPSHOT:
        for line in reversed(turn.lines):
            if isinstance(program.nodes.get(line.step), Activity | ForEach):
                failure = Failure(FailureKind.APPLICATION, gettext(sentences.TOO_LARGE))
                raise StepFailed(line.sequence, line.step, failure, line.inputs)
    elif size > WARN_SNAPSHOT:
        logger.warning("snapshot_large", run_id=run.id, size=size)


def _stored(line: Line, secrets: set[str]) -> Line:
    """Return a line as it is kept: in the language of the company, without secrets."""
    message = gettext(line.message) if line.message in sentences.ALL else line.message
    if not secrets:
        return replace(line, message=message) if message != line.message else line
    return replace(
        line,
        message=masked(message, secrets),
        result=masked(line.result, secrets),
        inputs=masked(line.inputs, secrets),
        effects=masked(line.effects, secrets),
        details=masked(line.details, secrets),
    )


def _error(lines: Sequence[Line]) -> str:
    return next((each.message for each in reversed(lines) if each.status_code == ERROR), "")


def _answer(run: LoadedRun, status: str, lines: Sequence[Line]) -> dict[str, object] | None:
    """Return what the run that waits for this one is told; None while there is nothing."""
    if status == "failed":
        message = gettext("The run that was started failed: %(error)s") % {"error": _error(lines)}
        return {"status": ERROR, "kind": FailureKind.APPLICATION, "message": message}
    if status not in FINAL:
        return None
    variables = run.snapshot["vars"]
    result = {"run": run.id, "status": status, "variables": variables}
    return {"status": SUCCESS, "result": result}
