"""Adding, changing and deleting triggers."""

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
from accounts.models import Stamp
from automation.models import Trigger
from automation.runtime import clock
from automation.trigger_checks import check_trigger
from smart_processes.actions.configuring import assign, begin, refuse
from smart_processes.history import person_of
from smart_processes.models import Stage

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
        name: What people call it.
        actor: Who configures.
        attributes: `code` and those of `CHANGEABLE`.

    Raises:
        PermissionRefused: the actor may not configure.
        ConfigurationRefused: something about it is wrong; `params["errors"]` says what.
    """
    begin(actor)
    now = clock.now()
    trigger = Trigger(
        pipeline_id=stage.pipeline_id,
        stage=stage,
        kind=kind,
        name=name,
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
    begin(actor)
    locked = Trigger.objects.select_for_update(of=("self",)).get(pk=trigger.pk)
    changed = assign(locked, changes, CHANGEABLE)
    if changed:
        if locked.stage.pipeline_id != locked.pipeline_id:
            refuse({"stage": _("The stage belongs to another pipeline.")})
        check_trigger(locked, actor)
        locked.checked_until = clock.now()
        locked.save()
        renew(actor)
    return locked


@transaction.atomic
def delete_trigger(trigger: Trigger, *, actor: Actor) -> None:
    """Delete a trigger; what it decided stays readable.

    Raises:
        PermissionRefused: the actor may not configure.
    """
    begin(actor)
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
        PermissionRefused: the actor may not configure.
    """
    begin(actor)
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
