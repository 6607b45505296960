"""Action × scope × door: whatever the door, one person meets one set of records."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from accounts.models import User
from smart_processes.actions.records import delete_record, update_record
from smart_processes.actions.stages import move_to_stage
from smart_processes.exceptions import RecordMissing
from smart_processes.models import Item
from smart_processes.schema import schema_for
from smart_processes.selectors.board import board_columns
from smart_processes.selectors.lists import totals_of_all
from smart_processes.selectors.records import get_record, visible_records
from smart_processes.selectors.search import search
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type

TYPE = "request"
SCOPES = {
    "none": set[str](),
    "own": {"anna"},
    "department": {"anna", "boris"},
    "subtree": {"anna", "boris", "clara"},
    "opened": {"anna", "boris", "clara", "open"},
    "all": {"anna", "boris", "clara", "vera", "nobody", "open"},
}
AMOUNT = 250  # minor units of every record


def records_of(cast: Cast) -> dict[str, Item]:
    """Make one record of each person, one of nobody and an open one of vera."""
    record_type = make_type(TYPE, "NEW > CALL > WON | LOST")
    people: dict[str, Any] = {
        name: {"responsible": getattr(cast, name).pk} for name in ("anna", "boris", "clara", "vera")
    }
    people["nobody"] = {"responsible": ""}
    people["open"] = {"responsible": cast.vera.pk, "opened": True}
    return {
        name: make_item(record_type, title=f"Findme {name}", amount="2.50 EUR", **values)
        for name, values in people.items()
    }


# --- doors through which records are seen -------------------------------------------------
def on_board_page(user: User, client: Client) -> set[int]:
    page = client.get(reverse("crm:board", args=[TYPE])).content.decode()
    return {int(pk) for pk in re.findall(r'id="card-(\d+)"', page)}


def on_list_page(user: User, client: Client) -> set[int]:
    page = client.get(reverse("crm:list", args=[TYPE])).content.decode()
    return {int(pk) for pk in re.findall(r'id="row-(\d+)"', page)}


def on_record_pages(user: User, client: Client) -> set[int]:
    def opens(pk: int) -> bool:
        return client.get(reverse("crm:record", args=[TYPE, pk])).status_code == 200

    return {pk for pk in Item.objects.values_list("pk", flat=True) if opens(pk)}


def in_search(user: User, client: Client) -> set[int]:
    found = search(Actor.person(user), "findme", per_type=50)
    return {record.pk for each in found.types for record in each.records}


def in_admin(user: User, client: Client) -> set[int]:
    page = client.get(reverse("admin:smart_processes_item_changelist")).content.decode()
    return {int(pk) for pk in re.findall(r"/admin/smart_processes/item/(\d+)/change/", page)}


DOORS: dict[str, Callable[[User, Client], set[int]]] = {
    "board": on_board_page,
    "list": on_list_page,
    "record": on_record_pages,
    "search": in_search,
    "admin": in_admin,
}


# --- doors through which something is done ------------------------------------------------
def by_changing(actor: Actor, record: Item) -> None:
    update_record(record, {"title": "Findme changed"}, actor=actor)


def by_deleting(actor: Actor, record: Item) -> None:
    delete_record(record, actor=actor)


def by_moving(actor: Actor, record: Item) -> None:
    move_to_stage(record, "CALL", actor=actor)


DEEDS: dict[Action, Callable[[Actor, Item], None]] = {
    Action.CHANGE: by_changing,
    Action.DELETE: by_deleting,
    Action.MOVE: by_moving,
}


@pytest.mark.django_db
@pytest.mark.parametrize("scope", SCOPES)
def test_every_door_shows_the_same_records(cast: Cast, client: Client, scope: str) -> None:
    records = records_of(cast)
    make_role("staff", {records["anna"].type: {"view": scope}}, everybody=True)
    cast.anna.is_staff = True  # for the admin's door
    cast.anna.save()
    client.force_login(cast.anna)
    expected = {records[name].pk for name in SCOPES[scope]}

    shown = {name: door(cast.anna, client) for name, door in DOORS.items()}

    assert shown == dict.fromkeys(DOORS, expected)


@pytest.mark.django_db
@pytest.mark.parametrize("scope", SCOPES)
def test_counts_and_sums_are_of_those_records(cast: Cast, scope: str) -> None:
    records = records_of(cast)
    make_role("staff", {records["anna"].type: {"view": scope}}, everybody=True)
    actor = cast.actor("anna")
    type_schema = schema_for(actor).type(TYPE)
    expected = len(SCOPES[scope])

    columns = board_columns(
        actor=actor, type_schema=type_schema, pipeline=type_schema.default_pipeline
    )
    totals = totals_of_all(actor=actor, type_schema=type_schema, pipelines=type_schema.pipelines)

    assert sum(column.record_count for column in columns) == totals.record_count == expected
    assert sum(column.amount_minor for column in columns) == expected * AMOUNT
    assert totals.amount_minor == expected * AMOUNT


@pytest.mark.django_db
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("action", DEEDS)
def test_what_may_be_done_reaches_the_scope_and_no_further(
    cast: Cast, action: Action, scope: str
) -> None:
    records = records_of(cast)
    cells = {"view": "all", action.value: scope}
    if action == Action.MOVE:
        cells["change"] = "all"
    make_role("staff", {records["anna"].type: cells}, everybody=True)

    done = {name for name, record in records.items() if _succeeds(DEEDS[action], cast, record)}

    actor = cast.actor("anna")
    asked = visible_records(actor, schema_for(actor).type(TYPE), action=action)
    assert done == SCOPES[scope]
    assert set(asked.values_list("pk", flat=True)) == {records[name].pk for name in done}


@pytest.mark.django_db
def test_hidden_record_and_missing_record_look_alike(cast: Cast) -> None:
    records = records_of(cast)
    make_role("staff", {records["anna"].type: {"view": "own"}}, everybody=True)

    with pytest.raises(RecordMissing) as hidden:
        get_record(cast.actor("anna"), records["vera"].pk)
    with pytest.raises(RecordMissing) as missing:
        get_record(cast.actor("anna"), 10**9)

    assert hidden.value.message == missing.value.message


def _succeeds(deed: Callable[[Actor, Item], None], cast: Cast, record: Item) -> bool:
    """Try and undo."""
    try:
        with transaction.atomic():
            deed(cast.actor("anna"), record)
            transaction.set_rollback(True)
    except PermissionRefused:
        return False
    return True
