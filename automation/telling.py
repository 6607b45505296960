"""Who is told of what happens to records: responsibility, to-dos, mentions."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.models import User
from automation.actions.notifications import notify
from automation.choices import NotificationKind
from automation.events import TodoAssigned
from automation.models import Todo
from smart_processes import schema
from smart_processes.events import CommentAdded, FieldsChanged, RecordCreated
from smart_processes.models import Item, TimelineEntry

# `@anna` in a comment; user names may hold dots, dashes, plus and @, but do not end with them.
_MENTION = re.compile(r"(?<![\w@.])@([\w.@+-]*\w)")
LONGEST_QUOTE = 200  # characters of a comment
MOST_MENTIONS = 20


def tell_first_responsible(event: RecordCreated) -> None:
    """Tell who is responsible for a new record that somebody else made.

    Who imports a thousand records tells nobody a thousand times.
    """
    if not event.is_imported:
        _tell_responsible(event.item_id, event.responsible_id, event.actor)


def tell_responsible(event: FieldsChanged) -> None:
    """Tell who became responsible."""
    if "responsible" in event.changes:
        _tell_responsible(event.item_id, event.changes["responsible"][1], event.actor)


def tell_assignee(event: TodoAssigned) -> None:
    """Tell who was given a to-do."""
    todo = Todo.objects.select_related("item").get(pk=event.todo_id)
    _tell(
        event.assignee_id,
        NotificationKind.TODO,
        lambda: _("To do: %(todo)s") % {"todo": todo.title},
        actor=event.actor,
        text=todo.item.title,
        item_id=event.item_id,
    )


def tell_mentioned(event: CommentAdded) -> None:
    """Tell everybody whom a comment names and who may read it (two queries, none for nobody)."""
    entry = TimelineEntry.objects.select_related("item").get(pk=event.entry_id)
    text = str(entry.body.get("text", ""))
    names = list(dict.fromkeys(found[1].lower() for found in _MENTION.finditer(text)))
    if not names:
        return
    item = entry.item
    writer = User.objects.filter(pk=event.actor.user_id or 0).first()
    by = writer.full_name if writer else event.actor.label
    for person in _people_called(names[:MOST_MENTIONS]):
        if not _may_read(person, item):
            continue
        _tell(
            person.pk,
            NotificationKind.MENTION,
            lambda: (
                _("%(name)s mentioned you in “%(record)s”") % {"name": by, "record": item.title}
            ),
            actor=event.actor,
            text=text[:LONGEST_QUOTE],
            item_id=item.pk,
        )


def _tell_responsible(item_id: int, person_id: int | None, actor: Actor) -> None:
    if person_id is None or person_id == actor.user_id:
        return
    title = Item._base_manager.values_list("title", flat=True).get(pk=item_id)
    _tell(
        person_id,
        NotificationKind.RESPONSIBLE,
        lambda: _("You are responsible for “%(record)s” now") % {"record": title},
        actor=actor,
        item_id=item_id,
    )


def _tell(
    person_id: int,
    kind: NotificationKind,
    words: Callable[[], str],
    *,
    actor: Actor,
    text: str = "",
    item_id: int,
) -> None:
    """Tell one person in the person's own language."""
    if person_id == actor.user_id:
        return
    language = User.objects.filter(pk=person_id).values_list("language", flat=True).first()
    with override(language or settings.LANGUAGE_CODE):
        title = words()
    notify([person_id], kind, title, actor=actor, text=text, item=item_id)


def _people_called(names: list[str]) -> list[User]:
    found = User.objects.annotate(called=Lower("username"))
    return list(found.filter(is_active=True, called__in=names).order_by("pk"))


def _may_read(person: User, item: Item) -> bool:
    rights = access.fresh(Actor.person(person))
    pipeline = schema.load(rights.schema_stamp).pipelines.get(item.pipeline_id)
    return pipeline is not None and rights.may(Action.VIEW, item, pipeline)
