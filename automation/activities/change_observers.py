"""Change who watches the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from automation.activities.base import Activity, ActivityContext, Group
from automation.activities.params import ParamKind, param
from automation.activities.people_values import people_ids
from automation.activities.record_values import changes
from automation.activities.registry import register
from automation.engine.outcomes import Done
from smart_processes.actions.observers import add_observer, remove_observer
from smart_processes.models import Item, ItemObserver

ADD, REPLACE, REMOVE = "add", "replace", "remove"


@dataclass(frozen=True)
class ChangeObserversParams:
    """Who is added or taken away."""

    people: Sequence[Any] = param(_("People"), ParamKind.PEOPLE, default=[])
    mode: str = param(
        _("What to do"),
        ParamKind.CHOICE,
        default=ADD,
        choices=(
            (ADD, pgettext_lazy("observers", "Add them")),
            (REPLACE, pgettext_lazy("observers", "Only they remain")),
            (REMOVE, pgettext_lazy("observers", "Take them away")),
        ),
    )


@register
class ChangeObservers(Activity[ChangeObserversParams]):
    """Changes who watches the record, and therefore may read it. Exactly once."""

    code = "change_observers"
    label = _("Change the observers")
    description = _("Lets people watch the record, or watch it no longer.")
    group = Group.RECORD
    icon = "eye"
    params = ChangeObserversParams

    def execute(self, params: ChangeObserversParams, context: ActivityContext) -> Done:
        """Add and take away; who watches already stays."""
        record = context.record()
        before = _observers(record)
        named = set(people_ids(params.people))
        removed = set(before) - named if params.mode == REPLACE else set()
        removed = named if params.mode == REMOVE else removed
        added = set() if params.mode == REMOVE else named
        users = User.objects.in_bulk(sorted(added | removed))
        for pk in sorted(removed & users.keys()):
            remove_observer(record, users[pk], actor=context.actor)
        for pk in sorted(added & users.keys()):
            add_observer(record, users[pk], actor=context.actor)
        return Done(
            effects=changes(record.pk, {"observers": before}, {"observers": _observers(record)})
        )


def _observers(record: Item) -> list[int]:
    watching = ItemObserver.objects.filter(item_id=record.pk).order_by("user_id")
    return list(watching.values_list("user_id", flat=True))
