"""Starting runs: one row each, seen by the next worker that looks for something due."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.choices import ActorKind
from automation.choices import RunStatus
from automation.engine.compiled import Program as Compiled
from automation.engine.journal import ERROR, LineKind
from automation.engine.nodes import FailureKind
from automation.engine.plain_values import plain
from automation.engine.snapshot import new_snapshot
from automation.exceptions import ParametersRefused, ProgramMissing
from automation.models import JournalEntry, Program, Run
from automation.runtime import causation
from automation.runtime.alarms import RunsStopped, alarm
from automation.runtime.causation import LONGEST_CHAIN, Cause
from automation.runtime.nudges import nudge
from automation.runtime.programs import Published, published
from automation.runtime.store_rows import LoadedRun


@dataclass(frozen=True)
class Start:
    """A wish to start a program.

    Attributes:
        program: What to start, in its published version; or one version of it.
        item_id: The record; None for none.
        parameters: By code, as JSON.
        actor: Who starts it.
        runs_as_id: Whose rights its steps have (user id); None: the system's.
        cause: The run that caused it; None: the one at work, if any.
        parent: The run that waits for its end, and the number of its wait.
        due_at: When it begins; None: now.
        restart_of_id: The run that it repeats.
    """

    program: Program | Published
    item_id: int | None
    parameters: Mapping[str, Any]
    actor: Actor
    runs_as_id: int | None = None
    cause: Cause | None = None
    parent: tuple[int, int] | None = None
    due_at: datetime | None = None
    restart_of_id: int | None = None


def start(wish: Start, now: datetime) -> Run:
    """Write a run; a worker takes its first turn.

    A run that would go round in circles is written as well, failed, with a report: whoever
    looks for it finds out why nothing happened.

    Raises:
        ProgramMissing: the program has no published version or is switched off.
        ParametersRefused: one is missing or unknown.
    """
    (run,) = start_all([wish], now)
    return run


def start_all(wishes: Sequence[Start], now: datetime) -> list[Run]:
    """Write a run for each wish, as `start` does (one statement for hundreds).

    Raises:
        ProgramMissing, ParametersRefused: as `start`; nothing was written.
    """
    runs = []
    for wish in wishes:
        version = runnable(wish.program)
        parameters = check_parameters(version.program, wish.parameters)
        runs.append(_row(wish, version, parameters, now))
    Run.objects.bulk_create(runs, batch_size=500)
    stopped = [run for run in runs if run.status == RunStatus.FAILED]
    JournalEntry.objects.bulk_create(
        JournalEntry(
            run=run,
            sequence=1,
            at=now,
            kind=LineKind.STOPPED,
            operation_status_code=ERROR,
            operation_status_kind=FailureKind.APPLICATION,
            operation_status_message=run.error,
        )
        for run in stopped
    )
    if stopped:
        alarm(RunsStopped(stopped))
    if len(stopped) < len(runs):
        nudge()
    return runs


def runnable(program: Program | Published) -> Published:
    """Return the version that new runs take.

    Raises:
        ProgramMissing: there is none, or the program is switched off.
    """
    if isinstance(program, Published):
        return program
    if not program.is_active or program.published_id is None:
        sentence = _("“%(name)s” is switched off or was never published.")
        raise ProgramMissing(sentence % {"name": program.name})
    return published(program.published_id)


def check_parameters(program: Compiled, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return all parameters with their defaults, as JSON.

    Raises:
        ParametersRefused: a required one is missing, or there is no such parameter.
    """
    unknown = ", ".join(sorted(given.keys() - program.parameters.keys()))
    if unknown:
        raise ParametersRefused(_("There is no parameter “%(name)s”.") % {"name": unknown})
    found = {}
    for code, parameter in program.parameters.items():
        value = plain(given.get(code, parameter.default))
        if parameter.is_required and value in (None, "", []):
            raise ParametersRefused(_("Fill in “%(name)s”.") % {"name": parameter.label or code})
        found[code] = value
    return found


def starter(
    run: LoadedRun, actor: Actor, cause: Cause, wait_number: int, now: datetime
) -> Callable[[str, int | None, Mapping[str, Any], bool], int]:
    """Return what starts other programs for a step of a run."""

    def start_run(
        code: str,
        item_id: int | None,
        parameters: Mapping[str, Any],
        is_awaited: bool,  # noqa: FBT001  # a port of `ActivityContext`
    ) -> int:
        program = Program.objects.filter(code=code).first()
        if program is None:
            raise ProgramMissing(_("There is no program “%(code)s”.") % {"code": code})
        wish = Start(
            program=program,
            item_id=item_id,
            parameters=parameters,
            actor=actor,
            runs_as_id=run.runs_as_id,
            cause=cause,
            parent=(run.id, wait_number) if is_awaited else None,
        )
        return start(wish, now).pk

    return start_run


def _row(wish: Start, version: Published, parameters: dict[str, Any], now: datetime) -> Run:
    cause = wish.cause or causation.current()
    chain = (*(cause.chain if cause else ()), causation.link(version.code, wish.item_id))
    program = version.program
    variables = {code: plain(each.default) for code, each in program.variables.items()}
    snapshot = new_snapshot(program.root.id, parameters, variables)
    report = _report(chain)
    if report:
        snapshot["status"] = "failed"
        snapshot["seq"] = 1
    is_person = wish.actor.kind in {ActorKind.PERSON, ActorKind.TOKEN}
    return Run(
        version_id=version.sha256,
        item_id=wish.item_id,
        status=RunStatus.FAILED if report else RunStatus.PENDING,
        snapshot=snapshot,
        due_at=None if report else wish.due_at or now,
        error=report,
        caused_by_id=cause.run_id if cause else None,
        chain=list(chain),
        parent_id=wish.parent[0] if wish.parent else None,
        parent_wait=wish.parent[1] if wish.parent else None,
        restart_of_id=wish.restart_of_id,
        started_by_kind=wish.actor.kind,
        started_by_id=wish.actor.user_id if is_person else None,
        started_by_label=wish.actor.label[:100],
        runs_as_id=wish.runs_as_id,
        created_at=now,
    )


def _report(chain: tuple[str, ...]) -> str:
    """Return why a chain of causes may not go on; empty when it may."""
    if causation.is_cycle(chain):
        first = chain.index(chain[-1])
        circle = " → ".join(_names(chain[first:]))
        sentence = _(
            "Stopped before its third turn: %(circle)s. These programs start each other on "
            "the same record. Give one of them a condition."
        )
        return (sentence % {"circle": circle})[:500]
    if len(chain) > LONGEST_CHAIN:
        sentence = _(
            "Stopped: %(count)d programs started one another in a row, the last of them %(name)s."
        )
        return sentence % {"count": len(chain), "name": _names(chain[-1:])[0]}
    return ""


def _names(links: tuple[str, ...]) -> list[str]:
    codes = [each.partition("@")[0] for each in links]
    names = dict(Program.objects.filter(code__in=codes).values_list("code", "name"))
    return [f"“{names.get(code, code)}”" for code in codes]
