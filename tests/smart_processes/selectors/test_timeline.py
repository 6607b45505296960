"""Timelines by pages, news of everything, the way around a record, the bin, home."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.actor import Actor
from smart_processes.actions.comments import add_comment, pin_entry
from smart_processes.actions.observers import add_observer
from smart_processes.actions.records import delete_record
from smart_processes.actions.stages import move_to_stage
from smart_processes.choices import EntryKind
from smart_processes.keyset import CursorRefused, OrderTerm, neighbours, with_primary_key
from smart_processes.models import Item, RecordType, TimelineEntry
from smart_processes.schema import schema_for
from smart_processes.selectors import timeline
from smart_processes.selectors.home import own_records, stage_totals, watched_records
from smart_processes.selectors.recycle_bin import deleted_records
from smart_processes.selectors.timeline import Who, latest_entries, pinned_entries, timeline_page
from smart_processes.selectors.visits import time_in_stages, visits_of
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def requests(cast: Cast) -> RecordType:
    record_type = make_type("request")
    cells = {"view": "department", "change": "department", "delete": "own"}
    role = make_role("agents", {record_type: cells})
    for person in (cast.anna, cast.boris):
        person.groups.add(role)
    return record_type


# --- timeline -----------------------------------------------------------------------------
def test_pages_follow_one_another_without_gaps(requests: RecordType, cast: Cast) -> None:
    item = make_item(requests, responsible=cast.anna.pk)
    for number in range(5):
        add_comment(item, str(number), actor=cast.actor("anna"))

    first = timeline_page(item.pk, size=4)
    second = timeline_page(item.pk, size=4, after=first.next_cursor)

    texts = [entry.body.get("text") for entry in (*first.entries, *second.entries)]
    assert texts == ["4", "3", "2", "1", "0", None]
    assert second.next_cursor is None
    with pytest.raises(CursorRefused):
        timeline_page(item.pk, after="forged")


def test_entries_of_people_and_of_robots_are_told_apart(requests: RecordType, cast: Cast) -> None:
    item = make_item(requests, responsible=cast.anna.pk)
    add_comment(item, "Hello", actor=cast.actor("anna"))
    move_to_stage(item, "CALL", actor=Actor.robot("Caller"))

    def kinds(who: Who) -> list[str]:
        return [entry.kind for entry in timeline_page(item.pk, who=who).entries]

    assert kinds(Who.PEOPLE) == [EntryKind.COMMENT]
    assert kinds(Who.ROBOTS) == [EntryKind.MOVED, EntryKind.CREATED]
    assert len(kinds(Who.ALL)) == 3


def test_pinned_entries_are_read_apart(requests: RecordType, cast: Cast) -> None:
    item = make_item(requests, responsible=cast.anna.pk)
    entry = add_comment(item, "Important", actor=cast.actor("anna"))
    pin_entry(entry, is_pinned=True, actor=cast.actor("anna"))

    assert [each.pk for each in pinned_entries(item.pk)] == [entry.pk]


def test_a_long_timeline_is_read_by_one_query(
    requests: RecordType, django_assert_num_queries: Any
) -> None:
    item = make_item(requests)
    moment = timezone.now()
    TimelineEntry.objects.bulk_create(
        TimelineEntry(item=item, at=moment, kind=EntryKind.COMMENT, body={"text": str(number)})
        for number in range(5000)
    )

    with django_assert_num_queries(1):
        page = timeline_page(item.pk)

    assert len(page.entries) == timeline.ENTRIES_PER_PAGE


def test_news_are_of_records_that_may_be_seen(requests: RecordType, cast: Cast) -> None:
    seen = make_item(requests, responsible=cast.boris.pk)
    make_item(requests, responsible=cast.vera.pk)
    delete_record(make_item(requests, responsible=cast.anna.pk), actor=system())

    entries = latest_entries(cast.actor("anna"), limit=10)

    assert [entry.item_id for entry in entries] == [seen.pk]
    assert latest_entries(cast.actor("guest"), limit=10) == []


def test_news_look_only_so_far_back(
    requests: RecordType, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "LOOKED_AT", 2)
    items = [make_item(requests, responsible=cast.anna.pk) for _ in range(4)]

    entries = latest_entries(cast.actor("anna"), limit=10)

    assert [entry.item_id for entry in entries] == [items[3].pk, items[2].pk]


# --- stages -------------------------------------------------------------------------------
def test_time_in_a_stage_adds_up_over_visits(requests: RecordType) -> None:
    item = make_item(requests)
    move_to_stage(item, "CALL", actor=system())
    move_to_stage(item, "NEW", actor=system())
    visits = visits_of(item.pk)
    start = timezone.now() - timedelta(days=10)
    for number, visit in enumerate(visits):
        visit.entered_at = start + timedelta(days=number)
        visit.left_at = None if number == 2 else start + timedelta(days=number + 1)

    spent = time_in_stages(visits, start + timedelta(days=5))

    assert [visit.stage.code for visit in visits] == ["NEW", "CALL", "NEW"]
    assert spent == {visits[0].stage_id: timedelta(days=4), visits[1].stage_id: timedelta(days=1)}


# --- around a record ----------------------------------------------------------------------
@pytest.mark.parametrize("descending", [False, True])
def test_neighbours_are_those_of_the_list(requests: RecordType, descending: bool) -> None:
    dates = ["2026-01-03", "", "2026-01-01", "", "2026-01-02"]
    items = [make_item(requests, closes_on=day) for day in dates]
    order = with_primary_key([OrderTerm("closes_on", F("closes_on"), is_descending=descending)])
    listed = list(Item.objects.order_by(*(term.by for term in order)).values_list("pk", flat=True))

    for place, pk in enumerate(listed):
        around = neighbours(Item.objects.all(), order, pk, counted=100)
        assert around is not None
        before = listed[place - 1] if place else None
        after = listed[place + 1] if place + 1 < len(listed) else None
        assert (around.previous.pk if around.previous else None) == before
        assert (around.next.pk if around.next else None) == after
        assert (around.place, around.count) == (place + 1, len(items))


def test_a_long_list_is_not_counted_to_its_end(requests: RecordType) -> None:
    items = [make_item(requests) for _ in range(5)]
    order = with_primary_key([])

    first = neighbours(Item.objects.all(), order, items[0].pk, counted=3)
    last = neighbours(Item.objects.all(), order, items[4].pk, counted=3)

    assert first is not None
    assert last is not None
    assert (first.place, first.count) == (1, None)
    assert (last.place, last.count) == (None, None)
    assert neighbours(Item.objects.none(), order, items[0].pk, counted=3) is None


# --- recycle bin --------------------------------------------------------------------------
def test_the_bin_shows_what_the_reader_may_restore(requests: RecordType, cast: Cast) -> None:
    mine, other = (make_item(requests, responsible=p.pk) for p in (cast.anna, cast.boris))
    make_item(requests, responsible=cast.anna.pk)
    for item in (mine, other):
        delete_record(item, actor=system())
    actor = cast.actor("anna")
    type_schema = schema_for(actor).type("request")

    assert [row.pk for row in deleted_records(actor, type_schema).rows] == [mine.pk]
    everything = deleted_records(system(), type_schema, size=1)
    rest = deleted_records(system(), type_schema, size=1, after=everything.next_cursor)
    assert [row.pk for row in (*everything.rows, *rest.rows)] == [other.pk, mine.pk]


# --- one person ---------------------------------------------------------------------------
def test_totals_of_boards_count_watched_records_once(requests: RecordType, cast: Cast) -> None:
    make_item(requests, responsible=cast.anna.pk, amount="1 EUR")
    watched = make_item(requests, responsible=cast.vera.pk, amount="2 EUR")
    add_observer(watched, cast.anna, actor=system())
    pipeline = requests.pipelines.get()

    totals = stage_totals(cast.actor("anna")).of(pipeline.pk, "NEW")

    assert (totals.record_count, totals.amount_minor) == (2, 300)
    assert stage_totals(cast.actor("anna")).of(pipeline.pk, "CALL").record_count == 0


def test_own_and_watched_records_are_the_latest_changed(requests: RecordType, cast: Cast) -> None:
    first, second = (make_item(requests, responsible=cast.anna.pk) for _ in "ab")
    watched = make_item(requests, responsible=cast.vera.pk)
    add_observer(watched, cast.anna, actor=system())

    own = own_records(cast.actor("anna"), limit=5)
    seen = watched_records(cast.actor("anna"), limit=5)

    assert [item.pk for item in own] == [second.pk, first.pk]
    assert [item.pk for item in seen] == [watched.pk]
    assert watched_records(cast.actor("boris"), limit=5) == []
