"""Finding people and records by what was typed, and what they are called."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.actor import Actor
from smart_processes.field_types.base import References, ValueRefused
from smart_processes.fields import Field
from smart_processes.lookups import TITLE, LinkKey, Lookups
from smart_processes.models import Item, RecordFile, RecordType
from smart_processes.schema import schema_for
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.names import load_names
from tests.factories.accounts import make_role, make_user
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> RecordType:
    return make_type("shop", number_prefix="SHP")


def fields_of(code: str) -> Any:
    return schema_for(system()).type(code).fields


@pytest.fixture
def client_field(shop: RecordType) -> Field:
    request = make_type("request")
    make_field(request, "client", "link", config={"target": "shop"})
    make_field(shop, "tax", "string")
    field: Field = fields_of("request")["client"]
    return field


# --- people -------------------------------------------------------------------------------


def test_person_is_found_by_name_in_either_order_and_any_case(client_field: Field) -> None:
    anna = make_user("anna.keller")
    responsible: Field = fields_of("request")["responsible"]

    for raw in ("ANNA.KELLER", "anna.keller@EXAMPLE.com", "keller  anna", "Anna Keller", anna):
        assert responsible.parse(raw) == anna.pk


def test_two_people_of_one_name_are_told_apart_by_user_name(client_field: Field) -> None:
    make_user("ivan.petrov")
    other = make_user("ivan.petrov2")
    other.first_name, other.last_name = "Ivan", "Petrov"
    other.save()
    responsible: Field = fields_of("request")["responsible"]

    with pytest.raises(ValueRefused, match="Several people are called “Ivan Petrov”"):
        responsible.parse("Ivan Petrov")
    assert responsible.parse("ivan.petrov2") == other.pk


def test_namesake_who_left_is_passed_over(client_field: Field) -> None:
    here = make_user("ivan.petrov")
    gone = make_user("ivan.petrov2", is_active=False)
    gone.first_name, gone.last_name = "Ivan", "Petrov"
    gone.save()

    assert fields_of("request")["responsible"].parse("Ivan Petrov") == here.pk


def test_me_is_nobody_without_a_person(client_field: Field) -> None:
    anna = make_user("anna")
    responsible: Field = fields_of("request")["responsible"]

    assert responsible.parse("me", lookups=Lookups(me=anna.pk)) == anna.pk
    with pytest.raises(ValueRefused):
        responsible.parse("me", lookups=Lookups())


# --- records ------------------------------------------------------------------------------


def test_record_is_found_by_id_number_or_title(shop: RecordType, client_field: Field) -> None:
    item = make_item(shop, title="Kestrel Logistics")

    for raw in (
        item.pk,
        str(item.pk),
        f"#{item.pk}",
        f"#{item.pk} Kestrel Logistics",
        f"shp-{item.number}",
        f"SHP-{item.number:06d}",
        " Kestrel  Logistics ",
    ):
        assert client_field.parse(raw) == item.pk


def test_ambiguous_title_is_refused(shop: RecordType, client_field: Field) -> None:
    make_item(shop, title="Twin")
    make_item(shop, title="Twin")

    with pytest.raises(ValueRefused, match="Several records are called “Twin”"):
        client_field.parse("Twin")


def test_title_that_looks_like_an_id_is_a_title(shop: RecordType, client_field: Field) -> None:
    first = make_item(shop, title="Plain")
    tricky = make_item(shop, title=f"#{first.pk}")

    assert client_field.parse(f"#{first.pk}") == tricky.pk
    with pytest.raises(ValueRefused):
        client_field.parse(f"#{first.pk} Another title")


def test_records_in_the_bin_and_of_other_types_are_not_found(
    shop: RecordType, client_field: Field
) -> None:
    gone = make_item(shop, title="Gone")
    Item.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    make_item(make_type("other"), title="Elsewhere")

    for title in ("Gone", "Elsewhere"):
        with pytest.raises(ValueRefused, match="There is no record"):
            client_field.parse(title)


def test_file_may_name_records_by_another_field(shop: RecordType, client_field: Field) -> None:
    item = make_item(shop, title="100", tax="BY-1")
    make_item(shop, title="BY-1", tax="BY-2")
    tax: Field = fields_of("shop")["tax"]
    by_tax = LinkKey(tax.expression(), lambda raw: tax.type.comparable(tax.parse(raw), tax))

    assert client_field.parse("BY-1", lookups=Lookups(link_keys={"client": by_tax})) == item.pk
    # By title alone, a number is a title and not an id.
    assert client_field.parse("100", lookups=Lookups(link_keys={"client": TITLE})) == item.pk


def test_titles_of_hidden_records_are_found_by_nobody(
    shop: RecordType, client_field: Field, cast: Cast
) -> None:
    role = make_role("seller", {shop: {"view": "own"}})
    cast.anna.groups.add(role)
    mine = make_item(shop, title="Mine", responsible=cast.anna.pk)
    make_item(shop, title="Theirs", responsible=cast.boris.pk)

    lookups = lookups_for(cast.actor("anna"))

    assert client_field.parse("Mine", lookups=lookups) == mine.pk
    with pytest.raises(ValueRefused) as refusal:
        client_field.parse("Theirs", lookups=lookups)
    assert refusal.value.message == "There is no record “Theirs”, or you may not see it."


def test_import_of_a_thousand_rows_asks_a_few_queries(
    shop: RecordType, client_field: Field, django_assert_max_num_queries: Any
) -> None:
    titles = [make_item(shop, title=f"Shop {n}").title for n in range(5)]
    make_user("anna.keller")
    responsible: Field = fields_of("request")["responsible"]
    raws = [titles[n % 5] if n % 7 else f"Missing {n}" for n in range(1000)]
    raws += [f"SHP-{n:06d}" for n in range(5)]

    with django_assert_max_num_queries(8):
        lookups = Lookups()
        client_field.prepare([*raws, None, "", ["a", "b"]], lookups)
        responsible.prepare(["Anna Keller"] * 1000, lookups)
        found = 0
        for raw in raws:
            try:
                client_field.parse(raw, lookups=lookups)
                responsible.parse("Anna Keller", lookups=lookups)
                found += 1
            except ValueRefused:
                continue

    assert found == sum(not raw.startswith("Missing") for raw in raws) - 1  # no SHP-000000


# --- files --------------------------------------------------------------------------------


def test_value_may_not_name_a_file_of_another_record(shop: RecordType, cast: Cast) -> None:
    make_field(shop, "scan", "file")
    scan: Field = fields_of("shop")["scan"]
    mine, theirs = make_item(shop), make_item(shop)

    def upload(item: Item | None, by: Any) -> int:
        return RecordFile.objects.create(
            item=item, name="x", content="x", size=1, uploaded_at=timezone.now(), uploaded_by=by
        ).pk

    lookups = Lookups(me=cast.anna.pk, record_id=mine.pk)

    for allowed in (upload(None, cast.anna), upload(mine, cast.boris)):
        assert scan.parse(allowed, lookups=lookups) == allowed
    for refused in (upload(None, cast.boris), upload(theirs, cast.anna), 999_999):
        with pytest.raises(ValueRefused):
            scan.parse(refused, lookups=lookups)


# --- names --------------------------------------------------------------------------------


def test_names_are_loaded_in_three_queries_and_hide_what_is_hidden(
    shop: RecordType, cast: Cast, django_assert_num_queries: Any
) -> None:
    cast.anna.groups.add(make_role("seller", {shop: {"view": "own"}}))
    mine = make_item(shop, title="Mine", responsible=cast.anna.pk)
    theirs = make_item(shop, title="Theirs", responsible=cast.boris.pk)
    file = RecordFile.objects.create(name="a.pdf", content="x", size=1, uploaded_at=timezone.now())
    references = References(
        users={cast.boris.pk, 999_999}, records={mine.pk, theirs.pk}, files={file.pk}
    )
    actor = cast.actor("anna")
    load_names(references, actor=actor)  # reads what the actor may do

    with django_assert_num_queries(3):
        names = load_names(references, actor=actor)

    assert names.users == {cast.boris.pk: "Boris"}
    assert names.records == {mine.pk: "Mine"}
    assert names.files == {file.pk: "a.pdf"}


def test_nothing_is_asked_for_no_names(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        load_names(References(), actor=Actor.system("tests"))
