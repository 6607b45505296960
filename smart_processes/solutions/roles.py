"""The part `roles`: roles, to which groups of people they are given, and their matrices."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions import roles as actions
from accounts.actor import Actor
from accounts.models import Department, Role, RoleAssignment
from smart_processes.actions.configuring import refuse
from smart_processes.models import StageTransition
from smart_processes.solutions.document import Path
from smart_processes.solutions.grants import grant_steps, read_matrices
from smart_processes.solutions.registry import Step
from smart_processes.solutions.words import differences

MADE, GIVEN = 30, 35
ATTRIBUTES = {"name": "", "description": "", "may_configure": False}


class RolesPart:
    """Roles, matched by code. Single people are no part of a solution."""

    key = "roles"

    def schema(self) -> Mapping[str, Any]:
        """Return nothing: the whole's own file describes the part."""
        return {}

    def plan(self, wanted: Any, whole: Mapping[str, Any], *, may_destroy: bool) -> list[Step]:
        """Return the steps for every role of the file."""
        stored = {role.code: role for role in Role._base_manager.all()}
        matrices = read_matrices()
        given = _given()
        steps: list[Step] = []
        for place, entry in enumerate(wanted):
            path: Path = ("roles", place)
            code = entry["code"]
            steps += _role_steps(entry, stored.get(code), path)
            steps += _given_steps(entry, given.get(code, {}), path)
            steps += grant_steps(entry, matrices.get(code, {}), path)
        return steps

    def export(self, types: Collection[str] | None) -> Any:
        """Return the roles by code; of some types alone, those that have to do with them."""
        matrices = read_matrices(types)
        given = _given()
        edges = StageTransition.objects.all()
        named = set(edges.filter(pipeline__type__code__in=types or ()).values_list("roles__code"))
        content = []
        for role in Role._base_manager.order_by("code"):
            if types is not None and role.code not in matrices and (role.code,) not in named:
                continue
            one: dict[str, Any] = {"code": role.code}
            one |= {n: getattr(role, n) for n, u in ATTRIBUTES.items() if getattr(role, n) != u}
            if role.code in given:
                one["given_to"] = given[role.code]
            if role.code in matrices:
                one["grants"] = matrices[role.code]
            content.append(one)
        return content or None


def departments_named(content: Any) -> set[str]:
    """Return the departments that exported roles are given to."""
    return {
        department["code"]
        for role in content or ()
        for department in role.get("given_to", {}).get("departments", ())
    }


def _role_steps(entry: Mapping[str, Any], stored: Role | None, path: Path) -> Iterator[Step]:
    code = entry["code"]
    wanted = {name: entry[name] for name in ATTRIBUTES if name in entry}
    if stored is None:

        def create(actor: Actor) -> None:
            actions.create_role(wanted.pop("name", code), code=code, actor=actor, **wanted)

        name = entry.get("name", code)
        sentence = _("Create the role “%(name)s” (%(code)s)") % {"name": name, "code": code}
        yield Step(MADE, path, (sentence,), create)
        return
    current = {name: getattr(stored, name) for name in wanted}
    if difference := differences(current, wanted):

        def change(actor: Actor) -> None:
            actions.change_role(stored, wanted, actor=actor)

        sentence = _("Role %(code)s: %(difference)s") % {"code": code, "difference": difference}
        yield Step(MADE, path, (sentence,), change)


def _given() -> dict[str, dict[str, Any]]:
    """Return role code -> content of `given_to`."""
    content: dict[str, dict[str, Any]] = {}
    rows = RoleAssignment.objects.select_related("role", "department").order_by(
        "-everybody", "department__code"
    )
    for row in rows:
        one = content.setdefault(row.role.code, {})
        if row.department is None:
            one["everybody"] = True
            continue
        department: dict[str, Any] = {"code": row.department.code}
        if row.with_below:
            department["with_below"] = True
        one.setdefault("departments", []).append(department)
    return content


def _given_steps(
    entry: Mapping[str, Any], current: Mapping[str, Any], path: Path
) -> Iterator[Step]:
    code, wanted = entry["code"], entry.get("given_to", {})
    here = (*path, "given_to")
    if "everybody" in wanted and wanted["everybody"] != current.get("everybody", False):
        gives = wanted["everybody"]
        sentence = (
            _("Give the role %(role)s to everybody")
            if gives
            else _("Take the role %(role)s from everybody")
        )

        def everybody(actor: Actor) -> None:
            role = Role._base_manager.get(code=code)
            if gives:
                actions.give_role(role, to=None, actor=actor)
            else:
                actions.take_role(role, from_=None, actor=actor)

        yield Step(GIVEN, here, (sentence % {"role": code},), everybody)
    has = {each["code"]: each.get("with_below", False) for each in current.get("departments", ())}
    for each in wanted.get("departments", ()):
        if has.get(each["code"]) != each.get("with_below", False):
            yield _given_to(code, each, here)


def _given_to(code: str, entry: Mapping[str, Any], path: Path) -> Step:
    with_below = entry.get("with_below", False)

    def run(actor: Actor) -> None:
        role = Role._base_manager.get(code=code)
        department = Department.objects.filter(code=entry["code"]).first()
        if department is None:
            refuse({"": _("There is no department “%(code)s”.") % {"code": entry["code"]}})
        actions.give_role(role, to=department, with_below=with_below, actor=actor)

    sentence = (
        _("Give the role %(role)s to the department %(department)s and those below")
        if with_below
        else _("Give the role %(role)s to the department %(department)s")
    )
    return Step(GIVEN, path, (sentence % {"role": code, "department": entry["code"]},), run)
