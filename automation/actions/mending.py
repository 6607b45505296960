"""Mending runs: passing over a step, going elsewhere, other values, another version, anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.actions.steering import require_automating, steer, the_same
from automation.definitions import parse_value
from automation.engine.journal import ERROR, LineKind
from automation.exceptions import RunRefused, VariablesRefused
from automation.models import JournalEntry, ProgramVersion, Run
from automation.runtime import clock, store
from automation.runtime.programs import published
from automation.runtime.starting import Start, start
from automation.runtime.steering import Details
from automation.runtime.store_rows import LoadedRun
from smart_processes.field_types.base import ValueRefused


def skip_step(run: Run, *, actor: Actor, reason: str = "", expected: int | None = None) -> Run:
    """Pass over the step that failed, as if it had ended with nothing.

    Args:
        run: A failed run.
        actor: Who does it.
        reason: Why.
        expected: The last line of the journal that the person saw; None: whatever it is.

    Raises:
        PermissionRefused: the actor may not automate the record.
        RunRefused: it has not failed, or stopped where nothing can be passed over.
    """
    return steer(
        run, LineKind.SKIPPED, actor=actor, reason=reason, expected=expected, details=failed_steps
    )


def go_to_step(
    run: Run, step_id: str, *, actor: Actor, reason: str = "", expected: int | None = None
) -> Run:
    """Put a run at a step of its version; a failed one goes on from there, a paused one later.

    What it waits for where it stands is forgotten, messages that have not left are dropped.

    Raises:
        PermissionRefused: the actor may not automate the record.
        RunRefused: it has ended or not begun, or cannot be put there.
    """
    details = the_same(to=step_id)
    return steer(
        run, LineKind.MOVED, actor=actor, reason=reason, expected=expected, details=details
    )


def edit_variables(
    run: Run,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    reason: str = "",
    expected: int | None = None,
) -> Run:
    """Give variables of a run other values.

    Args:
        run: A run that has not ended.
        values: By the variable's code, as somebody entered them.
        actor: Who does it.
        reason: Why.
        expected: The last line of the journal that the person saw; None: whatever it is.

    Raises:
        PermissionRefused: the actor may not automate the record.
        VariablesRefused: there is no such variable, or a value is of another kind.
        RunRefused: it has ended.
    """

    def details(runs: Sequence[LoadedRun]) -> Mapping[int, Mapping[str, Any]]:
        # The version may be another one by now: its variables count.
        return {each.id: {"variables": _parsed(each.version_id, values)} for each in runs}

    return steer(
        run, LineKind.EDITED, actor=actor, reason=reason, expected=expected, details=details
    )


def migrate_run(
    run: Run,
    version: ProgramVersion | None = None,
    *,
    actor: Actor,
    reason: str = "",
    expected: int | None = None,
) -> Run:
    """Take a run to another version of its program; it goes on where it stands.

    Args:
        run: A run that has not ended.
        version: Of the same program; None: the published one.
        actor: Who does it.
        reason: Why.
        expected: The last line of the journal that the person saw; None: whatever it is.

    Raises:
        PermissionRefused: the actor may not automate the record.
        RunRefused: it has ended, or the version has no place where the run stands; the
            sentence names the step.
    """
    details = to_version(version)
    return steer(
        run, LineKind.MIGRATED, actor=actor, reason=reason, expected=expected, details=details
    )


@transaction.atomic
def restart_run(run: Run, *, actor: Actor, reason: str = "", expected: int | None = None) -> Run:
    """Start a run's program again, from its beginning, with the same parameters.

    The new run takes the published version. A failed run is cancelled by it: it could
    otherwise be retried, and everything would be done twice.

    Returns:
        The new run; it names the old one.

    Raises:
        PermissionRefused: the actor may not automate the record.
        RunRefused: the run has not ended.
        ProgramMissing: the program is switched off.
        ParametersRefused: the published version needs others.
    """
    require_automating(actor, run.item, run.version.program.name)
    (locked,) = store.load([run.pk]) or (None,)
    if locked is None:
        raise RunRefused(_("There is no such run."))
    known = _known_parameters(run)
    wish = Start(
        program=run.version.program,
        item_id=locked.item_id,
        parameters={
            code: value for code, value in locked.snapshot["params"].items() if code in known
        },
        actor=actor,
        runs_as_id=locked.runs_as_id,
        restart_of_id=locked.id,
    )
    new = start(wish, clock.now())
    details = the_same(run=new.pk)
    steer(run, LineKind.RESTARTED, actor=actor, reason=reason, expected=expected, details=details)
    return new


# --- what runs need beside the deed -------------------------------------------------------------


def failed_steps(runs: Sequence[LoadedRun]) -> Mapping[int, Mapping[str, Any]]:
    """Return where runs stopped, by id: the step of the last error (one query)."""
    errors = JournalEntry.objects.filter(
        run_id__in=[run.id for run in runs], operation_status_code=ERROR
    )
    steps = errors.order_by("run_id", "sequence").values_list("run_id", "step")
    return {run_id: {"step": step} for run_id, step in steps}


def to_version(version: ProgramVersion | None) -> Details:
    """Return what finds the way of runs to a version; None: to the published ones."""
    if version is None:
        return to_published
    return lambda runs: {run.id: _way(run, version) for run in runs}


def to_published(runs: Sequence[LoadedRun]) -> Mapping[int, Mapping[str, Any]]:
    """Return the way of each run to its program's published version (one query)."""
    versions = ProgramVersion.objects.filter(pk__in={run.version_id for run in runs})
    targets = {
        each.pk: each.program.published
        for each in versions.select_related("program__published__program")
    }
    return {run.id: _way(run, targets[run.version_id]) for run in runs}


def _way(run: LoadedRun, version: ProgramVersion | None) -> dict[str, Any]:
    return {"from": run.version_id, "to": version.pk if version else ""}


def _parsed(version_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as snapshots know them.

    Raises:
        VariablesRefused: with a sentence for each that is wrong.
    """
    known = published(version_id).program.variables
    parsed: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for code, raw in values.items():
        if code not in known:
            errors[code] = _("There is no variable “%(name)s”.") % {"name": code}
            continue
        try:
            parsed[code] = parse_value(known[code], raw)
        except ValueRefused as refusal:
            errors[code] = f"{known[code].label or code}: {refusal.message}"
    if errors:
        raise VariablesRefused(errors)
    return parsed


def _known_parameters(run: Run) -> frozenset[str]:
    """Return the parameters that the published version has."""
    program = run.version.program
    version_id = program.published_id or run.version_id
    return frozenset(published(version_id).program.parameters)
