"""What ids inside values are called."""

from __future__ import annotations

from accounts.actor import Actor
from accounts.models import User
from smart_processes.field_types.base import Names, References
from smart_processes.models import RecordFile
from smart_processes.selectors.records import visible_items


def load_names(references: References, *, actor: Actor) -> Names:
    """Return the names of people, records and files (one query each, none for none).

    A record's title is there only when the actor may view the record; people and files
    are named to everybody who sees the value itself.
    """
    users: dict[int, str] = {}
    records: dict[int, str] = {}
    files: dict[int, str] = {}
    if references.users:
        people = User.objects.only("first_name", "last_name", "username")
        users = {user.pk: user.full_name for user in people.filter(pk__in=references.users)}
    if references.records:
        visible = visible_items(actor).filter(pk__in=references.records)
        records = dict(visible.values_list("pk", "title"))
    if references.files:
        files = dict(RecordFile.objects.filter(pk__in=references.files).values_list("pk", "name"))
    return Names(users=users, records=records, files=files)
