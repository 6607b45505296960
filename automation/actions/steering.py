"""What people do to runs while they run: one, or many at once, by one path."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import AccountsRefusal
from automation.actions.programs import require_configuring
from automation.engine.journal import LineKind
from automation.exceptions import AutomationRefusal
from automation.known_people import name_of
from automation.models import Run
from automation.runtime.steering import Deed, Details, steer_all
from smart_processes.models import Item
from smart_processes.schema import schema_for


@dataclass
class Outcome:
    """What became of many runs.

    Attributes:
        done: Ids of those that it was done to.
        refused: Why not, by id.
    """

    done: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


@transaction.atomic
def steer(
    run: Run,
    kind: LineKind,
    *,
    actor: Actor,
    reason: str = "",
    expected: int | None = None,
    details: Details | None = None,
) -> Run:
    """Do something to one run; return it as it is then.

    Args:
        run: The run.
        kind: What is done.
        actor: Who does it.
        reason: Why; it stands in the journal.
        expected: The last line of its journal that the person saw; None: whatever it is.
        details: What the kind needs beside that.

    Raises:
        PermissionRefused: the actor may not automate the record.
        RunRefused: it does not fit the run; `RunStale`: not any more.
    """
    require_automating(actor, run.item, run.version.program.name)
    deed = _deed(kind, actor, reason, expected)
    refused = steer_all([run.pk], deed, details=details)
    if refused:
        raise refused[run.pk]
    return Run.objects.select_related("version__program", "item").get(pk=run.pk)


@transaction.atomic
def steer_each(
    run_ids: Collection[int],
    kind: LineKind,
    *,
    actor: Actor,
    reason: str = "",
    details: Details | None = None,
) -> Outcome:
    """Do the same to many runs: to those that it fits, and that the actor may automate.

    They stay locked until the transaction ends: some dozens at a time (five statements).
    """
    found = Run.objects.select_related("version__program", "item").in_bulk(list(run_ids))
    refused = refused_for(actor, found.values())
    refused |= steer_all(
        [run_id for run_id in run_ids if run_id not in refused],
        _deed(kind, actor, reason, None),
        details=details,
    )
    done = [run_id for run_id in run_ids if run_id not in refused]
    return Outcome(done, {run_id: each.message for run_id, each in refused.items()})


def refused_for(
    actor: Actor, runs: Iterable[Run]
) -> dict[int, AutomationRefusal | AccountsRefusal]:
    """Return which runs the actor may not steer and why; their records are loaded (no query)."""
    refused: dict[int, AutomationRefusal | AccountsRefusal] = {}
    for run in runs:
        try:
            require_automating(actor, run.item, run.version.program.name)
        except AccountsRefusal as refusal:
            refused[run.pk] = refusal
    return refused


def require_automating(actor: Actor, item: Item | None, subject: str) -> None:
    """Refuse who may not automate the record; without one, who may not configure.

    Raises:
        PermissionRefused: always then.
    """
    if item is None:
        require_configuring(actor, subject)
        return
    rights = access.of(actor)
    pipeline = schema_for(actor).pipelines[item.pipeline_id]
    access.require(rights, Action.AUTOMATE, item, pipeline)


def the_same(**details: Any) -> Details:
    """Return details that are the same for each run."""

    def given(runs: Sequence[Any]) -> Mapping[int, Mapping[str, Any]]:
        return {run.id: details for run in runs}

    return given


def _deed(kind: LineKind, actor: Actor, reason: str, expected: int | None) -> Deed:
    name = name_of(actor)
    message = f"{name}: {reason}" if reason else name
    return Deed(kind, message, {"by": actor.user_id, "reason": reason}, expected)
