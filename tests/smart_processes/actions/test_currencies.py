"""Currencies: totals follow rates and the base."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.exceptions import PermissionRefused
from smart_processes.actions import currencies
from smart_processes.exceptions import ConfigurationRefused
from smart_processes.models import Currency, Item
from smart_processes.schema import schema_for
from smart_processes.selectors.board import board_columns
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type, system

pytestmark = pytest.mark.django_db


def total(type_code: str) -> int:
    """Return the sum that the board shows, in minor units."""
    type_schema = schema_for(system()).type(type_code)
    columns = board_columns(
        actor=system(), type_schema=type_schema, pipeline=type_schema.default_pipeline
    )
    return sum(column.amount_minor for column in columns)


def test_a_changed_rate_changes_the_totals(monkeypatch):
    monkeypatch.setattr(currencies, "BATCH", 2)
    currencies.add_currency("USD", "0.5", actor=system())
    request = make_type("request")
    for amount in ("10 USD", "20 USD", "30 USD", "7 EUR"):
        make_item(request, amount=amount)
    assert total("request") == 3700

    assert currencies.change_rate("USD", "0.9", actor=system()) == 3

    assert total("request") == 6100


def test_another_base_turns_rates_and_totals():
    currencies.add_currency("USD", "0.5", actor=system())
    currencies.add_currency("JPY", "0.01", actor=system())
    request = make_type("request")
    record = make_item(request, amount="10 EUR")
    make_item(request, amount="100 JPY")

    currencies.set_base_currency("USD", actor=system())

    rates = {c.code: (c.rate, c.is_base) for c in Currency.objects.all()}
    assert rates == {
        "USD": (Decimal(1), True),
        "EUR": (Decimal(2), False),
        "JPY": (Decimal("0.02"), False),
    }
    assert total("request") == 2000 + 200
    assert Item.objects.get(pk=record.pk).amount_minor == 1000
    assert schema_for(system()).base_currency == "USD"


@pytest.mark.parametrize(("code", "rate"), [("XXZ", "1"), ("EUR", "1"), ("USD", "0"), ("USD", "x")])
def test_wrong_currencies_are_refused(code, rate):
    with pytest.raises(ConfigurationRefused):
        currencies.add_currency(code, rate, actor=system())

    assert [c.code for c in Currency.objects.all()] == ["EUR"]


def test_the_base_has_no_rate_of_its_own_and_unknown_ones_cannot_become_it():
    with pytest.raises(ConfigurationRefused, match="worth 1 of itself"):
        currencies.change_rate("EUR", "2", actor=system())
    with pytest.raises(ConfigurationRefused, match="Add its rate first"):
        currencies.set_base_currency("USD", actor=system())


def test_a_currency_in_use_stays():
    for code in ("USD", "GBP", "CHF"):
        currencies.add_currency(code, "1", actor=system())
    request = make_type("request")
    make_item(request, amount="1 USD")
    make_field(request, "budget", "money", config={"currency": "GBP"})

    for code in ("EUR", "USD", "GBP"):
        with pytest.raises(ConfigurationRefused):
            currencies.remove_currency(code, actor=system())
    currencies.remove_currency("CHF", actor=system())

    assert [c.code for c in Currency.objects.all()] == ["EUR", "GBP", "USD"]


def test_only_who_may_configure_changes_rates(cast: Cast):
    with pytest.raises(PermissionRefused):
        currencies.add_currency("USD", "1", actor=cast.actor("anna"))
