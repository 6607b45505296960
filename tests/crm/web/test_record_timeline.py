"""Timeline, comments and history of a record over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from accounts.actor import Actor
from smart_processes.actions.comments import add_comment
from smart_processes.actions.links import link_records
from smart_processes.actions.records import update_record
from smart_processes.actions.stages import move_to_stage
from smart_processes.choices import EntryKind
from smart_processes.models import Item, RecordType, TimelineEntry
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type, system
from tests.support.pages import read_part, signed_in, words

pytestmark = pytest.mark.django_db

HTMX: Any = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def requests(cast: Cast) -> RecordType:
    record_type = make_type("request")
    cells = {"view": "department", "change": "own", "add": "own"}
    role = make_role("agents", {record_type: cells})
    for person in (cast.anna, cast.boris, cast.vera):
        person.groups.add(role)
    return record_type


@pytest.fixture
def item(requests: RecordType, cast: Cast) -> Item:
    return make_item(requests, title="Scanners", amount="1 EUR", responsible=cast.anna.pk)


@pytest.fixture
def anna(cast: Cast) -> Client:
    return signed_in(cast.anna)


@pytest.fixture
def boris(cast: Cast) -> Client:
    return signed_in(cast.boris)


@pytest.mark.parametrize("tab", ["timeline", "links", "files", "history"])
def test_a_tab_opened_by_itself_leads_to_the_page(item: Item, anna: Client, tab: str) -> None:
    answer = anna.get(f"/request/{item.pk}/{tab}/")

    assert answer.status_code == 302
    page = anna.get(answer.headers["Location"])
    assert page.status_code == 200


# --- timeline -----------------------------------------------------------------------------


def test_the_timeline_tells_who_did_what(item: Item, cast: Cast, anna: Client) -> None:
    update_record(item, {"amount": "2 EUR"}, actor=cast.actor("anna"))
    move_to_stage(item, "WON", actor=Actor.robot("Closer"))
    other = make_item(item.type, title="Stands", responsible=cast.boris.pk)
    link_records(item, other, actor=cast.actor("anna"))

    page = read_part(anna, f"/request/{item.pk}/timeline/")

    assert [words(entry) for entry in page.select(".tl-says")] == [
        "Anna linked Stands",
        "Robot “Closer” moved it from New to Won",
        "Anna changed Amount: €1 now €2",
        "The system created it",
    ]
    assert page.select_one(".tl-says a")["href"] == f"/search/{other.pk}/"


def test_records_that_a_reader_does_not_see_are_not_named_in_the_timeline(
    item: Item, cast: Cast, anna: Client
) -> None:
    hidden = make_item(item.type, title="Secret", responsible=cast.vera.pk)
    make_field(item.type, "main", "link", config={"target": "request"})
    link_records(item, hidden, actor=system())
    update_record(item, {"main": hidden.pk}, actor=system())

    page = read_part(anna, f"/request/{item.pk}/timeline/")

    assert "Secret" not in page.text
    assert "a record you do not see" in page.text


def test_history_of_fields_and_stages_that_are_gone_is_still_told(item: Item, anna: Client) -> None:
    field = make_field(item.type, "budget", "integer")
    update_record(item, {"budget": "5"}, actor=system())
    field.kind = "date"
    field.save()
    TimelineEntry.objects.create(
        item=item,
        at=item.created_at,
        kind=EntryKind.MOVED,
        body={"from": "ATTIC", "to": "CELLAR"},
    )
    TimelineEntry.objects.create(
        item=item, at=item.created_at, kind=EntryKind.CHANGED, body={"fields": [{"field": "gone"}]}
    )

    page = read_part(anna, f"/request/{item.pk}/timeline/")

    assert "moved it from ATTIC to CELLAR" in words(page)
    assert "changed Budget: empty now 5" in words(page)


def test_robots_and_people_are_shown_apart_and_pages_follow(
    item: Item, cast: Cast, anna: Client
) -> None:
    for number in range(40):
        add_comment(item, f"Comment {number}", actor=cast.actor("anna"))

    people = read_part(anna, f"/request/{item.pk}/timeline/?who=people")
    robots = read_part(anna, f"/request/{item.pk}/timeline/?who=robots")
    more = read_part(anna, people.select_one(".timeline-more button")["hx-get"])

    assert len(people.select(".tl")) == 30
    assert [words(each) for each in robots.select(".tl-says")] == ["The system created it"]
    assert len(more.select(".tl")) == 10
    assert not more.select(".timeline-more, .composer")
    assert read_part(anna, f"/request/{item.pk}/timeline/?who=x&after=forged").text.strip() == ""


def test_a_long_timeline_opens_with_the_same_queries(
    item: Item, cast: Cast, anna: Client, django_assert_num_queries: Any
) -> None:
    add_comment(item, "One", actor=cast.actor("anna"))
    address = f"/request/{item.pk}/timeline/"
    read_part(anna, address)

    with django_assert_num_queries(7):  # session, person, rights; record; entries, pinned, names
        read_part(anna, address)
    TimelineEntry.objects.bulk_create(
        TimelineEntry(
            item=item,
            at=item.created_at,
            kind=EntryKind.COMMENT,
            actor_kind="person",
            actor=cast.boris,
            body={"text": str(number)},
        )
        for number in range(5000)
    )
    with django_assert_num_queries(7):
        read_part(anna, address)


# --- comments -----------------------------------------------------------------------------


def test_a_comment_is_sent_and_shown_as_text_with_links(
    item: Item, anna: Client, boris: Client
) -> None:
    text = "<i>See</i> https://example.com/a?b=1&c=2\nsecond line"
    answer = boris.post(f"/request/{item.pk}/comments/", {"text": text}, **HTMX)

    assert answer.headers["HX-Trigger-After-Settle"] == "timeline-changed"
    shown = read_part(anna, f"/request/{item.pk}/timeline/").select_one(".tl-text")
    assert shown.a["href"] == "https://example.com/a?b=1&c=2"
    assert not shown.find("i")
    assert shown.find("br")


def test_a_comment_that_is_refused_stays_in_the_composer(item: Item, anna: Client) -> None:
    empty = anna.post(f"/request/{item.pk}/comments/", {"text": " "}, **HTMX)
    long = anna.post(f"/request/{item.pk}/comments/", {"text": "x" * 20_000}, **HTMX)

    assert (empty.status_code, long.status_code) == (422, 422)
    assert "xxx" in BeautifulSoup(long.content, "html.parser").textarea.text


def test_comments_of_hidden_records_are_neither_read_nor_written(
    item: Item, cast: Cast, anna: Client
) -> None:
    entry = add_comment(item, "Mine", actor=cast.actor("anna"))
    vera = signed_in(cast.vera)
    address = f"/request/{item.pk}/comments/"

    assert vera.post(address, {"text": "Hello"}, **HTMX).status_code == 404
    assert vera.get(f"{address}{entry.pk}/", **HTMX).status_code == 404
    other = make_item(item.type, responsible=cast.anna.pk)
    wrong = f"/request/{other.pk}/comments/{entry.pk}/"
    assert anna.get(wrong, **HTMX).status_code == 404


def test_the_author_edits_and_deletes_a_comment_nobody_else(
    item: Item, cast: Cast, anna: Client, boris: Client
) -> None:
    entry = add_comment(item, "First", actor=cast.actor("anna"))
    address = f"/request/{item.pk}/comments/{entry.pk}/"

    assert boris.post(address, {"text": "Hacked"}, **HTMX).status_code == 403
    assert boris.post(f"{address}delete/", **HTMX).status_code == 403
    assert "First" in anna.get(address, **HTMX).content.decode()
    assert anna.post(address, {"text": ""}, **HTMX).status_code == 422
    assert "Second" in anna.post(address, {"text": "Second"}, **HTMX).content.decode()
    assert "Second" in anna.get(f"{address}?cancel", **HTMX).content.decode()
    assert "deleted this comment" in anna.post(f"{address}delete/", **HTMX).content.decode()
    tools = read_part(boris, f"/request/{item.pk}/timeline/").select(".tl-tools button")
    assert not tools


def test_a_pinned_comment_stands_on_top(
    item: Item, cast: Cast, anna: Client, boris: Client
) -> None:
    entry = add_comment(item, "Important", actor=cast.actor("boris"))
    add_comment(item, "Newer", actor=cast.actor("boris"))
    address = f"/request/{item.pk}/timeline/{entry.pk}/pin/"

    assert boris.post(address, **HTMX).status_code == 403
    assert anna.post(address, **HTMX).status_code == 204
    page = read_part(anna, f"/request/{item.pk}/timeline/")
    assert "Important" in page.select_one("#pinned-" + str(entry.pk)).text
    anna.post(f"{address}?off", **HTMX)
    assert not read_part(anna, f"/request/{item.pk}/timeline/").select("[id^=pinned]")


# --- history ------------------------------------------------------------------------------


def test_history_tells_stages_with_times_and_every_change(
    item: Item, cast: Cast, anna: Client
) -> None:
    move_to_stage(item, "CALL", actor=cast.actor("anna"))
    for number in range(40):
        update_record(item, {"title": f"Title {number}"}, actor=cast.actor("anna"))

    page = read_part(anna, f"/request/{item.pk}/history/")

    stages, changes = page.select("table")
    assert [words(row.td) for row in stages.select("tbody tr")] == ["Call", "New"]
    assert "Stands there now" in words(stages)
    assert "Title 38 Title 39" in words(changes.select_one("tbody tr"))
    more = read_part(anna, changes.select_one("button")["hx-get"])
    assert len(more.select("tr")) == 10
    assert "Scanners Title 0" in words(more)
    assert read_part(anna, f"/request/{item.pk}/history/?after=forged").text.strip() == ""
