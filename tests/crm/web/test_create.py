"""Making records by the form: page and drawer, from a lane, from a parent; the hint."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from smart_processes.models import Item, RecordFile, RecordLink, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_field,
    make_item,
    make_pipeline,
    make_type,
    system,
)
from tests.support.pages import read, signed_in

pytestmark = pytest.mark.django_db

DRAWER: Any = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "drawer-host"}


@pytest.fixture
def requests(cast: Cast) -> RecordType:
    record_type = make_type("request", "NEW > CALL > WON | LOST")
    make_field(record_type, "budget", "integer", is_required=True)
    make_field(record_type, "colour", "string", default="red")
    make_field(record_type, "nda", "file")
    cells = {"view": "own", "add": "own", "change": "own"}
    cast.anna.groups.add(make_role("agents", {record_type: cells}))
    return record_type


@pytest.fixture
def anna(cast: Cast) -> Client:
    return signed_in(cast.anna)


def names(page: BeautifulSoup, within: str) -> list[str]:
    return [str(each["name"]) for each in page.select(f"{within} [name^=value-]")]


def test_required_fields_come_first_and_few_others_at_once(
    requests: RecordType, anna: Client
) -> None:
    page = read(anna, "/request/new/")

    assert names(page, ".create-sheet > .create-grid")[:3] == [
        "value-budget",
        "value-title",
        "value-amount",
    ]
    assert "value-colour" in names(page, ".create-more")
    assert page.select_one("[name=value-colour]")["value"] == "red"
    assert page.select_one("[name=value-responsible] [selected]").text == "Anna"
    assert not page.select("[name=value-number], [name=value-created_at]")


def test_what_was_entered_becomes_a_record(requests: RecordType, cast: Cast, anna: Client) -> None:
    answer = anna.post(
        "/request/new/",
        {"value-title": "Scanners", "value-budget": "5", "value-responsible": cast.anna.pk},
    )

    item = Item.objects.get()
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/request/{item.pk}/"
    assert (item.title, item.stage, item.responsible_id) == ("Scanners", "NEW", cast.anna.pk)


def test_wrong_and_missing_values_come_back_at_their_fields(
    requests: RecordType, cast: Cast, anna: Client
) -> None:
    missing = anna.post("/request/new/", {"value-responsible": cast.anna.pk})
    wrong = anna.post(
        "/request/new/",
        {
            "value-budget": "much",
            "value-responsible": cast.anna.pk,
            "value-colour": "x" * 300,
            "value-title": "<script>alert(1)</script>",
        },
    )

    assert (missing.status_code, wrong.status_code) == (422, 422)
    page = BeautifulSoup(wrong.content, "html.parser")
    assert page.select_one("[name=value-budget]")["aria-invalid"] == "true"
    # What is wrong is never hidden behind "More fields".
    assert "value-colour" in names(page, ".create-sheet > .create-grid")
    assert page.select_one("[name=value-title]")["value"] == "<script>alert(1)</script>"
    assert b"<script>alert" not in wrong.content
    assert not Item.objects.exists()


def test_a_lane_s_stage_asks_for_its_fields(requests: RecordType, cast: Cast, anna: Client) -> None:
    call = requests.pipelines.get().stages.get(code="CALL")
    call.required_from_here = ["closes_on"]
    call.save()

    page = read(anna, "/request/new/?stage=CALL")
    sent = {"value-budget": "5", "value-responsible": cast.anna.pk, "stage": "CALL"}
    refused = anna.post("/request/new/", sent)
    done = anna.post("/request/new/", sent | {"value-closes_on": "2026-12-01"})

    assert page.select_one("[name=stage] [selected]")["value"] == "CALL"
    assert page.select_one("[name=value-closes_on]").find_parent(class_="create-more") is None
    assert (refused.status_code, done.status_code) == (422, 302)
    assert Item.objects.get().stage == "CALL"


def test_an_unknown_stage_or_pipeline_falls_back_to_the_usual(
    requests: RecordType, anna: Client
) -> None:
    page = read(anna, "/request/new/?stage=NONSENSE&pipeline=nonsense")

    assert page.select_one("[name=stage] [selected]")["value"] == "NEW"


def test_the_pipeline_of_the_address_is_the_record_s(cast: Cast) -> None:
    record_type = make_type("request", has_pipelines=True)
    make_pipeline("FIRST > LAST", record_type=record_type, code="renewals")
    root = signed_in(cast.root)

    page = read(root, "/request/new/?pipeline=renewals")
    carried = {i["name"]: i["value"] for i in page.select("#create-form input[type=hidden]")}
    root.post("/request/new/", carried | {"value-title": "One"})

    assert Item.objects.get().pipeline.code == "renewals"


def test_who_may_add_nothing_gets_no_form(requests: RecordType, cast: Cast) -> None:
    for client in (signed_in(cast.guest), signed_in(cast.vera)):
        assert client.get("/request/new/").status_code == 403
        assert client.post("/request/new/", {"value-budget": "1"}).status_code == 403
    assert signed_in(cast.anna).get("/nonsense/new/").status_code == 404
    assert not Item.objects.exists()


def test_a_record_for_somebody_else_is_refused_where_only_own_ones_may_be_added(
    requests: RecordType, cast: Cast, anna: Client
) -> None:
    answer = anna.post("/request/new/", {"value-budget": "1", "value-responsible": cast.vera.pk})

    assert answer.status_code == 403
    assert BeautifulSoup(answer.content, "html.parser").select_one(".note.bad")
    assert not Item.objects.exists()


def test_a_file_comes_with_the_record_or_goes_with_its_refusal(
    requests: RecordType, cast: Cast, anna: Client
) -> None:
    def send(budget: str) -> int:
        sent = {
            "value-budget": budget,
            "value-responsible": cast.anna.pk,
            "value-nda": SimpleUploadedFile("nda.pdf", b"%PDF"),
        }
        return anna.post("/request/new/", sent).status_code

    assert send("much") == 422
    assert not RecordFile.objects.exists()
    assert send("5") == 302
    assert RecordFile.objects.get().item == Item.objects.get()


# --- from another record ------------------------------------------------------------------
@pytest.fixture
def types() -> dict[str, RecordType]:
    return {each.code: each for each in RecordType.objects.all()}


def test_a_parent_is_filled_in_and_linked(types: dict[str, RecordType], cast: Cast) -> None:
    company = make_item(types["company"], title="Solmar")
    root = signed_in(cast.root)

    page = read(root, f"/deal/new/?company={company.pk}&link={company.pk}", **DRAWER)
    sent = {i["name"]: i.get("value", "") for i in page.select("input[name]:not([type=file])")}
    control = page.select_one("[name=value-company]")
    sent |= {"value-company": control["data-chosen"], "value-title": "Tablets"}
    answer = root.post("/deal/new/", sent, **DRAWER)

    deal = Item.objects.get(title="Tablets")
    assert control["value"] == "Solmar"
    assert answer.headers["HX-Redirect"] == f"/search/{company.pk}/"
    assert deal.company_id == company.pk
    assert RecordLink.objects.filter(parent=company, child=deal).exists()


def test_a_client_made_in_place_is_filled_in_at_once(
    types: dict[str, RecordType], cast: Cast
) -> None:
    deal = make_item(types["deal"])
    root = signed_in(cast.root)
    asked = {"for": deal.pk, "field": "company", "value-company": "Solmar Ferries"}

    answer = root.get("/company/new/", asked, **DRAWER)
    page = BeautifulSoup(answer.content, "html.parser")
    assert page.select_one("[name=value-title]")["value"] == "Solmar Ferries"
    answer = root.post(
        "/company/new/",
        {"for": deal.pk, "field": "company", "value-title": "Solmar Ferries"},
        **DRAWER,
    )

    deal.refresh_from_db()
    assert answer.headers["HX-Redirect"] == f"/search/{deal.pk}/"
    assert deal.company is not None
    assert deal.company.title == "Solmar Ferries"


def test_neither_is_made_when_the_parent_refuses(
    requests: RecordType, cast: Cast, anna: Client
) -> None:
    other = make_item(requests, budget="1", responsible=cast.vera.pk)
    sent = {"value-budget": "5", "value-responsible": cast.anna.pk}

    for carried in ({"link": other.pk}, {"for": other.pk, "field": "title"}, {"link": 999_999}):
        answer = anna.post("/request/new/", sent | carried)
        assert answer.status_code == 404

    assert list(Item.objects.all()) == [other]


def test_a_hidden_client_in_the_address_is_not_named(
    types: dict[str, RecordType], cast: Cast, anna: Client
) -> None:
    company = make_item(types["company"], title="Solmar", opened=False)
    cast.anna.groups.add(make_role("seller", {types["deal"]: {"view": "own", "add": "own"}}))

    page = read(anna, f"/deal/new/?company={company.pk}")

    assert "Solmar" not in str(page)


# --- the hint -----------------------------------------------------------------------------
def test_a_record_that_may_be_there_already_is_shown_while_typing(
    types: dict[str, RecordType], cast: Cast
) -> None:
    make_item(types["contact"], title="Elena Marsh", phones=["+351 22 123 4568"])
    make_item(types["lead"], title="Somebody", emails=["elena@solmar.example"])
    root = signed_in(cast.root)

    def hinted(**typed: str) -> list[str]:
        sent = {f"value-{name}": value for name, value in typed.items()}
        page = BeautifulSoup(root.get("/contact/duplicates/", sent).content, "html.parser")
        return [link.text for link in page.select("a")]

    assert hinted(phones="+351 22 123 4568") == ["Elena Marsh"]
    assert hinted(emails="elena@solmar.example\n") == ["Somebody"]
    assert hinted(first_name="elena", last_name="MARSH") == ["Elena Marsh"]
    assert hinted(phones="+351 22 12") == []
    assert hinted(title="El") == []


def test_the_hint_tells_nothing_that_may_not_be_read(
    types: dict[str, RecordType], cast: Cast, anna: Client
) -> None:
    make_item(types["contact"], title="Elena Marsh", actor=system(), opened=False)
    cast.anna.groups.add(make_role("clerk", {types["contact"]: {"view": "own", "add": "own"}}))

    answer = anna.get("/contact/duplicates/", {"value-title": "Elena Marsh"})

    assert b"Elena" not in answer.content
    assert read(anna, "/contact/new/").select_one("#duplicates")
