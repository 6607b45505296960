"""The change feed: nothing is missed, nothing comes twice, nobody waits for the slowest."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from smart_processes import change_feed
from smart_processes.actions.records import delete_record, update_record
from smart_processes.actions.stages import move_to_pipeline, move_to_stage
from smart_processes.change_feed import FeedReader
from smart_processes.models import ChangeEvent, Item
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, make_type, system


def kinds(events: list[ChangeEvent]) -> list[tuple[str, int]]:
    return [(event.kind, event.item_id) for event in events]


@pytest.fixture
def item(transactional_db: None) -> Item:
    return make_item(make_type("sale"))


@pytest.fixture
def reader(item: Item) -> FeedReader:
    """A reader that has begun."""
    reader = FeedReader()
    assert reader.poll() == []
    return reader


def test_reader_gets_what_happens_after_it_began_and_each_event_once(
    item: Item, reader: FeedReader
) -> None:
    move_to_stage(item, "CALL", actor=system())
    first = reader.poll()
    delete_record(item, actor=system())

    assert kinds(first) == [("moved", item.pk)]
    assert kinds(reader.poll()) == [("deleted", item.pk)]
    assert reader.poll() == []


def test_reader_that_begins_at_a_cursor_gets_what_came_since(
    item: Item, reader: FeedReader
) -> None:
    cursor = reader.cursor
    move_to_stage(item, "CALL", actor=system())

    # An event may come a second time, so what stands at the cursor itself is left open.
    assert ("moved", item.pk) in kinds(FeedReader(cursor=cursor).poll())


def test_flood_comes_in_parts_and_completely(
    item: Item, reader: FeedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_feed, "AT_MOST", 3)
    others = [make_item(item.type) for _ in range(8)]

    parts = []
    while part := reader.poll():
        parts.append(part)

    assert [len(part) for part in parts] == [3, 3, 2]
    assert [event.item_id for part in parts for event in part] == [one.pk for one in others]


def test_flood_of_one_transaction_comes_completely(
    item: Item, reader: FeedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_feed, "AT_MOST", 3)
    with transaction.atomic():
        others = [make_item(item.type) for _ in range(8)]

    got = []
    while part := reader.poll():
        got += [event.item_id for event in part]

    assert got == [one.pk for one in others]


@pytest.mark.postgres
def test_event_of_a_slow_transaction_is_not_missed_and_holds_nobody_up(
    item: Item, reader: FeedReader
) -> None:
    other = make_item(item.type)
    reader.poll()
    written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            move_to_stage(item, "CALL", actor=system())
            written.set()
            may_commit.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(10)
    move_to_stage(other, "CALL", actor=system())
    meanwhile = reader.poll()
    may_commit.set()
    thread.join()

    assert kinds(meanwhile) == [("moved", other.pk)]
    assert kinds(reader.poll()) == [("moved", item.pk)]
    assert reader.poll() == []


def test_event_tells_how_the_record_stood_and_stands(item: Item, cast: Cast) -> None:
    pipeline = make_pipeline("FIRST > DONE", record_type=item.type, code="other")
    update_record(item, {"responsible": cast.anna.pk, "opened": True}, actor=system())
    update_record(item, {"responsible": cast.boris.pk, "title": "Boat"}, actor=system())
    move_to_stage(item, "CALL", actor=cast.actor("root"))
    move_to_pipeline(item, "other", actor=system())

    changed, moved, elsewhere = ChangeEvent.objects.order_by("-pk")[:3][::-1]

    assert changed.body == {
        "version": 3,
        "by": "system",
        "stage": "NEW",
        "responsible": cast.boris.pk,
        "opened": True,
        "was": {"responsible": cast.anna.pk},
    }
    assert (moved.body["by"], moved.body["was"]) == ("person", {"stage": "NEW"})
    assert elsewhere.pipeline_id == pipeline.pk
    assert elsewhere.body["stage"] == "FIRST"
    assert elsewhere.body["was"] == {"pipeline": "main", "stage": "CALL"}
