"""Comments: who may write, change, delete and pin them."""

from __future__ import annotations

import pytest

from accounts.exceptions import PermissionRefused
from smart_processes import events
from smart_processes.actions.comments import (
    LONGEST_COMMENT,
    add_comment,
    delete_comment,
    edit_comment,
    pin_entry,
)
from smart_processes.choices import EntryKind
from smart_processes.exceptions import RecordMissing, ValuesRefused
from smart_processes.models import Item, TimelineEntry
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(cast: Cast) -> Item:
    """Return a record of anna's that the whole department reads and she alone changes."""
    requests = make_type("request")
    role = make_role("agents", {requests: {"view": "department", "change": "own"}})
    for person in (cast.anna, cast.boris, cast.vera):
        person.groups.add(role)
    return make_item(requests, responsible=cast.anna.pk)


def test_who_may_read_a_record_may_comment_on_it(item: Item, cast: Cast) -> None:
    entry = add_comment(item, "Call <b>David</b>\r\nfirst", actor=cast.actor("boris"))

    stored = TimelineEntry.objects.get(pk=entry.pk)
    assert stored.kind == EntryKind.COMMENT
    assert stored.body == {"text": "Call <b>David</b>\nfirst"}
    assert stored.actor_id == cast.boris.pk


def test_who_may_not_read_a_record_is_not_told_that_it_is_there(item: Item, cast: Cast) -> None:
    with pytest.raises(RecordMissing):
        add_comment(item, "Hello", actor=cast.actor("vera"))

    assert not item.timeline.filter(kind=EntryKind.COMMENT).exists()


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (LONGEST_COMMENT + 1)])
def test_empty_and_endless_comments_are_refused(item: Item, cast: Cast, text: str) -> None:
    with pytest.raises(ValuesRefused):
        add_comment(item, text, actor=cast.actor("anna"))


def test_a_comment_is_told_to_who_listens(
    item: Item, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr(events, "publish", told.append)

    entry = add_comment(item, "Hello", actor=cast.actor("anna"))

    (event,) = told
    assert isinstance(event, events.CommentAdded)
    assert (event.item_id, event.entry_id) == (item.pk, entry.pk)


def test_only_the_author_changes_a_comment(item: Item, cast: Cast) -> None:
    entry = add_comment(item, "First", actor=cast.actor("boris"))

    with pytest.raises(PermissionRefused):
        edit_comment(entry, "Not mine", actor=cast.actor("anna"))
    with pytest.raises(PermissionRefused):
        delete_comment(entry, actor=cast.actor("anna"))
    edited = edit_comment(entry, "Second", actor=cast.actor("boris"))

    assert edited.body["text"] == "Second"
    assert edited.edited_at is not None


def test_a_comment_saved_as_it_was_is_not_marked_as_edited(item: Item, cast: Cast) -> None:
    entry = add_comment(item, "First", actor=cast.actor("boris"))

    assert edit_comment(entry, "First", actor=cast.actor("boris")).edited_at is None


def test_an_entry_that_is_no_comment_is_not_edited(item: Item, cast: Cast) -> None:
    created = item.timeline.get(kind=EntryKind.CREATED)

    with pytest.raises(RecordMissing):
        edit_comment(created, "Rewritten history", actor=cast.actor("anna"))


def test_deleting_a_comment_takes_its_text_and_leaves_a_trace(item: Item, cast: Cast) -> None:
    entry = add_comment(item, "A secret", actor=cast.actor("boris"))
    pin_entry(entry, is_pinned=True, actor=cast.actor("anna"))

    delete_comment(entry, actor=cast.actor("boris"))

    entry.refresh_from_db()
    assert "A secret" not in str(entry.body)
    assert not entry.is_pinned
    with pytest.raises(RecordMissing):
        edit_comment(entry, "Back again", actor=cast.actor("boris"))


def test_pinning_needs_the_right_to_change_the_record(item: Item, cast: Cast) -> None:
    entry = add_comment(item, "Read this", actor=cast.actor("boris"))

    with pytest.raises(PermissionRefused):
        pin_entry(entry, is_pinned=True, actor=cast.actor("boris"))

    assert pin_entry(entry, is_pinned=True, actor=cast.actor("anna")).is_pinned
    assert not pin_entry(entry, is_pinned=False, actor=cast.actor("anna")).is_pinned


def test_a_comment_of_a_record_that_is_gone_stays_as_it_is(item: Item, cast: Cast) -> None:
    entry = add_comment(item, "First", actor=cast.actor("boris"))
    TimelineEntry.objects.filter(pk=entry.pk).delete()

    with pytest.raises(RecordMissing):
        edit_comment(entry, "Second", actor=cast.actor("boris"))
