"""Fields edited in place over HTTP: the form, saving, every refusal, uploads."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from smart_processes.actions.records import update_record
from smart_processes.models import Item, RecordFile, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type, system
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db

HTMX: Any = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def requests(cast: Cast) -> RecordType:
    record_type = make_type("request", has_source=True)
    make_field(record_type, "budget", "integer", config={"min": 0, "max": 100})
    make_field(record_type, "nda", "file")
    make_field(record_type, "scans", "file", is_multiple=True)
    make_field(record_type, "tags", "choice", options=["one", "two"], is_multiple=True)
    role = make_role("agents", {record_type: {"view": "department", "change": "own"}})
    for person in (cast.anna, cast.boris, cast.vera):
        person.groups.add(role)
    return record_type


@pytest.fixture
def item(requests: RecordType, cast: Cast) -> Item:
    return make_item(requests, title="Scanners", responsible=cast.anna.pk)


@pytest.fixture
def anna(cast: Cast) -> Client:
    return signed_in(cast.anna)


def address(item: Item, code: str) -> str:
    return f"/request/{item.pk}/fields/{code}/edit/"


def save(client: Client, item: Item, code: str, value: Any, **more: Any) -> Any:
    sent = {f"value-{code}": value, "version": item.version, **more}
    return client.post(address(item, code), sent, **HTMX)


def parsed(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


def test_a_row_becomes_a_form_with_the_value_and_the_version(item: Item, anna: Client) -> None:
    update_record(item, {"budget": "7"}, actor=system())
    item.refresh_from_db()

    form = parsed(anna.get(address(item, "budget"), **HTMX)).form

    assert form.select_one("[name=value-budget]")["value"] == "7"
    assert form.select_one("[name=version]")["value"] == str(item.version)
    assert form.label["for"] == form.select_one("[name=value-budget]")["id"]


def test_a_saved_value_comes_back_as_a_row_with_a_tick(item: Item, anna: Client) -> None:
    answer = save(anna, item, "budget", "42")

    page = parsed(answer)
    assert answer.status_code == 200
    assert page.select_one("#field-budget.is-saved .frow-value").text.strip() == "42"
    assert page.select_one("#record-head")["hx-swap-oob"] == "true"
    assert answer.headers["HX-Trigger-After-Settle"] == "timeline-changed"
    assert page.select_one("#field-budget .pen")
    item.refresh_from_db()
    assert item.values


def test_the_row_comes_back_when_editing_is_given_up(item: Item, anna: Client) -> None:
    answer = anna.get(f"/request/{item.pk}/fields/budget/", **HTMX)

    assert parsed(answer).select_one("#field-budget:not(.is-saved) .pen")


def test_a_wrong_value_stays_in_its_form_with_the_reason(item: Item, anna: Client) -> None:
    answer = save(anna, item, "budget", "200")

    control = parsed(answer).select_one("[name=value-budget]")
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#field-budget"
    assert control["value"] == "200"
    assert control["aria-invalid"] == "true"
    assert parsed(answer).find(id=control["aria-describedby"]).text.strip()
    item.refresh_from_db()
    assert item.values == {}


def test_who_was_faster_is_named_and_their_value_shown(
    item: Item, cast: Cast, anna: Client
) -> None:
    update_record(item, {"budget": "5"}, actor=cast.actor("anna"))

    answer = save(anna, item, "budget", "6")

    form = parsed(answer).form
    assert answer.status_code == 409
    assert "Anna changed this record meanwhile" in form.text
    assert "It says now: 5" in " ".join(form.text.split())
    assert form.select_one("[name=value-budget]")["value"] == "6"
    again = {i["name"]: i["value"] for i in form.select("input[name]")}
    assert anna.post(address(item, "budget"), again, **HTMX).status_code == 200


@pytest.mark.parametrize("version", ["", "x", "99999999999999", "-1"])
def test_a_version_that_is_none_saves_as_the_record_is(
    item: Item, anna: Client, version: str
) -> None:
    assert save(anna, item, "budget", "6", version=version).status_code == 200


def test_a_required_value_is_not_emptied(requests: RecordType, item: Item, anna: Client) -> None:
    requests.definitions.filter(code="budget").update(is_required=True)
    update_record(item, {"budget": "5"}, actor=system())
    item.refresh_from_db()

    answer = save(anna, item, "budget", "")

    assert answer.status_code == 422
    assert "required" in parsed(answer).text


@pytest.mark.parametrize("code", ["number", "created_at", "nonsense"])
def test_what_is_no_field_of_people_has_no_form(item: Item, anna: Client, code: str) -> None:
    assert anna.get(address(item, code), **HTMX).status_code == 404
    assert save(anna, item, code, "1").status_code == 404


def test_who_may_not_change_the_record_gets_no_form(item: Item, cast: Cast) -> None:
    assert save(signed_in(cast.boris), item, "budget", "1").status_code == 403
    assert signed_in(cast.boris).get(address(item, "budget"), **HTMX).status_code == 403
    assert save(signed_in(cast.vera), item, "budget", "1").status_code == 404
    assert signed_in(cast.vera).get(f"/request/{item.pk}/fields/budget/").status_code == 404


def test_nothing_chosen_empties_a_choice(item: Item, anna: Client) -> None:
    save(anna, item, "tags", ["one", "two"])
    item.refresh_from_db()
    assert len(next(iter(item.values.values()))) == 2

    answer = anna.post(address(item, "tags"), {"version": item.version}, **HTMX)

    item.refresh_from_db()
    assert answer.status_code == 200
    assert item.values == {}


def test_the_title_is_edited_in_the_head(item: Item, anna: Client) -> None:
    form = parsed(anna.get(f"{address(item, 'title')}?place=head", **HTMX)).form
    assert form["hx-target"] == "#record-head"

    wrong = save(anna, item, "title", "x" * 300, place="head")
    saved = save(anna, item, "title", "Better scanners", place="head")

    assert wrong.status_code == 422
    assert wrong.headers["HX-Retarget"] == "#record-title"
    assert parsed(saved).h1.text == "Better scanners"


def test_who_gives_a_record_away_is_told_that_it_is_out_of_sight(
    item: Item, cast: Cast, anna: Client
) -> None:
    answer = save(anna, item, "responsible", cast.vera.pk)

    assert answer.status_code == 200
    assert "do not show you this record any more" in answer.headers["HX-Trigger"]
    assert not parsed(answer).select(".pen")


def test_a_company_is_chosen_in_the_client_s_card(cast: Cast) -> None:
    types = {each.code: each for each in RecordType.objects.all()}
    company = make_item(types["company"], title="Solmar")
    deal = make_item(types["deal"])
    root = signed_in(cast.root)

    editor = root.get(f"/deal/{deal.pk}/fields/company/edit/?place=client", **HTMX)
    sent = {"value-company": f"#{company.pk} Solmar", "place": "client", "version": deal.version}
    saved = root.post(f"/deal/{deal.pk}/fields/company/edit/", sent, **HTMX)

    assert parsed(editor).select_one("#client-editor [role=combobox]")
    assert parsed(saved).select_one("#record-client .client-company a").text == "Solmar"


# --- uploads ------------------------------------------------------------------------------
def upload(name: str = "nda.pdf", content: bytes = b"%PDF") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_file_becomes_the_value_of_its_field(item: Item, anna: Client) -> None:
    answer = save(anna, item, "nda", upload())

    file = RecordFile.objects.get()
    link = parsed(answer).select_one("#field-nda a")
    assert (file.item_id, file.field_code) == (item.pk, "nda")
    assert link["href"] == f"/request/{item.pk}/files/{file.pk}/"
    assert "nda.pdf" in link.text


def test_several_files_are_added_and_taken_out_one_by_one(item: Item, anna: Client) -> None:
    save(anna, item, "scans", [upload("a.pdf"), upload("b.pdf")])
    item.refresh_from_db()
    first, second = RecordFile.objects.order_by("pk")

    form = parsed(anna.get(address(item, "scans"), **HTMX))
    assert [c["value"] for c in form.select("[name=value-scans-kept]")] == [
        str(first.pk),
        str(second.pk),
    ]
    sent = {"value-scans-kept": [second.pk], "value-scans": upload("c.pdf")}
    answer = anna.post(address(item, "scans"), {**sent, "version": item.version}, **HTMX)

    assert [a.text.strip() for a in parsed(answer).select("#field-scans a")] == ["b.pdf", "c.pdf"]


def test_a_field_s_upload_that_is_refused_is_not_kept(
    item: Item, anna: Client, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 3

    answer = save(anna, item, "nda", upload())

    assert answer.status_code == 422
    assert "nda.pdf" in parsed(answer).text
    assert not RecordFile.objects.exists()


def test_an_upload_goes_when_somebody_was_faster(item: Item, anna: Client) -> None:
    update_record(item, {"budget": "5"}, actor=system())

    answer = save(anna, item, "nda", upload())

    assert answer.status_code == 409
    assert not RecordFile.objects.exists()


def test_somebody_else_s_file_cannot_be_named_as_kept(
    requests: RecordType, item: Item, cast: Cast, anna: Client
) -> None:
    other = make_item(requests, responsible=cast.boris.pk)
    save(signed_in(cast.boris), other, "nda", upload())
    file = RecordFile.objects.get()

    answer = anna.post(
        address(item, "nda"), {"value-nda-kept": file.pk, "version": item.version}, **HTMX
    )

    assert answer.status_code == 422
    item.refresh_from_db()
    assert item.values == {}
