"""Making a record out of another one."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.exceptions import PermissionRefused
from smart_processes.actions.copies import copy_record
from smart_processes.actions.files import store_file
from smart_processes.exceptions import RecordMissing, ValuesRefused
from smart_processes.models import Item
from smart_processes.money import Money
from smart_processes.schema import schema_for
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_pipeline, make_type, system

pytestmark = pytest.mark.django_db


def values(record: Item) -> dict[str, object]:
    fields = schema_for(system()).of(record).fields
    return {code: value for code, field in fields.items() if (value := field.read(record))}


@pytest.fixture
def original(cast: Cast) -> Item:
    """Return a record with values of several kinds in the stage CALL."""
    request = make_type("request", has_client=True)
    make_pipeline("FIRST > LAST", record_type=request, code="second")
    make_field(request, "tags", "choice", options=["hot", "cold"], is_multiple=True)
    make_field(request, "visit", "datetime")
    make_field(request, "contract", "string", is_unique=True)
    make_field(request, "scan", "file")
    scan = store_file(SimpleUploadedFile("a.txt", b"a"), actor=system())
    return make_item(
        request,
        stage="CALL",
        title="Scanner",
        amount="100 EUR",
        responsible="anna",
        tags=["hot", "cold"],
        visit="2026-11-30 15:00",
        contract="C-1",
        scan=scan.pk,
        external_id="x1",
    )


def test_copy_has_the_values_and_begins_anew(original: Item) -> None:
    made = copy_record(original, {"title": "Second scanner"}, actor=system())

    here, there = values(original), values(made)
    kept = {"tags", "visit", "responsible", "amount"}
    assert {code: there[code] for code in kept} == {code: here[code] for code in kept}
    assert (there["title"], there["amount"]) == ("Second scanner", Money(10_000, "EUR"))
    assert not {"contract", "scan", "external_id"} & there.keys()
    assert (made.stage, made.pipeline_id) == ("NEW", original.pipeline_id)


def test_copy_goes_where_it_is_asked_to(original: Item) -> None:
    made = copy_record(
        original, {"responsible": None}, actor=system(), pipeline="second", stage="LAST"
    )

    assert (made.stage, made.responsible_id) == ("LAST", None)
    assert made.pipeline_id != original.pipeline_id


def test_wrong_value_makes_no_copy(original: Item) -> None:
    with pytest.raises(ValuesRefused):
        copy_record(original, {"amount": "much"}, actor=system())

    assert Item.objects.count() == 1


def test_copying_needs_the_right_to_see_and_to_add(original: Item, cast: Cast) -> None:
    request = original.type
    cast.anna.groups.add(make_role("reader", {request: {"view": "all"}}))

    with pytest.raises(PermissionRefused):
        copy_record(original, {}, actor=cast.actor("anna"))
    with pytest.raises(RecordMissing):
        copy_record(original, {}, actor=cast.actor("guest"))
