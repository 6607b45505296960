"""The page of one record over HTTP: what it shows to whom, watching, clients."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from smart_processes.actions.links import link_records
from smart_processes.actions.observers import add_observer
from smart_processes.actions.records import update_record
from smart_processes.choices import EntryKind
from smart_processes.models import Item, ItemObserver, RecordType, TimelineEntry
from smart_processes.models.links import FURTHER_CONTACT
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_field,
    make_item,
    make_type,
    system,
)
from tests.support.pages import read, signed_in

pytestmark = pytest.mark.django_db

HTMX: Any = {"HTTP_HX_REQUEST": "true"}
EVIL = '<script>alert("x")</script>'


@pytest.fixture
def requests(cast: Cast) -> RecordType:
    """Requests that the department reads, and everybody changes and deletes their own."""
    record_type = make_type("request", "NEW > CALL > OFFER > WON | LOST", number_prefix="REQ")
    cells = {"view": "department", "add": "own", "change": "own", "delete": "own"}
    role = make_role("agents", {record_type: cells})
    for person in (cast.anna, cast.boris, cast.vera):
        person.groups.add(role)
    return record_type


@pytest.fixture
def item(requests: RecordType, cast: Cast) -> Item:
    return make_item(requests, title="Scanners", amount="120 EUR", responsible=cast.anna.pk)


@pytest.fixture
def anna(cast: Cast) -> Client:
    return signed_in(cast.anna)


# --- what it shows ------------------------------------------------------------------------


def test_the_page_shows_title_number_amount_and_stages(item: Item, anna: Client) -> None:
    page = read(anna, f"/request/{item.pk}/")

    assert page.h1.get_text(strip=True) == "Scanners"
    assert f"REQ-{item.number:06d}" in page.select_one(".record-crumbs").text
    assert "€120" in page.select_one(".record-amount").text
    assert [s.text for s in page.select(".chevrons .chevron .cut")] == ["New", "Call", "Offer"]
    assert page.select_one(".chevron.is-now").text.split()[0] == "New"


@pytest.mark.parametrize("name", ["vera", "guest"])
def test_a_record_that_may_not_be_read_is_not_there(item: Item, cast: Cast, name: str) -> None:
    client = signed_in(getattr(cast, name))

    assert client.get(f"/request/{item.pk}/").status_code == 404
    assert client.get(f"/request/{item.pk + 1000}/").status_code == 404


def test_a_record_is_not_found_under_another_type(item: Item, anna: Client) -> None:
    assert anna.get(f"/deal/{item.pk}/").status_code == 404
    assert anna.get(f"/nonsense/{item.pk}/").status_code == 404


def test_a_stranger_is_asked_to_sign_in(item: Item, client: Client) -> None:
    assert client.get(f"/request/{item.pk}/").status_code == 302


@pytest.mark.parametrize("tail", ["", "timeline/", "links/", "files/", "history/", "client/"])
def test_every_part_asks_whether_the_record_may_be_read(item: Item, cast: Cast, tail: str) -> None:
    client = signed_in(cast.vera)

    assert client.get(f"/request/{item.pk}/{tail}", **HTMX).status_code == 404


def test_who_may_only_read_is_offered_nothing_to_change(item: Item, cast: Cast) -> None:
    page = read(signed_in(cast.boris), f"/request/{item.pk}/")

    assert not page.select(".pen, .is-editable, [hx-post*='/stage/'], [hx-post*='into-bin']")
    assert page.select_one("#composer")


def test_markup_in_any_text_is_shown_as_text(
    requests: RecordType, cast: Cast, anna: Client
) -> None:
    for kind in ("string", "text", "url", "email", "phone"):
        make_field(requests, f"a_{kind}", kind)
    make_field(requests, "choice", "choice", options=["one"], section=EVIL)
    requests.definitions.filter(code="choice").update(label=EVIL, help=EVIL)
    choice = requests.definitions.get(code="choice").options.get()
    choice.label = EVIL
    choice.save()
    cast.boris.first_name = EVIL
    cast.boris.save()
    item = make_item(
        requests,
        title=EVIL,
        a_string=EVIL,
        a_text=f'{EVIL}\njavascript:alert(1) https://a.example/"><img src=x onerror=alert(1)>',
        choice=choice.pk,
        responsible=cast.anna.pk,
    )
    update_record(item, {"a_string": f"{EVIL}2", "responsible": cast.boris.pk}, actor=system())
    other = make_item(requests, title=EVIL, responsible=cast.anna.pk)
    link_records(item, other, actor=system())

    for tail in ("", "timeline/", "links/", "history/", "fields/a_text/edit/"):
        client = signed_in(cast.root)
        html = client.get(f"/request/{item.pk}/{tail}", **({} if not tail else HTMX)).content
        page = BeautifulSoup(html, "html.parser")
        assert b"<script>alert" not in html, tail
        assert not [s for s in page.find_all("script") if "alert(" in s.text], tail
        assert not page.select("[onerror], [href^='javascript:']"), tail


def test_sections_follow_the_definitions_and_say_what_a_stage_will_ask(
    requests: RecordType, cast: Cast, anna: Client
) -> None:
    make_field(requests, "budget", "money", section="Money")
    make_field(requests, "nda", "string")
    offer = requests.pipelines.get().stages.get(code="OFFER")
    offer.required_from_here = ["nda"]
    offer.save()
    item = make_item(requests, responsible=cast.anna.pk)

    page = read(anna, f"/request/{item.pk}/")

    assert [h.get_text(strip=True) for h in page.select("#record-details .fieldset h2")] == [
        "Request",
        "Money",
        "About this record",
        "Observers",
    ]
    assert "Not added, required for Offer" in page.select_one("#field-nda dd").text
    assert "Empty" in page.select_one("#field-budget dd").text


def test_a_field_is_added_by_who_may_configure(item: Item, cast: Cast, anna: Client) -> None:
    assert "Add a field" not in read(anna, f"/request/{item.pk}/").text
    link = read(signed_in(cast.root), f"/request/{item.pk}/").select_one(".record-more a")

    assert link["href"].endswith(f"/fielddefinition/add/?type={item.type_id}")


# --- queries ------------------------------------------------------------------------------


def test_the_page_costs_the_same_whatever_the_record_has(
    requests: RecordType, cast: Cast, anna: Client, django_assert_max_num_queries: Any
) -> None:
    lean = make_item(requests, responsible=cast.anna.pk)
    full = make_item(requests, responsible=cast.anna.pk, title="Full")
    for _ in range(3):
        link_records(full, make_item(requests, responsible=cast.boris.pk), actor=system())
    TimelineEntry.objects.bulk_create(
        TimelineEntry(
            item=full,
            at=full.created_at,
            kind=EntryKind.CHANGED,
            actor_kind="person",
            actor=cast.boris,
            body={"fields": [{"field": "title", "from": str(number), "to": "Full"}]},
        )
        for number in range(5000)
    )
    anna.get(f"/request/{lean.pk}/")

    with django_assert_max_num_queries(24) as queries:
        read(anna, f"/request/{full.pk}/")
    small = len(queries)
    TimelineEntry.objects.filter(item=full).exclude(kind=EntryKind.CREATED).delete()
    with django_assert_max_num_queries(small):
        read(anna, f"/request/{full.pk}/")


# --- watching -----------------------------------------------------------------------------


def test_the_eye_watches_and_watches_no_longer(item: Item, cast: Cast, anna: Client) -> None:
    on = anna.post(f"/request/{item.pk}/watch/", **HTMX)
    assert ItemObserver.objects.filter(item=item, user=cast.anna).exists()
    off = anna.post(f"/request/{item.pk}/watch/?off", **HTMX)

    assert 'aria-pressed="true"' in on.content.decode()
    assert 'aria-pressed="false"' in off.content.decode()
    assert not ItemObserver.objects.filter(item=item).exists()


def test_observers_are_added_and_removed_by_who_changes_the_record(
    item: Item, cast: Cast, anna: Client
) -> None:
    boris = signed_in(cast.boris)
    address = f"/request/{item.pk}/observers/"

    assert boris.post(address, {"user": cast.vera.pk}, **HTMX).status_code == 403
    assert anna.post(address, {"user": cast.vera.pk}, **HTMX).status_code == 200
    assert signed_in(cast.vera).get(f"/request/{item.pk}/").status_code == 200
    assert anna.post(address, {"user": ""}, **HTMX).status_code == 422
    assert anna.post(f"{address}{cast.vera.pk}/remove/", **HTMX).status_code == 200
    assert signed_in(cast.vera).get(f"/request/{item.pk}/").status_code == 404


def test_who_reads_a_record_by_watching_alone_may_stop(item: Item, cast: Cast) -> None:
    add_observer(item, cast.vera, actor=system())
    vera = signed_in(cast.vera)

    page = read(vera, f"/request/{item.pk}/?in=list")
    answer = vera.post(f"/request/{item.pk}/watch/?off", **HTMX)

    assert page.select_one("#watch-button[aria-pressed=true]")
    assert answer.status_code == 200
    assert vera.get(f"/request/{item.pk}/").status_code == 404


def test_people_to_choose_from_are_the_active_ones(cast: Cast, anna: Client) -> None:
    cast.vera.is_active = False
    cast.vera.save()

    options = anna.get("/search/people/", **HTMX).content.decode()

    assert "Boris" in options
    assert "Vera" not in options


@pytest.fixture
def deal(cast: Cast) -> Item:
    """A deal of a company with two contacts, on which anna may work."""
    types = {each.code: each for each in RecordType.objects.all()}
    cells = {"view": "all", "change": "all", "add": "all"}
    role = make_role("seller", {types[c]: cells for c in ("deal", "company", "contact")})
    cast.anna.groups.add(role)
    company = make_item(types["company"], title="Solmar", phones=["+351 22 123 4567"])
    elena, david = (
        make_item(types["contact"], title="", first_name=name, emails=[f"{name}@solmar.example"])
        for name in ("Elena", "David")
    )
    deal = make_item(types["deal"], company=company.pk, contact=elena.pk)
    link_records(deal, david, actor=system(), other_is_parent=True, kind=FURTHER_CONTACT)
    return deal


# --- clients ------------------------------------------------------------------------------


def test_the_client_can_be_reached_from_the_deal(deal: Item, anna: Client) -> None:
    page = read(anna, f"/deal/{deal.pk}/")

    card = page.select_one("#record-client")
    assert [a.text for a in card.select("a.b, a.m")] == ["Solmar", "Elena", "David"]
    assert [a["href"] for a in card.select("a[href^=tel]")] == ["tel:+351221234567"]
    assert len(card.select("a[href^=mailto]")) == 2
    assert "1 open" in card.text


def test_a_client_that_may_not_be_seen_is_not_named(deal: Item, cast: Cast) -> None:
    deals = RecordType.objects.get(code="deal")
    cast.boris.groups.add(make_role("clerk", {deals: {"view": "all"}}))

    page = read(signed_in(cast.boris), f"/deal/{deal.pk}/")

    assert "Solmar" not in page.text
    assert "Elena" not in page.text
    assert "your roles do not show" in page.select_one("#record-client").text


def test_contacts_are_added_one_after_the_other(deal: Item, anna: Client) -> None:
    contacts = RecordType.objects.get(code="contact")
    third = make_item(contacts, title="Zoe")
    address = f"/deal/{deal.pk}/contact/"

    assert anna.get(address, **HTMX).status_code == 200
    assert anna.post(address, {"value-contact": ""}, **HTMX).status_code == 422
    assert anna.post(address, {"value-contact": "Nobody"}, **HTMX).status_code == 422
    added = anna.post(address, {"value-contact": f"#{third.pk} Zoe"}, **HTMX)

    assert "Zoe" in added.content.decode()
    taken_out = anna.post(f"/deal/{deal.pk}/links/remove/", {"other": third.pk, "card": 1}, **HTMX)
    assert "Zoe" not in taken_out.content.decode()


def test_the_first_contact_becomes_the_record_s_own(deal: Item, anna: Client) -> None:
    elena = deal.contact_id
    update_record(deal, {"contact": ""}, actor=system())

    anna.post(f"/deal/{deal.pk}/contact/", {"value-contact": "Elena"}, **HTMX)

    deal.refresh_from_db()
    assert deal.contact_id == elena
