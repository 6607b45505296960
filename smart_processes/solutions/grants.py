"""Grants in solution files: `deal/sales/WON` -> action -> scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from accounts import grants
from accounts.actor import Actor
from accounts.choices import Action, Scope
from accounts.models import Role
from smart_processes.actions.configuring import refuse
from smart_processes.actions.type_grants import set_type_grants
from smart_processes.models import Pipeline, RecordType, Stage
from smart_processes.solutions.document import Path
from smart_processes.solutions.registry import Step

GRANTED = 70
INHERIT = "inherit"

Matrix = dict[str, dict[str, str]]


def read_matrices(types: Collection[str] | None = None) -> dict[str, Matrix]:
    """Return role code -> target -> action -> scope, for all types or some."""
    targets = _targets(types)
    roles = {role.pk: role.code for role in Role._base_manager.all()}
    cells: dict[str, dict[str, dict[Action, str]]] = defaultdict(lambda: defaultdict(dict))
    for cell in grants.read_cells(roles):
        name = targets.get((cell.target, cell.target_id))
        if name is not None:
            cells[roles[cell.role_id]][name][cell.action] = cell.scope.code
    return {
        role: {
            target: {action.value: found[action] for action in Action if action in found}
            for target, found in sorted(matrix.items())
        }
        for role, matrix in cells.items()
    }


def grant_steps(entry: Mapping[str, Any], stored: Matrix, path: Path) -> Iterator[Step]:
    """Yield the step for the matrix of one role."""
    sentences: list[str] = []
    wanted: list[tuple[str, Action, Scope | None]] = []
    for target, actions in entry.get("grants", {}).items():
        for action, scope in actions.items():
            current = stored.get(target, {}).get(action, INHERIT)
            if current != scope:
                sentences.append(
                    _("%(role)s: %(action)s on %(target)s: %(current)s → %(scope)s")
                    % {
                        "role": entry["code"],
                        "action": action,
                        "target": target,
                        "current": current,
                        "scope": scope,
                    }
                )
                reach = None if scope == INHERIT else Scope.from_code(scope)
                wanted.append((target, Action(action), reach))
    if not wanted:
        return

    def run(actor: Actor) -> None:
        role = Role._base_manager.get(code=entry["code"])
        changes = [(_target(name), action, scope) for name, action, scope in wanted]
        set_type_grants(role, changes, actor=actor)

    yield Step(GRANTED, (*path, "grants"), tuple(sentences), run)


def _target(name: str) -> models.Model:
    """Return what a target names.

    Raises:
        ConfigurationRefused: there is no such type, pipeline or stage.
    """
    type_code, _slash, rest = name.partition("/")
    pipeline_code, _slash, stage_code = rest.partition("/")
    found: models.Model | None
    if stage_code:
        stages = Stage.objects.filter(pipeline__type__code=type_code, pipeline__code=pipeline_code)
        found = stages.filter(code=stage_code).first()
    elif pipeline_code:
        found = Pipeline.objects.filter(type__code=type_code, code=pipeline_code).first()
    else:
        found = RecordType.objects.filter(code=type_code).first()
    if found is None:
        refuse({"": _("There is no type, pipeline or stage “%(name)s”.") % {"name": name}})
    return found


def _targets(types: Collection[str] | None) -> dict[tuple[str, int], str]:
    """Return (kind, id) -> name of everything that is granted on; retired stages are not."""
    chosen = RecordType.objects.all()
    if types is not None:
        chosen = chosen.filter(code__in=types)
    names = {("type", pk): code for pk, code in chosen.values_list("pk", "code")}
    pipelines = Pipeline.objects.filter(type__in=chosen).values_list("pk", "type__code", "code")
    names |= {("pipeline", pk): f"{type_code}/{code}" for pk, type_code, code in pipelines}
    stages = Stage.objects.filter(pipeline__type__in=chosen, retired_at=None).values_list(
        "pk", "pipeline__type__code", "pipeline__code", "code"
    )
    return names | {("stage", pk): f"{t}/{pipeline}/{code}" for pk, t, pipeline, code in stages}
