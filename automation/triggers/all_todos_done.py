"""Everything that was to do for the record is done."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from automation.activities.params import ParamKind, param
from automation.models import Todo
from automation.triggers.base import Answer, EventKind, Heard, TriggerKind
from automation.triggers.registry import register
from smart_processes.models import Item


@dataclass(frozen=True)
class AllTodosDoneParams:
    """Which to-dos count."""

    since_stage: bool = param(
        _("Only to-dos made in the present stage"),
        ParamKind.FLAG,
        default=False,
        help=_("Off: one that is left open from an earlier stage holds the record back."),
    )


@register
class AllTodosDone(TriggerKind[AllTodosDoneParams]):
    """The last open to-do of the record was done; without any to-do nothing happens."""

    code = "all_todos_done"
    label = _("All to-dos are done")
    description = _("The last open to-do of the record was done.")
    icon = "check-circle"
    params = AllTodosDoneParams
    listens = EventKind.TODO_DONE

    def judge(self, params: AllTodosDoneParams, item: Item, heard: Heard, actor: Actor) -> Answer:
        """Return whether none is open now: one may have been added meanwhile (one query)."""
        todos = Todo.objects.filter(item_id=item.pk)
        if params.since_stage:
            todos = todos.filter(created_at__gte=item.moved_at)
        done_at = list(todos.values_list("done_at", flat=True))
        count = done_at.count(None)
        if count:
            reason = gettext("To-dos that are still open: %(count)d.") % {"count": count}
            return Answer(is_met=False, reason=reason)
        if not done_at:
            return Answer(is_met=False, reason=gettext("No to-do of those that count was done."))
        return Answer(is_met=True)
