"""Companies, contacts and leads of the demo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.actor import Actor
from accounts.models import User
from crm.demo import words
from crm.demo.generator import Generator
from crm.demo.making import Planned, make_records
from smart_processes.drafts import HIDDEN_STAGE
from smart_processes.models import Item

COMPANY_COUNT, CONTACT_COUNT, LEAD_COUNT = 40, 80, 60
LEAD_WAYS = {
    ("NEW",): 40,
    ("NEW", "IN_WORK"): 30,
    ("NEW", "IN_WORK", "CONVERTED"): 20,
    ("NEW", "JUNK"): 10,
}


def make_companies(generator: Generator, sellers: Sequence[User], *, actor: Actor) -> list[Item]:
    """Return the companies."""
    names = list(words.RUSSIAN_COMPANIES)
    while len(names) < COMPANY_COUNT:
        name = generator.pick(words.COMPANY_BEGINNINGS) + generator.pick(words.COMPANY_ENDINGS)
        if name not in names:
            names.append(name)
    planned = [
        Planned(
            {
                "title": name,
                "industry": generator.pick(words.INDUSTRIES),
                "employee_count": generator.number(2, 90) * 10,
                "revenue": generator.amount(9_000_000),
                "phones": [generator.phone()],
                "emails": [generator.email("office", str(number))],
                "source": generator.pick(words.SOURCES),
            },
            generator.way([HIDDEN_STAGE], oldest_days=420),
            generator.pick(sellers).pk,
        )
        for number, name in enumerate(names, start=1)
    ]
    return make_records("company", planned, actor=actor)


def make_contacts(generator: Generator, companies: Sequence[Item], *, actor: Actor) -> list[Item]:
    """Return the contacts: two or three people of each company."""
    planned: list[Planned] = []
    for number in range(CONTACT_COUNT):
        company = companies[number % len(companies)]
        first, last = generator.person()
        values: dict[str, Any] = {
            "first_name": first,
            "last_name": last,
            "job_title": generator.pick(words.JOB_TITLES),
            "company": company.pk,
            "phones": [generator.phone()],
            "emails": [generator.email(first, last, str(number))],
        }
        stops = generator.way([HIDDEN_STAGE], oldest_days=380)
        planned.append(Planned(values, stops, company.responsible_id or 0))
    return make_records("contact", planned, actor=actor)


def make_leads(generator: Generator, sellers: Sequence[User], *, actor: Actor) -> list[Item]:
    """Return the leads."""
    planned: list[Planned] = []
    for number in range(LEAD_COUNT):
        first, last = generator.person()
        way = generator.weighted(LEAD_WAYS)
        values: dict[str, Any] = {
            "first_name": first,
            "last_name": last,
            "company_name": generator.pick(words.COMPANY_BEGINNINGS)
            + generator.pick(words.COMPANY_ENDINGS),
            "phones": [generator.phone()],
            "emails": [generator.email(first, last, "lead", str(number))],
            "source": generator.pick(words.SOURCES),
            "interest": generator.pick(words.INTERESTS),
        }
        if generator.chance(60):
            values["amount"] = f"{generator.amount(12_000)} EUR"
        values["title"] = f"{values['interest']} for {values['company_name'].split()[0]}"
        stops = generator.way(way, oldest_days=14 if len(way) == 1 else 90)
        planned.append(Planned(values, stops, generator.pick(sellers).pk))
    return make_records("lead", planned, actor=actor)
