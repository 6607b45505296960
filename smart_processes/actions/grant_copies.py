"""Giving a new pipeline the grants of another one."""

from __future__ import annotations

from collections import defaultdict

from django.db import models

from accounts import grants
from accounts.choices import Action, Scope
from accounts.models import Role
from smart_processes.models import Pipeline


def copy_grants(source: Pipeline, target: Pipeline) -> None:
    """Grant every role on `target` what it has on `source`, and on stages of the same code."""
    targets: dict[tuple[str, int], models.Model] = {("pipeline", source.pk): target}
    stages = {stage.code: stage for stage in target.stages.all()}
    for stage in source.stages.all():
        if stage.code in stages:
            targets["stage", stage.pk] = stages[stage.code]
    roles = {role.pk: role for role in Role._base_manager.all()}
    cells: dict[int, list[tuple[models.Model, Action, Scope | None]]] = defaultdict(list)
    for cell in grants.read_cells(roles):
        if (cell.target, cell.target_id) in targets:
            place = targets[cell.target, cell.target_id]
            cells[cell.role_id].append((place, cell.action, cell.scope))
    for role_id, rows in cells.items():
        grants.write_cells(roles[role_id], rows)
