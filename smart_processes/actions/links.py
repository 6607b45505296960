"""Links that people draw between records of any types."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from smart_processes import events, history, schema
from smart_processes.actions.stages import lock
from smart_processes.choices import EntryKind
from smart_processes.exceptions import RecordMissing
from smart_processes.models import Item, RecordLink
from smart_processes.models.links import DRAWN, FURTHER_CONTACT
from smart_processes.transactions import transactional


@transactional
def link_records(
    record: Item, other: Item, *, actor: Actor, other_is_parent: bool = False, kind: str = DRAWN
) -> bool:
    """Link two records; return False when they were linked this way or the other already.

    Args:
        record: The one the actor works on and may change.
        other: The one it is linked with, which the actor may view.
        actor: Who links.
        other_is_parent: `record` was made for `other`; default: the other way round.
        kind: `DRAWN` or `FURTHER_CONTACT`.

    Raises:
        RecordMissing: one of them is gone, or `other` may not be viewed.
        PermissionRefused: `record` is not the actor's to change.
    """
    here, there = _both(record, other, actor)
    if _between(here, there).filter(kind=kind).exists() or here.pk == there.pk:
        return False
    now = timezone.now()
    parent, child = (there, here) if other_is_parent else (here, there)
    RecordLink.objects.create(parent=parent, child=child, kind=kind, created_at=now)
    for one, another in ((here, there), (there, here)):
        body = {"record": another.pk, "title": another.title}
        history.write(one, EntryKind.LINKED, actor=actor, at=now, body=body)
        events.publish(
            events.RecordsLinked(
                type_code=schema.schema_for(actor).of(one).code,
                item_id=one.pk,
                actor=actor,
                other_id=another.pk,
            )
        )
    return True


@transactional
def unlink_records(record: Item, other: Item, *, actor: Actor) -> bool:
    """Take away what people linked, in both directions; return False when nothing was.

    Raises:
        RecordMissing, PermissionRefused: as `link_records`.
    """
    here, there = _both(record, other, actor)
    drawn = _between(here, there).filter(kind__in=[DRAWN, FURTHER_CONTACT])
    removed, _by_model = drawn.delete()
    if not removed:
        return False
    now = timezone.now()
    for one, another in ((here, there), (there, here)):
        body = {"record": another.pk, "title": another.title}
        history.write(one, EntryKind.UNLINKED, actor=actor, at=now, body=body)
    return True


def _both(record: Item, other: Item, actor: Actor) -> tuple[Item, Item]:
    """Return both records locked, the smaller id first so that two people do not deadlock."""
    locked = {pk: lock(pk) for pk in sorted({record.pk, other.pk})}
    here, there = locked[record.pk], locked[other.pk]
    rights = access.fresh(actor)
    actor.access_memo = rights
    pipelines = schema.load(rights.schema_stamp).pipelines
    if not rights.may(Action.VIEW, there, pipelines[there.pipeline_id]):
        raise RecordMissing
    access.require(rights, Action.CHANGE, here, pipelines[here.pipeline_id])
    return here, there


def _between(here: Item, there: Item) -> QuerySet[RecordLink]:
    return RecordLink.objects.filter(Q(parent=here, child=there) | Q(parent=there, child=here))
