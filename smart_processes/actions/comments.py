"""Comments on records.

Whoever may view a record may comment on it: a comment changes nothing about the record, and
a colleague who is asked to look at something has to be able to answer. Its author alone may
change or delete it; pinning is a change of the record's page and needs that right.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from smart_processes import events, history, schema
from smart_processes.actions.stages import lock
from smart_processes.choices import EntryKind
from smart_processes.exceptions import RecordMissing, ValuesRefused
from smart_processes.field_types.base import ValueRefused
from smart_processes.field_types.string import read_lines
from smart_processes.models import Item, TimelineEntry

LONGEST_COMMENT = 10_000  # characters


@transaction.atomic
def add_comment(record: Item, text: str, *, actor: Actor) -> TimelineEntry:
    """Write a comment into a record's timeline.

    Raises:
        RecordMissing: the record is gone, or the actor may not view it.
        ValuesRefused: the text is empty or too long.
    """
    locked = _viewable(record.pk, actor)
    body = {"text": _clean(text)}
    entry = history.write(locked, EntryKind.COMMENT, actor=actor, at=timezone.now(), body=body)
    type_code = schema.schema_for(actor).of(locked).code
    events.publish(
        events.CommentAdded(type_code=type_code, item_id=locked.pk, actor=actor, entry_id=entry.pk)
    )
    return entry


@transaction.atomic
def edit_comment(entry: TimelineEntry, text: str, *, actor: Actor) -> TimelineEntry:
    """Change the text of one's own comment.

    Raises:
        RecordMissing: comment or record is gone, or the actor may not view it any more.
        PermissionRefused: somebody else wrote it.
        ValuesRefused: the text is empty or too long.
    """
    own = _own_comment(entry, actor)
    text = _clean(text)
    if text != own.body.get("text"):
        own.body = {"text": text}
        own.edited_at = timezone.now()
        own.save(update_fields=["body", "edited_at"])
    return own


@transaction.atomic
def delete_comment(entry: TimelineEntry, *, actor: Actor) -> TimelineEntry:
    """Take the text out of one's own comment; that there was one stays in the timeline.

    Raises:
        RecordMissing, PermissionRefused: as `edit_comment`.
    """
    own = _own_comment(entry, actor)
    own.body = {"text": "", "is_deleted": True}
    own.edited_at = timezone.now()
    own.is_pinned = False
    own.save(update_fields=["body", "edited_at", "is_pinned"])
    return own


@transaction.atomic
def pin_entry(entry: TimelineEntry, *, is_pinned: bool, actor: Actor) -> TimelineEntry:
    """Keep an entry above the timeline, or let it go.

    Raises:
        RecordMissing: entry or record is gone.
        PermissionRefused: the record is not the actor's to change.
    """
    record = _viewable(entry.item_id, actor)
    rights = access.of(actor)
    pipeline = schema.schema_for(actor).pipelines[record.pipeline_id]
    access.require(rights, Action.CHANGE, record, pipeline)
    present = _present(entry)
    present.is_pinned = is_pinned and not present.body.get("is_deleted")
    present.save(update_fields=["is_pinned"])
    return present


def _viewable(record_id: int, actor: Actor) -> Item:
    """Return the locked record; who may not view it is not told that it is there."""
    locked = lock(record_id)
    rights = access.fresh(actor)
    actor.access_memo = rights
    pipeline = schema.load(rights.schema_stamp).pipelines[locked.pipeline_id]
    if not rights.may(Action.VIEW, locked, pipeline):
        raise RecordMissing
    return locked


def _own_comment(entry: TimelineEntry, actor: Actor) -> TimelineEntry:
    _viewable(entry.item_id, actor)
    present = _present(entry)
    if present.kind != EntryKind.COMMENT or present.body.get("is_deleted"):
        raise RecordMissing
    if present.actor_id is None or present.actor_id != history.person_of(actor):
        raise PermissionRefused(Action.CHANGE, _("somebody else's comment"))
    return present


def _present(entry: TimelineEntry) -> TimelineEntry:
    # The record is locked, and everything that writes its comments locks it first.
    present = TimelineEntry.objects.filter(pk=entry.pk, item_id=entry.item_id).first()
    if present is None:
        raise RecordMissing
    return present


def _clean(text: str) -> str:
    try:
        return read_lines(text, LONGEST_COMMENT)
    except ValueRefused as refusal:
        raise ValuesRefused({"text": refusal.message}) from refusal
