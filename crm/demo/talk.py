"""What people of the demo wrote, watched and linked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.actor import Actor
from accounts.models import User
from crm.demo.generator import Generator
from crm.demo.past import date_back
from smart_processes.actions.comments import add_comment
from smart_processes.actions.links import link_records
from smart_processes.actions.observers import add_observer
from smart_processes.models import Item, TimelineEntry


def comment(
    generator: Generator, records: Sequence[Item], texts: Sequence[str], *, count: int
) -> None:
    """Let responsible people comment some of the records, one or two times each."""
    people = {user.pk: user for user in User.objects.all()}
    entries: list[TimelineEntry] = []
    moments: list[datetime] = []
    for record in records[:count]:
        for _ in range(generator.number(1, 2)):
            author = Actor.person(people[record.responsible_id or 0])
            entries.append(add_comment(record, generator.pick(texts), actor=author))
            moments.append(generator.between(record.created_at, generator.now))
    date_back(entries, moments)


def link(
    generator: Generator,
    records: Sequence[Item],
    others: Sequence[Item],
    *,
    count: int,
    actor: Actor,
) -> None:
    """Link some records with others, as people do who know each other."""
    for record in records[:count]:
        link_records(record, generator.pick(others), actor=actor)


def watch(records: Sequence[Item], user: User, *, count: int, actor: Actor) -> None:
    """Let somebody watch some of the records."""
    for record in records[:count]:
        add_observer(record, user, actor=actor)
