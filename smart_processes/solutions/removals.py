"""The part `remove`: what goes as a whole."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions.departments import delete_department
from accounts.actions.roles import delete_role
from accounts.actor import Actor
from accounts.models import Department, Role
from smart_processes.actions.currencies import remove_currency
from smart_processes.actions.record_types import delete_type
from smart_processes.actions.saved_views import delete_view
from smart_processes.models import Currency, RecordType
from smart_processes.solutions.registry import Step
from smart_processes.solutions.views import shared_views

VIEWS, TYPES, ROLES, DEPARTMENTS, CURRENCIES = 90, 91, 92, 93, 94


class RemovePart:
    """Views, types, roles, departments and currencies that go; with permission alone."""

    key = "remove"

    def schema(self) -> Mapping[str, Any]:
        """Return nothing: the whole's own file describes the part."""
        return {}

    def plan(self, wanted: Any, whole: Mapping[str, Any], *, may_destroy: bool) -> list[Step]:
        """Return a step for everything named that is still there."""
        return [
            Step(phase, ("remove", name), (sentence,), run, is_destructive=True)
            for name, rows in _ROWS.items()
            for phase, sentence, run in rows(wanted.get(name, ()))
        ]

    def export(self, types: Collection[str] | None) -> Any:
        """Return nothing: what is not there needs no removal."""
        return None


Row = tuple[int, str, Callable[[Actor], object]]


def _views(wanted: Collection[Mapping[str, str]]) -> Iterator[Row]:
    present = shared_views()
    for entry in wanted:
        view = present.get((entry["type"], entry["code"]))
        if view is not None:
            sentence = _("%(type)s: delete the view “%(name)s”") % {
                "type": entry["type"],
                "name": view.name,
            }
            yield VIEWS, sentence, partial(_call, delete_view, view)


def _types(wanted: Collection[str]) -> Iterator[Row]:
    for each in RecordType.objects.filter(code__in=wanted):
        sentence = _("Delete the type “%(name)s” (%(code)s)")
        run = partial(_call, delete_type, each)
        yield TYPES, sentence % {"name": each.name_many, "code": each.code}, run


def _roles(wanted: Collection[str]) -> Iterator[Row]:
    for each in Role._base_manager.filter(code__in=wanted):
        sentence = _("Delete the role “%(name)s” (%(code)s)")
        run = partial(_call, delete_role, each)
        yield ROLES, sentence % {"name": each.name, "code": each.code}, run


def _departments(wanted: Collection[str]) -> Iterator[Row]:
    chosen = {each.code: each for each in Department.objects.filter(code__in=wanted)}
    for code in wanted:
        if code in chosen:
            sentence = _("Delete the department “%(name)s” (%(code)s)")
            names = {"name": chosen[code].name, "code": code}
            yield DEPARTMENTS, sentence % names, partial(_call, delete_department, chosen[code])


def _currencies(wanted: Collection[str]) -> Iterator[Row]:
    for code in Currency.objects.filter(code__in=wanted).values_list("code", flat=True):
        sentence = _("Take the currency %(code)s out of use") % {"code": code}
        yield CURRENCIES, sentence, partial(_call, remove_currency, code)


def _call(action: Callable[..., object], what: Any, actor: Actor) -> None:
    action(what, actor=actor)


_ROWS: Mapping[str, Callable[[Any], Iterator[Row]]] = {
    "views": _views,
    "types": _types,
    "roles": _roles,
    "departments": _departments,
    "currencies": _currencies,
}
