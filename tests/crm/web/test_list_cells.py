"""The list over HTTP: which columns it has, and its cells changed in place."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from smart_processes.actions.records import update_record
from smart_processes.models import Item, Pipeline, RecordType, SavedView
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type, system

pytestmark = pytest.mark.django_db

HTMX: Any = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def deals() -> RecordType:
    return make_type("sale", "NEW > CALL > WON | LOST")


@pytest.fixture
def client(cast: Cast, deals: RecordType) -> Client:
    """Anna, who may do everything with sales."""
    cells = dict.fromkeys(("view", "add", "change", "delete", "export"), "all")
    cast.anna.groups.add(make_role("seller", {deals: cells}))
    return _signed_in(cast.anna)


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _read(client: Client, query: str = "") -> str:
    return client.get(f"/sale/list/{query}").content.decode()


# --- columns ------------------------------------------------------------------------------


def _heads(html: str) -> str:
    found = re.search(r'data-columns="([^"]*)"', html)
    assert found
    return found[1]


def test_columns_are_kept_for_the_person_and_the_type(
    cast: Cast, client: Client, deals: RecordType
) -> None:
    make_item(deals)

    answer = client.post("/sale/list/columns/", {"columns": ["amount", "title", "created_at"]})

    assert _heads(answer.content.decode()) == "amount,title,created_at"
    assert _heads(_read(_signed_in(cast.anna))) == "amount,title,created_at"
    cast.boris.groups.add(*cast.anna.groups.all())
    assert _heads(_read(_signed_in(cast.boris))) != "amount,title,created_at"


def test_title_is_always_shown_and_unknown_columns_are_passed_over(
    client: Client, deals: RecordType
) -> None:
    make_item(deals)

    answer = client.post("/sale/list/columns/", {"columns": ["amount", "nonsense"]})

    assert _heads(answer.content.decode()) == "title,amount"


def test_columns_beside_a_view_last_until_they_are_saved_to_it(
    cast: Cast, client: Client, deals: RecordType
) -> None:
    make_item(deals)
    view = SavedView.objects.create(type=deals, owner=cast.anna, name="Mine")

    client.post(f"/sale/list/columns/?view={view.pk}", {"columns": ["title", "amount"]})
    assert _heads(_read(client, f"?view={view.pk}")) == "title,amount"
    assert _heads(_read(_signed_in(cast.anna), f"?view={view.pk}")) != "title,amount"

    client.post(
        f"/sale/list/columns/?view={view.pk}", {"columns": ["title", "amount"], "in_view": "1"}
    )

    assert _heads(_read(_signed_in(cast.anna), f"?view={view.pk}")) == "title,amount"


# --- cells --------------------------------------------------------------------------------


def _save(client: Client, item: Item, code: str, value: Any, **more: Any) -> Any:
    return client.post(
        f"/sale/{item.pk}/cell/{code}/",
        {f"value-{code}": value, "columns": "title,amount", "version": item.version, **more},
        **HTMX,
    )


def test_cell_is_changed_in_place(client: Client, deals: RecordType) -> None:
    item = make_item(deals, amount="10 EUR")
    editor = client.get(f"/sale/{item.pk}/cell/amount/?columns=title,amount").content.decode()
    assert 'name="value-amount" value="10.00"' in editor

    answer = _save(client, item, "amount", "6 400")

    assert answer.status_code == 200
    assert "€6,400" in answer.content.decode()
    assert Item.objects.get().amount_minor == 640_000


def test_wrong_value_comes_back_with_the_reason(client: Client, deals: RecordType) -> None:
    item = make_item(deals, amount="10 EUR")

    answer = _save(client, item, "amount", "lots")

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Enter an amount" in html
    assert 'value="lots"' in html
    assert Item.objects.get().amount_minor == 1000


def test_second_of_two_people_changing_one_cell_is_told(
    cast: Cast, client: Client, deals: RecordType
) -> None:
    item = make_item(deals, title="Old")
    update_record(item, {"title": "Boris was faster"}, actor=system())

    answer = _save(client, item, "title", "Mine")

    assert answer.status_code == 409
    assert "Somebody changed this record" in answer.content.decode()
    assert Item.objects.get().title == "Boris was faster"


def test_cell_of_a_record_that_may_only_be_read_is_refused(cast: Cast, deals: RecordType) -> None:
    cast.boris.groups.add(make_role("reader", {deals: {"view": "all"}}))
    client = _signed_in(cast.boris)
    item = make_item(deals, title="Old")

    assert "data-editable" not in _read(client)
    answer = _save(client, item, "title", "New")

    assert answer.status_code == 403
    assert Item.objects.get().title == "Old"


def test_cell_of_a_hidden_record_is_not_found(cast: Cast, deals: RecordType) -> None:
    cast.boris.groups.add(make_role("own", {deals: {"view": "own", "change": "own"}}))
    item = make_item(deals, responsible=cast.anna.pk)

    assert _save(_signed_in(cast.boris), item, "title", "New").status_code == 404


@pytest.mark.parametrize("code", ["stage", "created_at", "number", "nonsense"])
def test_what_is_no_field_to_write_has_no_editor(
    code: str, client: Client, deals: RecordType
) -> None:
    item = make_item(deals)

    assert client.get(f"/sale/{item.pk}/cell/{code}/").status_code == 404
    assert _save(client, item, code, "x").status_code == 404


def test_required_field_cannot_be_emptied(client: Client, deals: RecordType) -> None:
    pipeline: Pipeline = deals.pipelines.get()
    pipeline.stages.filter(code="NEW").update(required_from_here=["closes_on"])
    item = make_item(deals, closes_on="2026-01-01")

    answer = _save(client, item, "closes_on", "")

    assert answer.status_code == 422
    assert "cannot be emptied" in answer.content.decode()
