"""Four requests to filter, and their titles as a filter finds them."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from accounts.actor import Actor
from smart_processes.filters import RecordFilterSet, filterset_for
from smart_processes.models import Currency
from smart_processes.schema import schema_for
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.records import visible_records
from tests.factories.accounts import make_user
from tests.factories.smart_processes import (
    make_field,
    make_item,
    make_type,
    system,
)


def make_different_requests() -> None:
    """Make four requests that differ in everything: a, b, c and empty d."""
    Currency.objects.update_or_create(code="EUR", defaults={"is_base": True})
    Currency.objects.update_or_create(code="USD", defaults={"rate": "0.9"})
    record_type = make_type("request", number_prefix="REQ")
    make_field(record_type, "colour", "choice", options=["red", "green", "blue"])
    make_field(record_type, "tags", "choice", options=["hot", "cold"], is_multiple=True)
    make_field(record_type, "size", "decimal")
    make_field(record_type, "note", "string")
    make_field(record_type, "due", "date")
    make_field(record_type, "visit", "datetime")
    make_field(record_type, "signed", "flag")
    make_field(record_type, "helper", "user")
    make_field(record_type, "budget", "money")
    anna, boris = make_user("anna.keller"), make_user("boris.bauer")
    make_item(
        record_type,
        title="a",
        amount="400",
        responsible=anna.pk,
        colour="red",
        tags=["hot"],
        size="1.5",
        note="Договор <b>",
        due="2026-11-01",
        visit="2026-11-01 23:30",
        signed="yes",
        helper=boris.pk,
        budget="10 USD",
    )
    make_item(
        record_type,
        title="b",
        stage="CALL",
        amount="4000.50 EUR",
        responsible=boris.pk,
        colour="green",
        tags=["hot", "cold"],
        size="-2",
        note="contract 100%",
        due="2026-11-30",
        visit="2026-11-02 00:00",
        signed="no",
        budget="20",
    )
    make_item(record_type, title="c", stage="LOST", amount="9000", size="10", note="Zebra")
    make_item(record_type, title="d")


def filtered(
    parameters: dict[str, Any] | QueryDict, *, actor: Actor | None = None, code: str = "request"
) -> RecordFilterSet:
    actor = actor or system()
    schema = schema_for(actor).type(code)
    records = visible_records(actor, schema)
    return filterset_for(schema)(parameters, records, lookups=lookups_for(actor))
