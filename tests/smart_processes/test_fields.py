"""Fields of the product's own columns: what a column cannot take is refused before it."""

from __future__ import annotations

from typing import Any

import pytest

from smart_processes.exceptions import ValuesRefused
from smart_processes.field_types.base import Names
from smart_processes.fields import MOST_VALUES, Field
from smart_processes.models import RecordType
from smart_processes.schema import schema_for
from tests.factories.smart_processes import make_field, make_item, make_type, system

pytestmark = pytest.mark.django_db
NAMES = Names()


def fields_of(code: str) -> Any:
    return schema_for(system()).type(code).fields


@pytest.mark.parametrize(
    ("code", "raw"),
    [
        ("website", "https://example.com/" + "x" * 200),
        ("industry", "x" * 101),
        ("employee_count", 2**31),
        ("employee_count", -1),
        ("revenue", "99999999999999.99"),
        ("phones", ["+375291234567", "nonsense"]),
        ("emails", "a@example.com, nonsense"),
        ("title", "x" * 256),
    ],
)
def test_value_that_the_column_cannot_hold_is_refused(code: str, raw: Any) -> None:
    company = RecordType.objects.get(code="company")

    with pytest.raises(ValuesRefused) as refusal:
        make_item(company, **{"title": "Kestrel", code: raw})

    assert list(refusal.value.errors) == [code]


def test_columns_and_json_values_are_one_thing_to_the_reader() -> None:
    company = RecordType.objects.get(code="company")
    make_field(company, "founded", "date")
    make_field(company, "branches", "string", is_multiple=True)
    item = make_item(
        company,
        title="Kestrel",
        employee_count="1 200",
        revenue="1 200 300,50",
        phones="+375 29 123-45-67; +49 30 123456",
        founded="12.12.2006",
        branches="Minsk\nBrest",
    )
    fields = fields_of("company")

    shown = {code: fields[code].text(fields[code].read(item), NAMES) for code in fields}

    assert shown["employee_count"] == "1,200"
    assert shown["revenue"] == "1,200,300.50"
    assert shown["phones"] == "+375 29 123-45-67, +49 30 123456"
    assert shown["founded"] == "12 Dec 2006"
    assert shown["branches"] == "Minsk, Brest"
    assert shown["industry"] == ""
    assert fields["branches"].export(fields["branches"].read(item), NAMES) == "Minsk\nBrest"


def test_amount_without_a_currency_is_in_the_base_currency() -> None:
    item = make_item(make_type("request"), amount="12,50")
    amount: Field = fields_of("request")["amount"]

    assert amount.to_json(amount.read(item)) == {"minor": 1250, "currency": "EUR"}
    assert amount.form_value(amount.read(item), NAMES) == "12.50"


def test_more_values_than_a_page_can_show_are_refused() -> None:
    record_type = make_type("request")
    make_field(record_type, "names", "string", is_multiple=True)

    with pytest.raises(ValuesRefused, match=f"at most {MOST_VALUES} values"):
        make_item(record_type, names=[str(n) for n in range(MOST_VALUES + 1)])
    with pytest.raises(ValuesRefused, match="one value, not several"):
        make_item(record_type, title=["a", "b"])


def test_setting_of_a_file_does_not_change_the_field_itself() -> None:
    make_type("request")
    closes: Field = fields_of("request")["closes_on"]

    from_file = closes.with_settings(date_order="dayfirst")

    assert from_file.parse("03/04/2026") is not None
    assert "date_order" not in closes.config
    assert from_file.storage == closes.storage
