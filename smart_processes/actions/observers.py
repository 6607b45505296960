"""Who watches a record."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.models import User
from smart_processes import history, schema
from smart_processes.actions.stages import lock
from smart_processes.choices import EntryKind
from smart_processes.models import Item, ItemObserver


@transaction.atomic
def add_observer(record: Item, user: User, *, actor: Actor) -> bool:
    """Let somebody watch, and therefore read, a record; return False when already so.

    Raises:
        RecordMissing, PermissionRefused: gone, or not the actor's to change.
    """
    locked = _permitted(record, actor, Action.CHANGE)
    _row, made = ItemObserver.objects.get_or_create(item_id=locked.pk, user=user)
    if made:
        history.write(
            locked,
            EntryKind.OBSERVER_ADDED,
            actor=actor,
            at=timezone.now(),
            body={"user": user.pk},
        )
    return made


@transaction.atomic
def remove_observer(record: Item, user: User, *, actor: Actor) -> bool:
    """Let somebody watch a record no longer; return False when nobody was.

    Everybody may stop watching themselves.

    Raises:
        RecordMissing, PermissionRefused: gone, or not the actor's to change.
    """
    is_own = user.pk == actor.user_id
    locked = _permitted(record, actor, Action.VIEW if is_own else Action.CHANGE)
    removed, _by_model = ItemObserver.objects.filter(item_id=locked.pk, user=user).delete()
    if removed:
        history.write(
            locked,
            EntryKind.OBSERVER_REMOVED,
            actor=actor,
            at=timezone.now(),
            body={"user": user.pk},
        )
    return bool(removed)


def _permitted(record: Item, actor: Actor, action: Action) -> Item:
    locked = lock(record.pk)
    rights = access.fresh(actor)
    pipeline = schema.load(rights.schema_stamp).pipelines[locked.pipeline_id]
    access.require(rights, action, locked, pipeline)
    return locked
