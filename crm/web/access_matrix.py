"""The matrix of one role: rows of types, pipelines and stages with a cell for each action.

What a cell reaches is asked of `accounts.access`, so the page cannot differ from the doors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext as _

from accounts import grants
from accounts.access import Grants, PipelineRef, StageRef
from accounts.choices import Action, Scope
from accounts.models import Role
from smart_processes.models import Stage
from smart_processes.models.grants import STAGE_ACTIONS
from smart_processes.schema import PipelineSchema, Schema, TypeSchema

# Automation has no page yet; the grant is set where the pages are that obey it.
SHOWN_ACTIONS = tuple(action for action in Action if action != Action.AUTOMATE)
INHERITED = "inherit"
STYLES = {
    Scope.NONE: "none",
    Scope.OWN: "own",
    Scope.DEPARTMENT: "dept",
    Scope.SUBTREE: "sub",
    Scope.OPENED: "sub",
    Scope.ALL: "all",
}


@dataclass
class MatrixCell:
    """One cell: a select whose name says the target and the action.

    Attributes:
        shown: What stands on the cell instead of the chosen option; "" for that option.
        differs: Whether something below reaches elsewhere than this.
    """

    name: str
    label: str
    chosen: str
    scope: Scope
    options: list[tuple[str, str]]
    differs: bool = False

    @property
    def style(self) -> str:
        """The classes of the pill."""
        if self.differs:
            return "mixed"
        return f"{STYLES[self.scope]}{' is-inherited' if self.chosen == INHERITED else ''}"

    @property
    def shown(self) -> str:
        """The word on the pill where it is not the chosen option's."""
        if self.differs:
            return _("Differs")
        return str(self.scope.label) if self.chosen == INHERITED else ""


@dataclass
class MatrixRow:
    """A type, a pipeline or a stage with its cells; None where the action has no meaning."""

    key: str
    title: str
    level: int
    hue: str
    icon: str = ""
    parent: str = ""
    has_children: bool = False
    cells: list[MatrixCell | None] = field(default_factory=list)


@dataclass(frozen=True)
class _AnyPipeline:
    """A type's pipelines as far as nothing is said about one of them."""

    type_id: int
    pk: int = 0
    all_stages: Sequence[StageRef] = ()


class Matrix:
    """The cells of one role, and what they come to."""

    def __init__(self, role: Role) -> None:
        """Read the role's cells (one query)."""
        self.role = role
        self.stored = {
            (c.target, c.target_id, c.action): c.scope for c in grants.read_cells([role.pk])
        }
        cells = {(role.pk, *key): scope for key, scope in self.stored.items()}
        self.grants = Grants((role.pk,), cells, (), ())

    def rows(self, schema: Schema) -> Iterator[MatrixRow]:
        """Yield the rows in the order of the menu, each before those below it."""
        for type_schema in schema.types.values():
            yield from self._type_rows(type_schema)

    def chosen(self, target: str, target_id: int, action: Action) -> Scope | None:
        """Return what a cell itself says; None: as above."""
        return self.stored.get((target, target_id, action))

    def _type_rows(self, type_schema: TypeSchema) -> list[MatrixRow]:
        kind = type_schema.type
        key = f"type-{kind.pk}"
        below = [
            row
            for pipeline in (type_schema.pipelines if kind.has_stages else ())
            for row in self._pipeline_rows(pipeline, key)
        ]
        first = MatrixRow(
            key=key,
            title=kind.name_many,
            level=0,
            hue=kind.hue,
            icon=kind.icon,
            has_children=bool(below),
            cells=self._cells("type", kind, _AnyPipeline(kind.pk), None),
        )
        _mark_differences(first, below)
        return [first, *below]

    def _pipeline_rows(self, pipeline: PipelineSchema, parent: str) -> list[MatrixRow]:
        row = pipeline.pipeline
        key = f"pipeline-{row.pk}"
        below = [
            MatrixRow(
                key=f"stage-{stage.pk}",
                title=stage.name,
                level=2,
                hue=stage.hue,
                parent=key,
                cells=self._cells("stage", stage, pipeline, stage),
            )
            for stage in pipeline.stages
        ]
        first = MatrixRow(
            key=key,
            title=row.name,
            level=1,
            hue=row.hue,
            parent=parent,
            has_children=True,
            cells=self._cells("pipeline", row, pipeline, None),
        )
        _mark_differences(first, below)
        return [first, *below]

    def _cells(
        self,
        target: str,
        instance: models.Model,
        pipeline: PipelineRef,
        stage: Stage | None,
    ) -> list[MatrixCell | None]:
        return [
            None
            if target == "stage" and action not in STAGE_ACTIONS
            else self._cell(target, instance, action, pipeline, stage)
            for action in SHOWN_ACTIONS
        ]

    def _cell(
        self,
        target: str,
        instance: models.Model,
        action: Action,
        pipeline: PipelineRef,
        stage: Stage | None,
    ) -> MatrixCell:
        own = self.chosen(target, instance.pk, action)
        options = [(scope.code, str(scope.label)) for scope in Scope]
        may_inherit = target != "type" or action == Action.MOVE
        if may_inherit:
            as_above = _("As “Change”") if target == "type" else _("As above")
            options.insert(0, (INHERITED, as_above))
        scope = self.grants.scope_of_role(self.role.pk, action, pipeline, stage)
        return MatrixCell(
            name=f"{target}:{instance.pk}:{action.value}",
            label=f"{instance}, {action.label}",
            chosen=INHERITED if own is None and may_inherit else scope.code,
            scope=scope,
            options=options,
        )


def _mark_differences(row: MatrixRow, below: Sequence[MatrixRow]) -> None:
    for place, cell in enumerate(row.cells):
        lower = [each.cells[place] for each in below]
        if cell is not None and any(one is not None and one.scope != cell.scope for one in lower):
            cell.differs = True
