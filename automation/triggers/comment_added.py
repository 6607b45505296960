"""Somebody commented on the record."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from automation.activities.params import param
from automation.triggers.base import Answer, EventKind, Heard, TriggerKind
from automation.triggers.registry import register
from smart_processes.models import Item, TimelineEntry


@dataclass(frozen=True)
class CommentAddedParams:
    """What the comment says."""

    contains: str = param(_("Only with the words"), default="", help=_("Empty: whatever it says."))


@register
class CommentAdded(TriggerKind[CommentAddedParams]):
    """A comment was written, by a person or by an automation."""

    code = "comment_added"
    label = _("A comment was added")
    description = _("Somebody wrote a comment on the record.")
    icon = "chat-bubble-left"
    params = CommentAddedParams
    listens = EventKind.COMMENT_ADDED

    def judge(self, params: CommentAddedParams, item: Item, heard: Heard, actor: Actor) -> Answer:
        """Return whether the words stand in it (one query)."""
        if not params.contains:
            return Answer(is_met=True)
        entry = TimelineEntry.objects.filter(pk=heard.payload["entry"]).first()
        said = str(entry.body.get("text", "")) if entry else ""
        if params.contains.casefold() in said.casefold():
            return Answer(is_met=True)
        return Answer(is_met=False, reason=gettext("The comment does not hold the words."))
