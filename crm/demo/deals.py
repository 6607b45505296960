"""Deals of the demo, over two pipelines and half a year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from accounts.actor import Actor
from accounts.models import User
from crm.demo import words
from crm.demo.generator import Generator
from crm.demo.making import Planned, make_records
from smart_processes.models import Item

SALES_COUNT, RENEWAL_COUNT = 265, 35
SALES_WAYS = {
    ("NEW",): 11,
    ("NEW", "QUALIFIED"): 14,
    ("NEW", "QUALIFIED", "PROPOSAL"): 13,
    ("NEW", "QUALIFIED", "PROPOSAL", "NEGOTIATION"): 9,
    ("NEW", "QUALIFIED", "PROPOSAL", "CONTRACT"): 3,
    ("NEW", "QUALIFIED", "PROPOSAL", "NEGOTIATION", "CONTRACT"): 5,
    ("NEW", "QUALIFIED", "PROPOSAL", "NEGOTIATION", "CONTRACT", "WON"): 27,
    ("NEW", "LOST"): 5,
    ("NEW", "QUALIFIED", "LOST"): 6,
    ("NEW", "QUALIFIED", "PROPOSAL", "NEGOTIATION", "LOST"): 7,
}
RENEWAL_WAYS = {
    ("DUE",): 40,
    ("DUE", "OFFERED"): 30,
    ("DUE", "OFFERED", "RENEWED"): 22,
    ("DUE", "LAPSED"): 8,
}
OPEN_DAYS, CLOSED_DAYS = 70, 190  # how long ago the oldest ones began
LOSS_REASONS = {"price": 4, "competitor": 3, "no_budget": 2, "no_answer": 3}


class Deals:
    """What every deal is made of."""

    def __init__(
        self,
        generator: Generator,
        sellers: Sequence[User],
        companies: Sequence[Item],
        contacts: Sequence[Item],
    ) -> None:
        """Remember who sells to whom."""
        self.generator = generator
        self.sellers = sellers
        self.companies = companies
        self.contacts: dict[int, list[Item]] = {}
        for contact in contacts:
            self.contacts.setdefault(contact.company_id or 0, []).append(contact)
        self.contract = 100

    def make(self, *, actor: Actor) -> list[Item]:
        """Return the deals of both pipelines."""
        sales = [self._sale() for _ in range(SALES_COUNT)]
        renewals = [self._renewal() for _ in range(RENEWAL_COUNT)]
        return make_records("deal", [*sales, *renewals], actor=actor)

    def _sale(self) -> Planned:
        way = self.generator.weighted(SALES_WAYS)
        line = self.generator.pick(list(words.PRODUCTS))
        names, usual = words.PRODUCTS[line]
        values = self._values(line, usual)
        values["title"] = f"{self.generator.pick(names)}, {self.generator.pick(words.PLACES)}"
        return self._planned(values, way, "main")

    def _renewal(self) -> Planned:
        way = self.generator.weighted(RENEWAL_WAYS)
        values = self._values("service", words.PRODUCTS["service"][1])
        values["title"] = f"Service plan, year {self.generator.number(2, 6)}"
        return self._planned(values, way, "renewals")

    def _values(self, line: str, usual: int) -> dict[str, Any]:
        company = self.generator.pick(self.companies)
        currency = "USD" if self.generator.chance(12) else "EUR"
        return {
            "product_line": line,
            "amount": f"{self.generator.amount(usual)} {currency}",
            "company": company.pk,
            "contact": self.generator.pick(self.contacts[company.pk]).pk,
            "source": self.generator.pick(words.SOURCES),
            "probability": self.generator.number(1, 9) * 10,
        }

    def _planned(self, values: dict[str, Any], way: tuple[str, ...], pipeline: str) -> Planned:
        is_closed = way[-1] in {"WON", "LOST", "RENEWED", "LAPSED"}
        stops = self.generator.way(way, oldest_days=CLOSED_DAYS if is_closed else OPEN_DAYS)
        values["begins_on"] = stops[0][1].date()
        ahead = timedelta(days=self.generator.number(-9, 55))
        values["closes_on"] = (stops[-1][1] if is_closed else self.generator.now + ahead).date()
        if way[-1] in {"LOST", "LAPSED"}:
            values["loss_reason"] = self.generator.weighted(LOSS_REASONS)
        if {"CONTRACT", "WON"}.intersection(way):
            self.contract += 1
            values["contract_number"] = f"C-{self.contract}"
        return Planned(values, stops, self.generator.pick(self.sellers).pk, pipeline)
