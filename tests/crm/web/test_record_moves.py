"""The page of one record over HTTP: entering stages, deleting."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from smart_processes.actions.stages import move_to_stage
from smart_processes.models import Item, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_edge,
    make_field,
    make_item,
    make_pipeline,
    make_type,
    system,
)
from tests.support.pages import read, signed_in, toast_of

pytestmark = pytest.mark.django_db

HTMX: Any = {"HTTP_HX_REQUEST": "true"}


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


def move(client: Client, item: Item, **sent: str) -> Any:
    return client.post(f"/request/{item.pk}/stage/", sent, **HTMX)


# --- stages -------------------------------------------------------------------------------


def test_a_stage_is_entered_and_the_move_can_be_taken_back(item: Item, anna: Client) -> None:
    answer = move(anna, item, **{"move-stage": "CALL", "move-expected": "NEW"})

    item.refresh_from_db()
    assert answer.status_code == 200
    assert answer.headers["HX-Retarget"] == "#record"
    assert item.stage == "CALL"
    undo = toast_of(answer)["action"]["post"]
    assert anna.post(undo, **HTMX).status_code == 200
    item.refresh_from_db()
    assert item.stage == "NEW"


def test_missing_fields_are_asked_for_and_saved_with_the_move(
    requests: RecordType, item: Item, anna: Client
) -> None:
    make_field(requests, "budget", "integer")
    offer = requests.pipelines.get().stages.get(code="OFFER")
    offer.required_from_here = ["budget"]
    offer.save()

    refused = move(anna, item, **{"move-stage": "OFFER"})
    wrong = move(anna, item, **{"move-stage": "OFFER", "value-budget": "much"})
    done = move(anna, item, **{"move-stage": "OFFER", "value-budget": "7"})

    assert (refused.status_code, wrong.status_code, done.status_code) == (422, 422, 200)
    dialog = BeautifulSoup(wrong.content, "html.parser")
    assert refused.headers["HX-Retarget"] == "#dialog-host"
    assert dialog.select_one("form")["hx-post"] == f"/request/{item.pk}/stage/"
    assert dialog.select_one("[name=value-budget]")["value"] == "much"
    item.refresh_from_db()
    assert item.stage == "OFFER"


def test_who_was_faster_is_told_and_the_page_shows_what_is(item: Item, anna: Client) -> None:
    move_to_stage(item, "OFFER", actor=system())

    answer = move(anna, item, **{"move-stage": "CALL", "move-expected": "NEW"})

    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 409
    assert "Offer" in toast_of(answer)["text"]
    assert page.select_one(".chevron.is-now .cut").text == "Offer"


def test_moves_that_are_refused_leave_the_record_where_it_is(
    item: Item, requests: RecordType, cast: Cast, anna: Client
) -> None:
    make_edge(requests.pipelines.get(), "NEW", "CALL")

    assert move(anna, item, **{"move-stage": "WON"}).status_code == 409
    assert move(anna, item, **{"move-stage": "NONSENSE"}).status_code == 409
    assert move(anna, item).status_code == 400
    assert move(signed_in(cast.boris), item, **{"move-stage": "CALL"}).status_code == 403
    assert move(signed_in(cast.vera), item, **{"move-stage": "CALL"}).status_code == 404
    page = read(anna, f"/request/{item.pk}/")
    item.refresh_from_db()
    assert item.stage == "NEW"
    barred = page.select(".chevrons button[aria-disabled=true]")
    assert [button.select_one(".cut").text for button in barred] == ["Offer", "Won", "Lost"]


def test_several_failures_stand_in_a_menu(cast: Cast) -> None:
    record_type = make_type("ticket", "NEW > DONE | LOST | SPAM")
    item = make_item(record_type)

    page = read(signed_in(cast.root), f"/ticket/{item.pk}/")

    items = page.select("#failure-menu [role=menuitemradio] .cut")
    assert [each.text for each in items] == ["Lost", "Spam"]


def test_a_record_goes_to_another_pipeline_and_back(cast: Cast) -> None:
    record_type = make_type("request", has_pipelines=True)
    make_pipeline("FIRST > LAST", record_type=record_type, code="renewals")
    item = make_item(record_type)
    root = signed_in(cast.root)

    answer = move(root, item, **{"move-to_pipeline": "renewals"})

    item.refresh_from_db()
    assert (item.pipeline.code, item.stage) == ("renewals", "FIRST")
    root.post(toast_of(answer)["action"]["post"], **HTMX)
    item.refresh_from_db()
    assert (item.pipeline.code, item.stage) == ("main", "NEW")


def test_a_type_without_stages_has_no_chevrons(cast: Cast) -> None:
    company = make_item(RecordType.objects.get(code="company"), title="Solmar")

    page = read(signed_in(cast.root), f"/company/{company.pk}/")

    assert not page.select(".chevron, .stage-now")


# --- deleting -----------------------------------------------------------------------------


def test_deleting_asks_nothing_and_can_be_taken_back(item: Item, anna: Client) -> None:
    deleted = anna.post(f"/request/{item.pk}/into-bin/", **HTMX)

    assert anna.get(f"/request/{item.pk}/").status_code == 404
    assert b"recycle bin" in deleted.content
    restored = anna.post(toast_of(deleted)["action"]["post"], **HTMX)
    assert restored.status_code == 200
    assert b"Scanners" in restored.content
    assert anna.get(f"/request/{item.pk}/").status_code == 200


def test_only_who_may_deletes_and_restores(item: Item, cast: Cast, anna: Client) -> None:
    boris, vera = signed_in(cast.boris), signed_in(cast.vera)

    assert boris.post(f"/request/{item.pk}/into-bin/", **HTMX).status_code == 403
    assert vera.post(f"/request/{item.pk}/into-bin/", **HTMX).status_code == 404
    anna.post(f"/request/{item.pk}/into-bin/", **HTMX)
    assert boris.post(f"/request/{item.pk}/out-of-bin/", **HTMX).status_code == 403


def test_without_a_bin_the_page_asks_first_and_the_record_is_gone(cast: Cast) -> None:
    item = make_item(make_type("note", has_recycle_bin=False))
    root = signed_in(cast.root)

    page = read(root, f"/note/{item.pk}/")
    answer = root.post(f"/note/{item.pk}/into-bin/", **HTMX)

    assert page.select_one("#delete-dialog")
    assert answer.headers["HX-Redirect"] == "/note/board/"
    assert not Item.objects.filter(pk=item.pk).exists()
