"""Starting runs, answering them, and what people do to them while they run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.actions.steering import require_automating, steer
from automation.engine.journal import LineKind
from automation.engine.nodes import WaitKind
from automation.engine.plain_values import plain
from automation.exceptions import NobodyWaits
from automation.models import Program, Run, Wait
from automation.runtime import clock, store
from automation.runtime.nudges import nudge
from automation.runtime.starting import Start, start
from smart_processes.models import Item


@transaction.atomic
def start_run(
    program: Program,
    item: Item | None = None,
    *,
    actor: Actor,
    parameters: Mapping[str, Any] | None = None,
    runs_as: int | None = None,
) -> Run:
    """Start a program, on a record or on none; a worker takes the first turn.

    A run that would go round in circles is returned failed, with a report.

    Args:
        program: What to run, in its published version.
        item: The record.
        actor: Who starts it.
        parameters: Values by code.
        runs_as: Whose rights its steps have (user id); None: the system's.

    Raises:
        PermissionRefused: the actor may not automate this record.
        ProgramMissing: the program has no published version or is switched off.
        ParametersRefused: one is missing or unknown.
    """
    require_automating(actor, item, program.name)
    wish = Start(
        program=program,
        item_id=item.pk if item else None,
        parameters=parameters or {},
        actor=actor,
        runs_as_id=runs_as,
    )
    return start(wish, clock.now())


@transaction.atomic
def fire(run: Run, number: int, payload: Mapping[str, Any] | None = None) -> None:
    """Let one wait of a run end: an answer, a command, a callback.

    Who may answer is the business of whoever calls: the wait's task, its webhook's secret.

    Raises:
        NobodyWaits: it was answered, cancelled or too late.
    """
    if not store.fire(run.pk, number, plain(payload or {}), clock.now()):
        raise NobodyWaits(_("Nobody waits for this any more: it was answered or cancelled."))
    nudge()


@transaction.atomic
def fire_event(
    key: str, payload: Mapping[str, Any] | None = None, *, kind: WaitKind = WaitKind.EVENT
) -> int:
    """Let every wait with this key end; return how many there were.

    Args:
        key: What a program's `{"event": key}` or an activity's `Later(key=…)` named.
        payload: The values that come with it. A wait of an activity (`WaitKind.TASK`) takes
            `{"status": "success", "result": {…}}`, or `"error"` with a `kind` and `message`.
        kind: Of the waits that are meant.
    """
    waits = Wait.objects.filter(key=key, kind=kind, is_fired=False)
    return _fire_all(waits, payload or {})


@transaction.atomic
def command(run: Run, name: str, *, actor: Actor, payload: Mapping[str, Any] | None = None) -> None:
    """Give a command to the state a run is in.

    Raises:
        PermissionRefused: the actor may not automate the record.
        NobodyWaits: the state does not know the command.
    """
    require_automating(actor, run.item, run.version.program.name)
    waits = Wait.objects.filter(run=run, key=name, kind=WaitKind.COMMAND, is_fired=False)
    if not _fire_all(waits, {"by": actor.user_id, **(payload or {})}):
        raise NobodyWaits(_("The run does not wait for this command."))


@transaction.atomic
def record_changed(item_id: int) -> int:
    """Tell runs that wait for a date or a condition of a record; return how many there were.

    Called in the transaction of the change; the next turn looks at the record again.
    """
    follows = Q(kind__in=[WaitKind.FIELD, WaitKind.CONDITION], is_fired=False)
    return _fire_all(Wait.objects.filter(follows, run__item_id=item_id), {"changed": True})


def cancel_run(run: Run, *, actor: Actor, reason: str = "", expected: int | None = None) -> Run:
    """End a run for good; what it waits for is forgotten, what it has not sent is dropped.

    Raises:
        PermissionRefused: the actor may not automate the record.
        RunRefused: it has ended.
    """
    return steer(run, LineKind.CANCELLED, actor=actor, reason=reason, expected=expected)


def pause_run(run: Run, *, actor: Actor, reason: str = "", expected: int | None = None) -> Run:
    """Let a run stand still; what comes meanwhile is kept.

    Raises:
        PermissionRefused: the actor may not automate the record.
        RunRefused: it has ended, failed or is paused.
    """
    return steer(run, LineKind.PAUSED, actor=actor, reason=reason, expected=expected)


def resume_run(run: Run, *, actor: Actor, reason: str = "", expected: int | None = None) -> Run:
    """Let a paused run go on.

    Raises:
        PermissionRefused: the actor may not automate the record.
        RunRefused: it is not paused.
    """
    return steer(run, LineKind.RESUMED, actor=actor, reason=reason, expected=expected)


def retry_run(run: Run, *, actor: Actor, reason: str = "", expected: int | None = None) -> Run:
    """Let a failed run go on with the step that failed.

    Raises:
        PermissionRefused: the actor may not automate the record.
        RunRefused: it has not failed, or it was stopped for going round in circles.
    """
    return steer(run, LineKind.RETRIED, actor=actor, reason=reason, expected=expected)


def _fire_all(waits: Any, payload: Mapping[str, Any]) -> int:
    """Fire waits, in the order of their runs: locks are taken so everywhere."""
    now = clock.now()
    found = list(waits.order_by("run_id", "number").values_list("run_id", "number"))
    fired = sum(store.fire(run_id, number, plain(payload), now) for run_id, number in found)
    if fired:
        nudge()
    return fired
