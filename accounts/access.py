"""What somebody may do: the one door, and one SQL predicate for it.

The predicate reads only `pipeline_id`, `stage`, `responsible_id` and `opened`, so the
same condition filters records and the counter table; lists, counts, sums, search, export
and live events cannot disagree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from django.db.models import Q, QuerySet, Subquery
from django.utils.translation import gettext

from accounts import grants, stamps
from accounts.actor import Actor
from accounts.choices import Action, ActorKind, Scope
from accounts.exceptions import PermissionRefused
from accounts.models import Role, RoleAssignment, Stamp, User
from accounts.org_tree import OrgTree, org_tree

NOTHING = Q(pk__in=[])

# Beyond this many, the observed records are asked for inside the query, not listed in it.
OBSERVED_LIST_LIMIT = 1000


class StageRef(Protocol):
    """A stage, as far as permissions are concerned."""

    @property
    def pk(self) -> int: ...
    @property
    def code(self) -> str: ...


class PipelineRef(Protocol):
    """A pipeline with its stages, as far as permissions are concerned."""

    @property
    def pk(self) -> int: ...
    @property
    def type_id(self) -> int: ...
    @property
    def all_stages(self) -> Sequence[StageRef]: ...


class RecordRef(Protocol):
    """A record, as far as permissions are concerned."""

    @property
    def pk(self) -> int: ...
    @property
    def stage(self) -> str: ...
    @property
    def responsible_id(self) -> int | None: ...
    @property
    def opened(self) -> bool: ...


# Given by the app that keeps observers: the query of record ids that a user id watches.
ObservedRecords = Callable[[int], "QuerySet[Any, int]"]
_observed_records: list[ObservedRecords] = []


def use_observers(source: ObservedRecords) -> None:
    """Say where observed records are read from; called once when the app is ready."""
    _observed_records[:] = [source]


@dataclass(frozen=True)
class Grants:
    """The matrices of one person's roles and the people around the person; cached."""

    roles: tuple[int, ...]
    cells: dict[tuple[int, str, int, Action], Scope]
    department_people: tuple[int, ...]
    subtree_people: tuple[int, ...]
    may_configure: bool = False

    def scope_of_role(
        self, role_id: int, action: Action, pipeline: PipelineRef, stage: StageRef | None
    ) -> Scope:
        """Return how far one role reaches: the most specific cell holds.

        A role without any cell for bringing records into a stage may bring there what
        it may change.
        """
        places = [("pipeline", pipeline.pk), ("type", pipeline.type_id)]
        if stage is not None:
            places.insert(0, ("stage", stage.pk))
        for target, target_id in places:
            found = self.cells.get((role_id, target, target_id, action))
            if found is not None:
                return found
        if action == Action.MOVE:
            return self.scope_of_role(role_id, Action.CHANGE, pipeline, stage)
        return Scope.NONE

    def scope(self, action: Action, pipeline: PipelineRef, stage: StageRef | None = None) -> Scope:
        """Return how far the best of the roles reaches."""
        return max(
            (self.scope_of_role(role, action, pipeline, stage) for role in self.roles),
            default=Scope.NONE,
        )


@dataclass
class Access:
    """What one actor may do, as of one moment.

    Attributes:
        user_id: Whose rights these are; None when nobody's (the system).
        is_unlimited: True for the system and for superusers.
        is_active: False for people who left: they may do nothing.
        schema_stamp: The configuration's version, read in the same query.
    """

    user_id: int | None
    is_unlimited: bool
    is_active: bool
    schema_stamp: str
    grants: Grants
    _observed: list[int] | None = field(default=None, repr=False)

    def scope(self, action: Action, pipeline: PipelineRef, stage: StageRef | None = None) -> Scope:
        """Return how far an action reaches in a pipeline, or in one of its stages."""
        if not self.is_active:
            return Scope.NONE
        if self.is_unlimited:
            return Scope.ALL
        return self.grants.scope(action, pipeline, stage)

    @property
    def may_configure(self) -> bool:
        """Whether the actor may change types, fields, pipelines and stages."""
        return self.is_active and (self.is_unlimited or self.grants.may_configure)

    def may_somewhere(self, action: Action, pipelines: Iterable[PipelineRef]) -> bool:
        """Return whether the action reaches anything at all in any of the pipelines."""
        return any(
            self.scope(action, pipeline, stage) > Scope.NONE
            for pipeline in pipelines
            for stage in (None, *pipeline.all_stages)
        )

    def may(
        self,
        action: Action,
        record: RecordRef,
        pipeline: PipelineRef,
        *,
        stage: StageRef | None = None,
    ) -> bool:
        """Return whether the action may be done to one record.

        Args:
            action: What is to be done.
            record: The record as it is now.
            pipeline: The record's pipeline.
            stage: The stage that counts; default: the one the record stands in. For
                `Action.MOVE` pass the target.
        """
        if stage is None:
            stage = next((s for s in pipeline.all_stages if s.code == record.stage), None)
        scope = self.scope(action, pipeline, stage)
        if self.reaches(scope, record):
            return True
        return action == Action.VIEW and self.is_active and self.observes(record.pk)

    def predicate(self, action: Action, pipelines: Sequence[PipelineRef]) -> Q:
        """Return what is true for the records, and the counter rows, the action reaches.

        Observers are not in it: counter rows do not know them. `visible` adds them.
        """
        by_scope: dict[Scope, list[int]] = defaultdict(list)
        parts: list[Q] = []
        for pipeline in pipelines:
            general = self.scope(action, pipeline)
            special = {
                stage.code: scope
                for stage in pipeline.all_stages
                if (scope := self.scope(action, pipeline, stage)) != general
            }
            if not special:
                by_scope[general].append(pipeline.pk)
                continue
            here = Q(pipeline_id=pipeline.pk)
            if general:
                parts.append(here & ~Q(stage__in=sorted(special)) & self._condition(general))
            for scope in sorted(set(special.values())):
                if scope:
                    codes = sorted(code for code, own in special.items() if own == scope)
                    parts.append(here & Q(stage__in=codes) & self._condition(scope))
        for scope, ids in by_scope.items():
            if scope:
                here = Q(pipeline_id=ids[0]) if len(ids) == 1 else Q(pipeline_id__in=ids)
                parts.append(here & self._condition(scope))
        return _any(parts)

    def visible(self, action: Action, pipelines: Sequence[PipelineRef]) -> Q:
        """Return the predicate for records; watched records are added to what may be read."""
        reached = self.predicate(action, pipelines)
        if action != Action.VIEW or self.is_unlimited or self.user_id is None:
            return reached
        watched = self.observed()
        if watched is None:
            return reached
        return reached | (watched & Q(pipeline_id__in=[p.pk for p in pipelines]))

    def observed(self) -> Q | None:
        """Return what is true for watched records, or None when nothing is watched."""
        ids = self._observed_ids()
        if not ids or not self.is_active:
            return None
        if len(ids) > OBSERVED_LIST_LIMIT and self.user_id is not None:
            return Q(pk__in=_observed_records[0](self.user_id))
        return Q(pk__in=ids)

    def _observed_ids(self) -> list[int]:
        if self._observed is None:
            if self.user_id is None or not _observed_records:
                self._observed = []
            else:
                watched = _observed_records[0](self.user_id)
                self._observed = list(watched[: OBSERVED_LIST_LIMIT + 1])
        return self._observed

    def observes(self, record_id: int) -> bool:
        """Return whether the actor watches the record."""
        ids = self._observed_ids()
        if len(ids) <= OBSERVED_LIST_LIMIT or self.user_id is None:
            return record_id in ids
        return record_id in _observed_records[0](self.user_id).filter(item_id=record_id)

    def _condition(self, scope: Scope) -> Q:
        if scope == Scope.ALL:
            return Q()
        if scope == Scope.OWN:
            return Q(responsible_id=self.user_id)
        if scope == Scope.DEPARTMENT:
            return Q(responsible_id__in=self.grants.department_people)
        below = Q(responsible_id__in=self.grants.subtree_people)
        return below | Q(opened=True) if scope == Scope.OPENED else below

    def reaches(self, scope: Scope, record: RecordRef) -> bool:
        """Return whether a scope of this actor contains the record."""
        if scope in {Scope.NONE, Scope.ALL}:
            return scope == Scope.ALL
        if record.responsible_id is not None and record.responsible_id == self.user_id:
            return True
        if scope == Scope.OWN:
            return False
        if scope == Scope.DEPARTMENT:
            return record.responsible_id in self.grants.department_people
        if record.responsible_id in self.grants.subtree_people:
            return True
        return scope == Scope.OPENED and record.opened


def of(actor: Actor) -> Access:
    """Return the actor's access, read once per `Actor` (one query when nothing changed)."""
    if actor.access_memo is None:
        actor.access_memo = fresh(actor)
    known: Access = actor.access_memo
    return known


def fresh(actor: Actor) -> Access:
    """Return the actor's access as of now; what actions ask after they hold the lock.

    One query when nothing changed since this process asked last, seven otherwise.
    """
    if actor.user_id is None:
        unlimited = actor.kind in {ActorKind.SYSTEM, ActorKind.ROBOT}
        schema = stamps.read_stamps().get(stamps.SCHEMA, "")
        return Access(
            user_id=None,
            is_unlimited=unlimited,
            is_active=unlimited,
            schema_stamp=schema,
            grants=_NO_GRANTS,
        )
    row = (
        User.objects.filter(pk=actor.user_id)
        .annotate(
            access_stamp=Subquery(_stamp(stamps.ACCESS)),
            schema_stamp=Subquery(_stamp(stamps.SCHEMA)),
        )
        .values_list("department_id", "is_active", "is_superuser", "access_stamp", "schema_stamp")
        .first()
    )
    if row is None:
        return Access(
            user_id=actor.user_id,
            is_unlimited=False,
            is_active=False,
            schema_stamp="",
            grants=_NO_GRANTS,
        )
    department_id, is_active, is_superuser, access_stamp, schema_stamp = row
    loaded = (
        _NO_GRANTS if is_superuser else _grants(actor.user_id, department_id, access_stamp or "")
    )
    return Access(actor.user_id, is_superuser, is_active, schema_stamp or "", loaded)


def require(
    access: Access,
    action: Action,
    record: RecordRef,
    pipeline: PipelineRef,
    *,
    stage: StageRef | None = None,
) -> None:
    """Refuse what `Access.may` does not allow.

    Raises:
        PermissionRefused: the actor's roles do not reach the record.
    """
    if not access.may(action, record, pipeline, stage=stage):
        raise PermissionRefused(action, str(record))


def require_configurator(access: Access) -> None:
    """Refuse who may not change types, fields, pipelines and stages.

    Raises:
        PermissionRefused: none of the actor's roles may configure.
    """
    if not access.may_configure:
        raise PermissionRefused(Action.CHANGE, gettext("the configuration"))


def roles_of(user_id: int, department_id: int | None, tree: OrgTree) -> tuple[int, ...]:
    """Return the ids of the roles a person holds: own, of departments, of everybody."""
    chain = tree.chain(department_id)
    through_others = Q(everybody=True) | Q(department_id=department_id, department__isnull=False)
    through_others |= Q(department_id__in=chain, with_below=True)
    assigned = RoleAssignment.objects.filter(through_others).values_list("role_id", flat=True)
    own = Role.objects.filter(user=user_id).values_list("pk", flat=True)
    return tuple(sorted({*assigned, *own}))


_NO_GRANTS = Grants((), {}, (), ())


def _stamp(name: str) -> QuerySet[Stamp, Any]:
    return Stamp.objects.filter(name=name).values("value")[:1]


@lru_cache(maxsize=2048)
def _grants(user_id: int, department_id: int | None, stamp: str) -> Grants:
    tree = org_tree(stamp)
    roles = roles_of(user_id, department_id, tree)
    cells = {
        (cell.role_id, cell.target, cell.target_id, cell.action): cell.scope
        for cell in grants.read_cells(roles)
    }
    may_configure = Role.objects.filter(pk__in=roles, may_configure=True).exists()
    around: tuple[int, ...] = (user_id,)
    below: tuple[int, ...] = (user_id,)
    if department_id is not None:
        around = tree.people([department_id])
        below = tree.people(tree.subtree(department_id))
    return Grants(roles, cells, around, below, may_configure)


def _any(parts: list[Q]) -> Q:
    joined = Q()
    for part in parts:
        joined |= part
    return joined if parts else NOTHING
