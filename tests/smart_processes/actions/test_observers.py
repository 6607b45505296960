"""Watching a record."""

from __future__ import annotations

import pytest

from accounts.exceptions import PermissionRefused
from smart_processes.actions.observers import add_observer, remove_observer
from smart_processes.choices import EntryKind
from smart_processes.exceptions import RecordMissing
from smart_processes.models import Item
from smart_processes.selectors.records import get_record
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(cast: Cast) -> Item:
    requests = make_type("request")
    role = make_role("agents", {requests: {"view": "department", "change": "own"}})
    for person in (cast.anna, cast.boris):
        person.groups.add(role)
    return make_item(requests, responsible=cast.anna.pk)


def test_who_watches_a_record_may_read_it(item: Item, cast: Cast) -> None:
    assert add_observer(item, cast.vera, actor=cast.actor("anna"))
    assert not add_observer(item, cast.vera, actor=cast.actor("anna"))

    assert get_record(cast.actor("vera"), item.pk).pk == item.pk
    assert item.timeline.filter(kind=EntryKind.OBSERVER_ADDED).count() == 1


def test_who_may_only_read_lets_nobody_watch_not_even_themselves(item: Item, cast: Cast) -> None:
    with pytest.raises(PermissionRefused):
        add_observer(item, cast.boris, actor=cast.actor("boris"))


def test_everybody_stops_watching_themselves(item: Item, cast: Cast) -> None:
    add_observer(item, cast.vera, actor=cast.actor("anna"))
    add_observer(item, cast.clara, actor=cast.actor("anna"))

    with pytest.raises(PermissionRefused):
        remove_observer(item, cast.clara, actor=cast.actor("vera"))
    assert remove_observer(item, cast.vera, actor=cast.actor("vera"))

    with pytest.raises(RecordMissing):
        get_record(cast.actor("vera"), item.pk)
    assert not remove_observer(item, cast.vera, actor=cast.actor("anna"))
