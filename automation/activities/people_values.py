"""People that parameters name: by id, user name, address or full name."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from automation.activities.base import ActivityContext
from automation.exceptions import StepRefused
from automation.models import Run
from smart_processes.field_types.user import read_id
from smart_processes.lookups import Lookups

_PREFIX = "user_"  # as imported templates write an id


def people_ids(values: Iterable[Any]) -> list[int]:
    """Return the ids of active people, each once and in order; who left is passed over.

    Several in one text are divided by commas, semicolons or lines.

    Raises:
        StepRefused: somebody is not known, or several people have that name.
    """
    lookups = Lookups()
    found: dict[int, None] = {}
    for part in _parts(values):
        person_id = _person(part, lookups)
        if person_id is not None:
            found[person_id] = None
    return list(found)


def one_person(values: Iterable[Any]) -> int | None:
    """Return the first of the people who is active; None when there is none."""
    return next(iter(people_ids(values)), None)


def step_name(context: ActivityContext) -> str:
    """Return what is the same for a step in all runs of its program: code and step id."""
    program = Run.objects.values_list("version__program__code", flat=True).get(pk=context.run_id)
    return f"{program}:{context.step_id}"


def _parts(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        if isinstance(value, str):
            for part in value.replace(";", "\n").replace(",", "\n").splitlines():
                if part.strip():
                    yield part.strip()
        elif value is not None:
            yield int(value) if isinstance(value, Decimal) else value


def _person(part: Any, lookups: Lookups) -> int | None:
    raw = part.removeprefix(_PREFIX) if isinstance(part, str) else part
    user_id = read_id(raw)
    if user_id is not None:
        known = lookups.person(user_id)
        people = [known] if known else []
    else:
        people = list(lookups.people_called(str(raw)))
    if not people:
        raise StepRefused(_("There is nobody called “%(name)s”.") % {"name": str(part)[:100]})
    active = [person for person in people if person.is_active]
    if len(active) > 1:
        raise StepRefused(_("Several people are called “%(name)s”.") % {"name": str(part)[:100]})
    return active[0].id if active else None
