"""Adding, changing, moving, copying and deleting triggers of stages.

All need the right to automate all records of the pipeline, or to configure: a trigger moves
any record, usually with the system's rights.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import access, stamps
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from accounts.models import Stamp
from automation.actions.robots import may_automate
from automation.models import Trigger
from automation.runtime import clock
from automation.trigger_checks import WEBHOOK, check_trigger, kind_label
from smart_processes.actions.configuring import assign, refuse
from smart_processes.history import person_of
from smart_processes.models import Pipeline, Stage
from smart_processes.schema import schema_for

CHANGEABLE = frozenset(
    {
        *("stage", "position", "name", "is_active", "kind", "params", "condition"),
        *("may_move_back", "is_moving", "runs_as"),
    }
)


@transaction.atomic
def add_trigger(stage: Stage, kind: str, name: str, *, actor: Actor, **attributes: Any) -> Trigger:
    """Add a trigger to a stage.

    Args:
        stage: Where records go.
        kind: A code of `automation.triggers`.
        name: What people call it; empty: as its kind is called.
        actor: Who adds it; its owner.
        attributes: `code` and those of `CHANGEABLE`.

    Raises:
        PermissionRefused: the actor may neither automate the pipeline nor configure.
        ConfigurationRefused: something about it is wrong; `params["errors"]` says what, and
            `params["problems"]` where in its parameters and condition.
    """
    _begin(stage.pipeline_id, actor)
    _refuse_retired(stage)
    now = clock.now()
    trigger = Trigger(
        pipeline_id=stage.pipeline_id,
        stage=stage,
        kind=kind,
        name=_named(name, kind),
        code=attributes.pop("code", "") or f"{kind}_{uuid.uuid4().hex[:8]}",
        position=attributes.pop("position", Trigger.objects.filter(stage=stage).count()),
        created_by_id=person_of(actor),
        created_at=now,
        checked_until=now,
    )
    assign(trigger, attributes, CHANGEABLE)
    check_trigger(trigger, actor)
    trigger.save(force_insert=True)
    renew(actor)
    return trigger


@transaction.atomic
def change_trigger(trigger: Trigger, changes: Mapping[str, Any], *, actor: Actor) -> Trigger:
    """Change a trigger; what has happened already is judged by what it is then.

    Raises:
        PermissionRefused, ConfigurationRefused: as `add_trigger`.
    """
    _begin(trigger.pipeline_id, actor)
    locked = Trigger.objects.select_for_update(of=("self",)).get(pk=trigger.pk)
    if "name" in changes:
        kind = changes.get("kind", locked.kind)
        changes = {**changes, "name": _named(changes["name"], kind)}
    changed = assign(locked, changes, CHANGEABLE)
    if changed:
        if locked.stage.pipeline_id != locked.pipeline_id:
            refuse({"stage": _("The stage belongs to another pipeline.")})
        if "stage" in changed:
            _refuse_retired(locked.stage)
        if changed != ["is_active"] or locked.is_active:
            check_trigger(locked, actor)
        locked.checked_until = clock.now()
        locked.save()
        renew(actor)
    return locked


@transaction.atomic
def move_trigger(
    trigger: Trigger, stage: Stage, *, actor: Actor, position: int | None = None
) -> Trigger:
    """Move a trigger to another place, also in another stage of its pipeline.

    Args:
        trigger: The trigger.
        stage: Where records go from now on.
        actor: Who moves it.
        position: Its place among the triggers of the stage, from 0; default: last.

    Raises:
        PermissionRefused, ConfigurationRefused: as `add_trigger`.
    """
    moved = change_trigger(trigger, {"stage": stage}, actor=actor)
    others = list(Trigger.objects.filter(stage=stage).exclude(pk=moved.pk))
    others.insert(len(others) if position is None else max(position, 0), moved)
    for place, each in enumerate(others):
        each.position = place
    Trigger.objects.bulk_update(others, ["position"])
    renew(actor)
    return moved


@transaction.atomic
def copy_trigger(
    trigger: Trigger, stage: Stage, *, actor: Actor, position: int | None = None
) -> Trigger:
    """Add a copy of a trigger to a stage; a webhook's copy has an address of its own.

    It has no secret: nobody is let in before it is given one.

    Raises:
        PermissionRefused, ConfigurationRefused: as `add_trigger`.
    """
    read = Trigger.objects.get(pk=trigger.pk)
    kept = CHANGEABLE - {"stage", "position", "kind", "name"}
    attributes = {name: getattr(read, name) for name in kept}
    made = add_trigger(stage, read.kind, read.name, actor=actor, **attributes)
    return move_trigger(made, stage, actor=actor, position=position)


@transaction.atomic
def delete_trigger(trigger: Trigger, *, actor: Actor) -> None:
    """Delete a trigger; what it decided stays readable.

    Raises:
        PermissionRefused: the actor may neither automate the pipeline nor configure.
    """
    _begin(trigger.pipeline_id, actor)
    Trigger.objects.filter(pk=trigger.pk).delete()
    renew(actor)


@transaction.atomic
def new_secret(trigger: Trigger, *, actor: Actor, secret: str = "") -> str:
    """Give a webhook a secret and return it: the one time that anybody sees it.

    Args:
        trigger: The webhook; the old secret opens nothing any more.
        actor: Who configures.
        secret: One that is agreed upon already; default: a random one.

    Raises:
        PermissionRefused: the actor may neither automate the pipeline nor configure.
        ConfigurationRefused: it is no webhook.
    """
    _begin(trigger.pipeline_id, actor)
    if trigger.kind != WEBHOOK:
        refuse({"": _("Only an incoming webhook has a secret.")})
    secret = secret or secrets.token_urlsafe(32)
    Trigger.objects.filter(pk=trigger.pk).update(secret_hash=hash_secret(secret))
    return secret


def hash_secret(secret: str) -> str:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def renew(actor: Actor) -> None:
    """Let every process read the triggers anew."""
    Stamp.objects.update_or_create(name=stamps.SCHEMA, defaults={"value": uuid.uuid4().hex})
    actor.access_memo = access.fresh(actor)


def _begin(pipeline_id: int, actor: Actor) -> None:
    """Check the right, and lock the pipeline against other changes."""
    rights = access.fresh(actor)
    pipeline = schema_for(actor).pipelines[pipeline_id]
    if not (rights.may_configure or may_automate(rights, pipeline)):
        raise PermissionRefused(Action.AUTOMATE, pipeline.pipeline.name)
    Pipeline.objects.select_for_update().get(pk=pipeline_id)


def _refuse_retired(stage: Stage) -> None:
    if stage.retired_at is not None:
        refuse({"stage": _("The stage “%(stage)s” is gone.") % {"stage": stage.name}})


def _named(name: str, kind: str) -> str:
    """Return a name: the one there is, or that of the kind."""
    return " ".join(name.split()) or kind_label(kind)
