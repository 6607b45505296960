"""What roles may do on types, pipelines and stages, where it is part of configuring them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models, transaction

from accounts import access, grants
from accounts.actions.grants import require_administrator
from accounts.actor import Actor
from accounts.choices import Action, Scope
from accounts.models import Role
from smart_processes.models import Item, Pipeline, RecordType, Stage

Change = tuple[models.Model, Action, Scope | None]


@transaction.atomic
def set_type_grants(role: Role, changes: Iterable[Change], *, actor: Actor) -> None:
    """Set cells of a role's matrix on types, pipelines and stages.

    Who may configure says so for types that hold no records yet, because making a type
    includes saying who works with it; everything else is an administrator's.

    Raises:
        PermissionRefused: the actor is neither.
    """
    cells = list(changes)
    rights = access.fresh(actor)
    types = {_type_id(target) for target, _action, _scope in cells}
    if rights.may_configure and not Item._base_manager.filter(type__in=types).exists():
        grants.write_cells(role, cells)
        return
    require_administrator(actor)
    grants.write_cells(role, cells)


def _type_id(target: models.Model) -> int:
    if isinstance(target, Stage):
        return target.pipeline.type_id
    if isinstance(target, Pipeline):
        return target.type_id
    if isinstance(target, RecordType):
        return target.pk
    raise TypeError(f"nothing is granted on {target!r} here")
