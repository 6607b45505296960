"""Make somebody responsible for the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from automation.actions.assignment import Distribution, choose_person
from automation.activities.base import Activity, ActivityContext, Group, ResultField
from automation.activities.params import ParamKind, param
from automation.activities.people_values import people_ids, step_name
from automation.activities.record_values import changes
from automation.activities.registry import register
from automation.calendars.people import workers_for
from automation.engine.outcomes import Done
from automation.exceptions import StepRefused
from smart_processes.actions.records import update_record
from smart_processes.schema import schema_for
from smart_processes.selectors.workload import open_record_counts


@dataclass(frozen=True)
class ChangeResponsibleParams:
    """Who may become responsible, and how one of them is chosen."""

    people: Sequence[Any] = param(_("People"), ParamKind.PEOPLE)
    distribution: str = param(
        _("Who of them"),
        ParamKind.CHOICE,
        default=Distribution.FIRST.value,
        choices=tuple(Distribution.choices),
    )
    skip_absent: bool = param(
        _("Pass over who is absent"),
        ParamKind.FLAG,
        default=True,
        help=_("Where somebody stands in, the substitute gets the record."),
    )
    queue: str = param(
        _("Queue"),
        default="",
        help=_("Steps with the same name share their turns. Empty: this step's own."),
    )


@register
class ChangeResponsible(Activity[ChangeResponsibleParams]):
    """Gives the record to one of several people. Exactly once.

    People who left are never chosen. Who is absent is represented by the substitute of that
    time, and passed over where there is none. The turn is taken in the transaction of the step, so
    a step that is undone gives it back.
    """

    code = "change_responsible"
    label = _("Change the responsible person")
    description = _("Gives the record to somebody: fixed, by chance, in turn, to the least busy.")
    group = Group.RECORD
    icon = "user-circle"
    params = ChangeResponsibleParams
    results = (ResultField("user", _("Person"), "user"), ResultField("name", _("Name")))

    def execute(self, params: ChangeResponsibleParams, context: ActivityContext) -> Done:
        """Choose somebody and write it."""
        record = context.record()
        type_schema = schema_for(context.actor).of(record)
        people = people_ids(params.people)
        workers = workers_for(people, at=context.now) if params.skip_absent else None
        chosen = choose_person(
            people,
            distribution=Distribution(params.distribution),
            queue=params.queue or step_name(context),
            loads=lambda present: open_record_counts(type_schema, present),
            workers=workers,
        )
        if chosen is None:
            raise StepRefused(gettext("None of these people is there to take the record."))
        before = {"responsible": record.responsible_id}
        fresh = update_record(record, {"responsible": chosen}, actor=context.actor)
        after = {"responsible": fresh.responsible_id}
        name = User.objects.get(pk=chosen).full_name
        return Done({"user": chosen, "name": name}, effects=changes(record.pk, before, after))
