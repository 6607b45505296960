"""What roles were granted: rows read and written through guardian, and nothing else.

The apps above say at start which models carry grants (`register`); guardian finds the
direct-foreign-key table of each by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Value
from guardian.utils import get_group_obj_perms_model

from accounts.choices import Action, Scope
from accounts.models import Role

_TARGETS: dict[str, type[models.Model]] = {}


@dataclass(frozen=True)
class Cell:
    """One entry of a role's matrix: on this target, this action reaches this far."""

    role_id: int
    target: str  # a registered name: "type", "pipeline", "stage"
    target_id: int
    action: Action
    scope: Scope


def register(target: str, model: type[models.Model]) -> None:
    """Let roles be granted something on this model; called once when the app is ready."""
    _TARGETS[target] = model


def targets() -> Mapping[str, type[models.Model]]:
    """Return the registered models by name."""
    return _TARGETS


def read_cells(role_ids: Iterable[int]) -> list[Cell]:
    """Return every cell of these roles (one query over the registered tables)."""
    ids = list(role_ids)
    if not ids or not _TARGETS:
        return []
    queries = [
        _table(model)
        .objects.filter(group_id__in=ids)
        .annotate(target=Value(name))
        .values_list("group_id", "target", "content_object_id", "permission__codename")
        for name, model in _TARGETS.items()
    ]
    rows = queries[0].union(*queries[1:], all=True) if len(queries) > 1 else queries[0]
    return [_cell(*row) for row in rows]


@transaction.atomic
def write_cell(role: Role, target: models.Model, action: Action, scope: Scope | None) -> None:
    """Set what a role's action reaches on a type, pipeline or stage.

    Args:
        role: Whose matrix changes.
        target: An instance of a registered model.
        action: One of the model's actions.
        scope: How far; None removes the cell, so that the less specific one holds again.
    """
    write_cells(role, [(target, action, scope)])


@transaction.atomic
def write_cells(role: Role, cells: Iterable[tuple[models.Model, Action, Scope | None]]) -> None:
    """Set many cells of one role (two statements per changed cell)."""
    for target, action, scope in cells:
        table = _table(type(target))
        permissions = _permissions(type(target))
        of_action = [permissions[f"{action.value}_{each.code}"] for each in Scope]
        wanted = None if scope is None else permissions[f"{action.value}_{scope.code}"]
        present = table.objects.filter(
            group_id=role.pk, content_object_id=target.pk, permission_id__in=of_action
        )
        if list(present.values_list("permission_id", flat=True)) == [wanted]:
            continue
        present.delete()
        if wanted is not None:
            table.objects.create(
                group_id=role.pk, content_object_id=target.pk, permission_id=wanted
            )


def _table(model: type[models.Model]) -> Any:
    """Return the direct-foreign-key table of a model's grants; guardian finds it."""
    return get_group_obj_perms_model(cast("Any", model))


def _permissions(model: type[models.Model]) -> dict[str, int]:
    content_type = ContentType.objects.get_for_model(model)
    return dict(Permission.objects.filter(content_type=content_type).values_list("codename", "pk"))


def _cell(role_id: int, target: str, target_id: int, codename: str) -> Cell:
    action, _, scope = codename.partition("_")
    return Cell(role_id, target, target_id, Action(action), Scope.from_code(scope))


def model_name(target: models.Model) -> str:
    """Return the registered name of an instance's model.

    Raises:
        KeyError: nothing is granted on such a model.
    """
    names: dict[Any, str] = {model: name for name, model in _TARGETS.items()}
    return names[type(target)]
