"""The part `departments`: the tree, without people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions import departments as actions
from accounts.actor import Actor
from accounts.models import Department
from smart_processes.actions.configuring import refuse
from smart_processes.solutions.document import Path
from smart_processes.solutions.registry import Step
from smart_processes.solutions.roles import RolesPart, departments_named
from smart_processes.solutions.words import differences

MADE, MOVED = 20, 21


class DepartmentsPart:
    """Departments, matched by code."""

    key = "departments"

    def schema(self) -> Mapping[str, Any]:
        """Return nothing: the whole's own file describes the part."""
        return {}

    def plan(self, wanted: Any, whole: Mapping[str, Any], *, may_destroy: bool) -> list[Step]:
        """Return the steps: all are made first, then each gets its place."""
        stored = {content["code"]: content for content in _contents()}
        steps: list[Step] = []
        for place, entry in enumerate(wanted):
            path: Path = ("departments", place)
            current = stored.get(entry["code"])
            if current is None:
                steps.append(_made(entry, path))
                if entry.get("parent"):
                    steps.append(_moved(entry, path, sentence=""))
                continue
            if current["name"] != entry["name"]:
                steps.append(_renamed(entry, current, path))
            if current.get("parent") != entry.get("parent"):
                steps.append(_moved(entry, path, sentence=_difference(entry, current, "parent")))
        return steps

    def export(self, types: Collection[str] | None) -> Any:
        """Return the departments, each behind the one it is part of."""
        contents = _contents()
        if types is not None:
            parents = {content["code"]: content.get("parent") for content in contents}
            chosen: set[str] = set()
            for code in departments_named(RolesPart().export(types)):
                above: str | None = code
                while above and above not in chosen:
                    chosen.add(above)
                    above = parents[above]
            contents = [content for content in contents if content["code"] in chosen]
        return contents or None


def _contents() -> list[dict[str, Any]]:
    rows = list(Department.objects.order_by("code").values_list("code", "name", "parent__code"))
    ordered: list[dict[str, Any]] = []
    waiting: list[str | None] = [None]
    while waiting:
        above = waiting.pop(0)
        for code, name, parent in rows:
            if parent == above:
                content = {"code": code, "name": name}
                ordered.append(content | ({"parent": parent} if parent else {}))
                waiting.append(code)
    return ordered


def _made(entry: Mapping[str, Any], path: Path) -> Step:
    def run(actor: Actor) -> None:
        actions.create_department(entry["name"], code=entry["code"], actor=actor)

    sentence = _("Create the department “%(name)s” (%(code)s)")
    return Step(MADE, path, (sentence % {"name": entry["name"], "code": entry["code"]},), run)


def _renamed(entry: Mapping[str, Any], current: Mapping[str, Any], path: Path) -> Step:
    def run(actor: Actor) -> None:
        department = Department.objects.get(code=entry["code"])
        actions.change_department(department, {"name": entry["name"]}, actor=actor)

    return Step(MADE, path, (_difference(entry, current, "name"),), run)


def _moved(entry: Mapping[str, Any], path: Path, *, sentence: str) -> Step:
    def run(actor: Actor) -> None:
        parent = None
        if entry.get("parent"):
            parent = Department.objects.filter(code=entry["parent"]).first()
            if parent is None:
                refuse({"": _("There is no department “%(code)s”.") % {"code": entry["parent"]}})
        department = Department.objects.get(code=entry["code"])
        actions.move_department(department, parent, actor=actor)

    return Step(MOVED, (*path, "parent"), (sentence,) if sentence else (), run)


def _difference(entry: Mapping[str, Any], current: Mapping[str, Any], name: str) -> str:
    difference = differences({name: current.get(name)}, {name: entry.get(name)})
    return _("Department %(code)s: %(difference)s") % {
        "code": entry["code"],
        "difference": difference,
    }
