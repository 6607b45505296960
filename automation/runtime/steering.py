"""Doing something to runs from outside of their turns, under their locks.

One run or fifty: they are locked together in the order of their ids, each is treated in
memory, and those that it fits are written in one statement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from automation.choices import RunStatus
from automation.engine import migration, placing, sentences
from automation.engine.compiled import Program
from automation.engine.control import control, may
from automation.engine.flow import Flow
from automation.engine.journal import LineKind
from automation.engine.limits import LARGEST_SNAPSHOT
from automation.engine.outcomes import StepFailed
from automation.engine.placing import SteeringRefused
from automation.engine.replay import RecordedDecisions
from automation.engine.snapshot import FINAL, public_status
from automation.exceptions import AutomationRefusal, RunRefused, RunStale
from automation.models import GlobalValue, Run
from automation.runtime import clock, endings, outbox, store
from automation.runtime.causation import is_cycle
from automation.runtime.nudges import nudge
from automation.runtime.programs import Published, published
from automation.runtime.run_turn import to_write
from automation.runtime.step_names import step_name
from automation.runtime.store import Claim
from automation.runtime.store_rows import LoadedRun, Written

# What each run needs beside the deed, found for all at once: by the id of the run.
Details = Callable[[Sequence[LoadedRun]], Mapping[int, Mapping[str, Any]]]

# They let a run go on that may have been stopped for going round in circles.
_LEAD_ON = frozenset({LineKind.RETRIED, LineKind.SKIPPED, LineKind.MOVED})
# Their lines hold values that may be secret.
_WITH_VALUES = frozenset({LineKind.EDITED, LineKind.MIGRATED})


@dataclass(frozen=True)
class Deed:
    """What is done to runs.

    Attributes:
        kind: One of `automation.engine.control.ALLOWED`.
        message: Who does it and why.
        details: What the journal is told beside that, as `LineKind` says.
        expected: The last line of the journal that the person saw; None: whatever it is.
        fence: Only while the claim with this number holds.
    """

    kind: LineKind
    message: str = ""
    details: Mapping[str, Any] | None = None
    expected: int | None = None
    fence: int | None = None


@transaction.atomic
def steer_all(
    run_ids: Collection[int], deed: Deed, *, details: Details | None = None
) -> dict[int, AutomationRefusal]:
    """Do the same to some runs (two statements and what `details` asks).

    Returns:
        Why not, by the id of each run that it does not fit; nothing happened to those.
    """
    now = clock.now()
    runs = store.load(run_ids) if run_ids else []
    given = details(runs) if details else {}
    refused: dict[int, AutomationRefusal] = {
        run_id: RunRefused(_("There is no such run.")) for run_id in run_ids
    }
    done: list[tuple[Written, str]] = []
    for run in runs:
        before = public_status(run.snapshot)
        try:
            done.append((_do(run, deed, given.get(run.id, {}), now), before))
        except AutomationRefusal as refusal:
            refused[run.id] = refusal
        else:
            del refused[run.id]
    if done:
        _write(done, deed.kind, now)
    return refused


def rehearse(run: LoadedRun, deed: Deed, own: Mapping[str, Any], now: datetime) -> str:
    """Do something to a run in memory alone; return the version it would then have.

    Args:
        run: The run as it is; changed in place and not to be written.
        deed: What is done.
        own: What `details` found for this run.
        now: The moment it would be done at.

    Raises:
        RunRefused: it does not fit the run.
    """
    _do(run, deed, own, now)
    return str(own["to"]) if deed.kind is LineKind.MIGRATED else run.version_id


def stop_run(claim: Claim, message: str) -> None:
    """Stop a run that cannot go on, with a report."""
    steer_all([claim.run_id], Deed(LineKind.STOPPED, message, fence=claim.fence))


def sentence_of(refusal: SteeringRefused, program: Program) -> str:
    """Return why something does not fit a run, with the names of its steps."""
    known = {**placing.SENTENCES, **migration.SENTENCES}
    names = {key: step_name(program, str(each)) for key, each in refusal.params.items()}
    return _(known[refusal.code]) % names


def _do(run: LoadedRun, deed: Deed, own: Mapping[str, Any], now: datetime) -> Written:
    """Treat one locked run in memory.

    Raises:
        RunRefused: it does not fit.
    """
    _refuse(run, deed)
    version = published(run.version_id)
    details = {**(deed.details or {}), **own}
    if deed.kind is LineKind.MIGRATED:
        _refuse_version(version, details["to"])
    flow = Flow(version.program, run.snapshot, now, RecordedDecisions([]))
    try:
        if deed.kind is LineKind.SKIPPED:
            step = details.pop("step", "")
            details["token"] = placing.failed_token(version.program, run.snapshot, step)
        control(flow, deed.kind, deed.message[:500], details, lambda sha: published(sha).program)
    except SteeringRefused as refusal:
        raise RunRefused(sentence_of(refusal, version.program)) from refusal
    flow.run(0)  # as after an event: what leaves no line is passed through at once
    # What was fired meanwhile is looked at as well.
    flow.turn.is_cut = run.snapshot["status"] == "running"
    secrets = _secrets(version, run) if deed.kind in _WITH_VALUES else set()
    try:
        written = to_write(run, flow.turn, now, secrets=secrets, program=flow.program)
    except StepFailed as failed:
        raise RunRefused(failed.failure.message) from failed
    if len(written.snapshot) > LARGEST_SNAPSHOT:
        raise RunRefused(_(sentences.TOO_LARGE))
    return written


def _refuse(run: LoadedRun, deed: Deed) -> None:
    if deed.fence not in {None, run.fence}:
        raise RunRefused(_("Another worker has this run."))
    if deed.expected not in {None, run.snapshot["seq"]}:
        raise RunStale(_("This run has moved on since you looked at it. Look at it again."))
    if not may(run.snapshot["status"], deed.kind):
        sentence = _("This cannot be done to a run that is %(state)s.")
        state = str(RunStatus(public_status(run.snapshot)).label).lower()
        raise RunRefused(sentence % {"state": state})
    if deed.kind in _LEAD_ON and is_cycle(run.chain):
        raise RunRefused(_("This run was stopped because it would go round in circles."))


def _refuse_version(version: Published, wanted: str) -> None:
    if wanted == version.sha256:
        raise RunRefused(_("The run is of this version already."))
    if not wanted or published(wanted).code != version.code:
        raise RunRefused(_("The program has no such version."))


def _write(done: Sequence[tuple[Written, str]], kind: LineKind, now: datetime) -> None:
    """Write what was done, and what follows from it elsewhere."""
    # Over before and over after it: that is no news, and when it ended stays as it was.
    same = {each.run.id for each, before in done if each.is_over and each.status == before}
    kept = list(Run.objects.filter(pk__in=same).values_list("pk", "error", "finished_at"))
    for each, _before in done:
        if each.run.id in same:
            each.answer = None
    written = [each for each, _before in done]
    store.write(written, now)
    for run_id, error, finished_at in kept:
        Run.objects.filter(pk=run_id).update(error=error, finished_at=finished_at)
    if kind is LineKind.MIGRATED:
        _change_versions(written)
    _drop_messages(written, now)
    told = [replace(each, is_over=False) if each.run.id in same else each for each in written]
    endings.tell(told, now)
    if any(each.due_at for each in written):
        nudge()


def _change_versions(written: Sequence[Written]) -> None:
    moved: dict[str, list[int]] = defaultdict(list)
    for each in written:
        (line,) = (line for line in each.lines if line.kind is LineKind.MIGRATED)
        moved[line.details["to"]].append(each.run.id)
    for sha256, run_ids in moved.items():
        Run.objects.filter(pk__in=run_ids).update(version_id=sha256)


def _drop_messages(written: Sequence[Written], now: datetime) -> None:
    """Forget what is not to be sent any more: of runs that ended, of waits that were closed."""
    ended = [each.run.id for each in written if each.status in FINAL]
    not_needed = Q(run_id__in=ended) if ended else Q(pk__in=[])
    for each in written:
        if each.turn.closed:
            not_needed |= Q(run_id=each.run.id, wait_number__in=each.turn.closed)
    if ended or any(each.turn.closed for each in written):
        outbox.drop(not_needed, now)


def _secrets(version: Published, run: LoadedRun) -> set[str]:
    """Return what the journal must not show (one query)."""
    program = version.program
    defined = {**program.parameters, **program.constants}
    secrets = {
        str(run.snapshot["params"].get(code, each.default))
        for code, each in defined.items()
        if each.is_secret
    }
    hidden = GlobalValue.objects.filter(is_secret=True).values_list("value", flat=True)
    return secrets | {str(value) for value in hidden if value}
