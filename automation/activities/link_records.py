"""Link two records, or part them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from automation.activities.base import Activity, ActivityContext, Group
from automation.activities.params import ParamKind, param
from automation.activities.record_values import chosen_record
from automation.activities.registry import register
from automation.engine.outcomes import Done
from smart_processes.actions import links

AS_CHILD, AS_PARENT, PART = "child", "parent", "part"


@dataclass(frozen=True)
class LinkRecordsParams:
    """Which records, and how they belong together."""

    other: int = param(_("Record to link"), ParamKind.RECORD)
    record: int | None = param(
        _("Record"), ParamKind.RECORD, default=None, help=_("Empty: the record of this run.")
    )
    mode: str = param(
        _("How"),
        ParamKind.CHOICE,
        default=AS_CHILD,
        choices=(
            (AS_CHILD, pgettext_lazy("link", "The linked one belongs to this one")),
            (AS_PARENT, pgettext_lazy("link", "This one belongs to the linked one")),
            (PART, pgettext_lazy("link", "Take the link away")),
        ),
    )


@register
class LinkRecords(Activity[LinkRecordsParams]):
    """Links two records of any types, or parts them. Exactly once.

    Records that are linked already stay as they are.
    """

    code = "link_records"
    label = _("Link records")
    description = _("Links the record with another one, or takes the link away.")
    group = Group.RECORD
    icon = "link"
    params = LinkRecordsParams
    needs_record = False

    def execute(self, params: LinkRecordsParams, context: ActivityContext) -> Done:
        """Link or part them."""
        here = chosen_record(context, params.record)
        there = chosen_record(context, params.other)
        if params.mode == PART:
            is_done = links.unlink_records(here, there, actor=context.actor)
            effect = _effect(here.pk, before=there.pk, after=None)
        else:
            is_done = links.link_records(
                here, there, actor=context.actor, other_is_parent=params.mode == AS_PARENT
            )
            effect = _effect(here.pk, before=None, after=there.pk)
        return Done(effects=[effect] if is_done else [])


def _effect(record_id: int, *, before: int | None, after: int | None) -> dict[str, Any]:
    return {"record": record_id, "field": "link", "before": before, "after": after}
