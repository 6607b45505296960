"""The search, the start page and the recycle bin over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from smart_processes.actions.observers import add_observer
from smart_processes.actions.records import delete_record
from smart_processes.actions.stages import move_to_stage
from smart_processes.models import Item, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type, system
from tests.support.pages import read, signed_in, words

pytestmark = pytest.mark.django_db

HTMX: Any = {"HTTP_HX_REQUEST": "true"}
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def requests(cast: Cast) -> RecordType:
    record_type = make_type("request", "NEW > CALL > WON | LOST")
    cells = {"view": "department", "add": "own", "change": "own", "delete": "own"}
    role = make_role("agents", {record_type: cells})
    for person in (cast.anna, cast.boris, cast.vera):
        person.groups.add(role)
    return record_type


@pytest.fixture
def anna(cast: Cast) -> Client:
    return signed_in(cast.anna)


def asked(client: Client, text: str) -> BeautifulSoup:
    answer = client.post("/search/", {"q": text}, **HTMX)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


# --- search -------------------------------------------------------------------------------
def test_the_palette_answers_groups_of_options_with_the_words_marked(
    requests: RecordType, cast: Cast, anna: Client
) -> None:
    item = make_item(requests, title="Dock <b>scanners", amount="5 EUR", responsible=cast.anna.pk)

    page = asked(anna, "SCANN")

    option = page.select_one("[role=group] [role=option]")
    assert page.select_one("[role=group]")["aria-label"] == "Requests"
    assert option["href"] == f"/request/{item.pk}/"
    assert option.mark.text == "scann"
    assert "Dock <b>scanners" in words(option)
    assert "€5" in words(option)
    assert "1 result" in page.select_one("#palette-summary").text


def test_what_may_not_be_read_is_not_found(requests: RecordType, cast: Cast, anna: Client) -> None:
    item = make_item(requests, title="Secret scanners", responsible=cast.vera.pk)

    for text in ("secret", f"#{item.pk}", str(item.number)):
        assert "Secret" not in asked(anna, text).text
        assert "Secret" not in read(anna, f"/search/?q={text.replace('#', '%23')}").text


def test_markup_in_words_and_results_is_text(requests: RecordType, cast: Cast) -> None:
    make_item(requests, title=EVIL)
    root = signed_in(cast.root)

    answer = root.post("/search/", {"q": EVIL}, **HTMX)
    page = root.get("/search/", {"q": EVIL})

    assert b"<script>alert" not in answer.content + page.content
    assert EVIL in BeautifulSoup(answer.content, "html.parser").text


def test_a_company_that_is_found_offers_a_deal_for_it(cast: Cast) -> None:
    company = make_item(RecordType.objects.get(code="company"), title="Solmar Ferries")

    page = asked(signed_in(cast.root), "solmar")

    (link,) = [a for a in page.select("[role=option]") if "New deal for" in a.text]
    assert link["href"] == f"/deal/new/?company={company.pk}"


def test_more_than_eight_lead_to_the_list(requests: RecordType, cast: Cast, anna: Client) -> None:
    for number in range(10):
        make_item(requests, title=f"Scanner {number}", responsible=cast.anna.pk)

    page = asked(anna, "scanner")

    group = page.select_one("[role=group]")
    assert len(group.select("[role=option]")) == 9
    assert group.select("[role=option]")[-1]["href"] == "/request/list/?search=scanner"


def test_colleagues_lead_to_their_records_and_pages_are_found(
    requests: RecordType, cast: Cast, anna: Client
) -> None:
    page = read(anna, "/search/?q=boris")
    pages = read(anna, "/search/?q=request")

    (link,) = page.select(".link-title")
    assert link["href"] == f"/request/list/?responsible={cast.boris.pk}"
    assert "/request/board/" in [a["href"] for a in pages.select(".link-title")]


def test_the_search_page_says_what_to_do_without_words_and_results(anna: Client) -> None:
    assert "Search all records" in read(anna, "/search/").text
    assert "Nothing found for" in read(anna, "/search/?q=nothing-like-this").text


def test_the_search_costs_the_same_whatever_is_found(
    requests: RecordType, cast: Cast, anna: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        make_item(requests, title=f"Scanner {number} 123", responsible=cast.anna.pk)
    asked(anna, "scanner")

    with django_assert_max_num_queries(2 + 6):  # the session and the person; the search
        asked(anna, "123")


def test_strangers_search_nothing(client: Client) -> None:
    assert client.get("/search/?q=a").status_code == 302


# --- start page ---------------------------------------------------------------------------
def test_home_shows_boards_own_and_watched_records_and_news(
    requests: RecordType, cast: Cast, anna: Client
) -> None:
    mine = make_item(requests, title="Mine", amount="70 EUR", responsible=cast.anna.pk)
    make_item(requests, title="Ours", amount="30 EUR", responsible=cast.boris.pk)
    watched = make_item(requests, title="Watched", responsible=cast.vera.pk)
    make_item(requests, title="Hidden", responsible=cast.vera.pk)
    add_observer(watched, cast.anna, actor=system())
    move_to_stage(mine, "CALL", actor=cast.actor("anna"))

    page = read(anna, "/")

    rows = [words(row) for row in page.select(".funnel-row")]
    assert rows == ["New 2 €30", "Call 1 €70"]
    panels = {words(p.h2): p for p in page.select("section.panel")}
    assert "Mine" in panels["My records"].text
    assert "Ours" not in panels["My records"].text
    assert "Watched" in panels["Watched"].text
    news = words(panels["What happened"])
    assert "Anna moved Mine from New to Call" in news
    assert "Hidden" not in page.text


@pytest.mark.parametrize(
    ("language", "day"), [("en", "Sunday, 22 November"), ("ru", "Воскресенье, 22 ноября")]
)
def test_the_day_is_written_in_the_readers_language(
    anna: Client, language: str, day: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.web.home.timezone.localdate", lambda: date(2026, 11, 22))

    page = read(anna, "/", HTTP_ACCEPT_LANGUAGE=language)

    assert day in words(page.select_one(".page-head"))


def test_the_same_done_to_many_records_is_one_line(
    requests: RecordType, cast: Cast, anna: Client
) -> None:
    for _ in range(5):
        make_item(requests, responsible=cast.anna.pk, actor=cast.actor("anna"))

    (line,) = read(anna, "/").select(".timeline .tl")

    assert "and 4 more" in words(line)


def test_an_empty_company_is_told_where_to_begin(cast: Cast, anna: Client) -> None:
    root = read(signed_in(cast.root), "/")

    assert "Nothing is here yet" in root.text
    assert root.select_one(".home-starts .btn-primary")
    assert not read(anna, "/").select(".home-starts a")


def test_home_costs_the_same_whatever_there_is(
    requests: RecordType, cast: Cast, anna: Client, django_assert_max_num_queries: Any
) -> None:
    watched = make_item(requests, responsible=cast.vera.pk)
    add_observer(watched, cast.anna, actor=system())
    for _ in range(20):
        item = make_item(requests, responsible=cast.anna.pk, actor=cast.actor("anna"))
        move_to_stage(item, "CALL", actor=cast.actor("anna"))
    anna.get("/")

    with django_assert_max_num_queries(12):
        anna.get("/")


def test_titles_on_the_start_page_are_text(requests: RecordType, cast: Cast, anna: Client) -> None:
    make_item(requests, title=EVIL, responsible=cast.anna.pk)

    assert b"<script>alert" not in anna.get("/").content


# --- recycle bin --------------------------------------------------------------------------
@pytest.fixture
def deleted(requests: RecordType, cast: Cast) -> Item:
    item = make_item(requests, title=f"Gone {EVIL}", responsible=cast.anna.pk)
    delete_record(item, actor=cast.actor("anna"))
    return item


def test_the_bin_lists_what_may_be_restored_with_who_deleted_it(
    deleted: Item, cast: Cast, anna: Client
) -> None:
    other = make_item(deleted.type, title="Of boris", responsible=cast.boris.pk)
    delete_record(other, actor=system())

    page = read(anna, "/request/bin/")

    (row,) = page.select("tbody tr")
    assert "Anna" in words(row)
    assert "29 days left" in words(row)
    assert "<script>alert" not in str(page)


def test_a_record_is_restored_from_the_bin(deleted: Item, anna: Client) -> None:
    answer = anna.post(f"/request/bin/{deleted.pk}/", **HTMX)

    assert answer.status_code == 200
    assert answer.content == b""
    assert anna.get(f"/request/{deleted.pk}/").status_code == 200
    assert anna.post(f"/request/bin/{deleted.pk}/", **HTMX).status_code == 404


def test_a_record_is_deleted_for_good(deleted: Item, anna: Client) -> None:
    assert anna.post(f"/request/bin/{deleted.pk}/purge/", **HTMX).status_code == 200

    assert not Item.objects.filter(pk=deleted.pk).exists()


def test_the_bin_is_for_who_may_delete(deleted: Item, cast: Cast, client: Client) -> None:
    reader = make_role("reader", {deleted.type: {"view": "all"}})
    cast.guest.groups.add(reader)
    guest, boris, vera = (signed_in(p) for p in (cast.guest, cast.boris, cast.vera))

    assert guest.get("/request/bin/").status_code == 403
    assert boris.post(f"/request/bin/{deleted.pk}/", **HTMX).status_code == 403
    assert boris.post(f"/request/bin/{deleted.pk}/purge/", **HTMX).status_code == 403
    assert vera.post(f"/request/bin/{deleted.pk}/purge/", **HTMX).status_code == 404
    assert Item.objects.filter(pk=deleted.pk).exists()


def test_a_live_record_is_not_purged(requests: RecordType, cast: Cast, anna: Client) -> None:
    item = make_item(requests, responsible=cast.anna.pk)

    assert anna.post(f"/request/bin/{item.pk}/purge/", **HTMX).status_code == 404
    assert Item.objects.filter(pk=item.pk).exists()


def test_an_empty_bin_and_a_type_without_one(requests: RecordType, cast: Cast) -> None:
    make_type("note", has_recycle_bin=False)
    root = signed_in(cast.root)

    assert "The recycle bin is empty" in read(root, "/request/bin/").text
    assert root.get("/note/bin/").status_code == 403
    assert root.get("/request/bin/?after=forged").status_code == 200
