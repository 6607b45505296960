"""Candidates and purchases of the demo: smart processes beside sales."""

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

CANDIDATE_COUNT = 60
CANDIDATE_WAYS = {
    ("INCOMING",): 30,
    ("INCOMING", "SCREENED"): 18,
    ("INCOMING", "SCREENED", "INTERVIEWED"): 14,
    ("INCOMING", "SCREENED", "INTERVIEWED", "OFFER"): 7,
    ("INCOMING", "SCREENED", "INTERVIEWED", "OFFER", "HIRED"): 11,
    ("INCOMING", "REJECTED"): 12,
    ("INCOMING", "SCREENED", "INTERVIEWED", "REJECTED"): 8,
}
REJECTIONS = {"skills": 5, "salary": 2, "withdrew": 2, "other": 1}
PURCHASE_WAYS = (
    *(("DRAFT",), ("DRAFT", "APPROVAL"), ("DRAFT", "APPROVAL", "ORDERED")),
    *(("DRAFT", "APPROVAL", "ORDERED", "DELIVERED"), ("DRAFT", "APPROVAL", "DECLINED")),
    ("DRAFT", "APPROVAL", "ORDERED", "DELIVERED", "PAID"),
)


def make_candidates(
    generator: Generator, recruiters: Sequence[User], *, actor: Actor
) -> list[Item]:
    """Return the candidates."""
    planned = [_candidate(generator, recruiters, number) for number in range(CANDIDATE_COUNT)]
    return make_records("hiring", planned, actor=actor)


def make_purchases(
    generator: Generator,
    people: Sequence[User],
    companies: Sequence[Item],
    *,
    actor: Actor,
) -> list[Item]:
    """Return the purchases, a few in every stage."""
    planned: list[Planned] = []
    for number, (title, kind, usual) in enumerate(words.PURCHASES):
        way = PURCHASE_WAYS[number % len(PURCHASE_WAYS)]
        values: dict[str, Any] = {
            "title": title,
            "goods": title,
            "cost_kind": kind,
            "amount": f"{generator.amount(usual)} EUR",
            "company": generator.pick(companies).pk,
        }
        if "ORDERED" in way:
            values["approved_by"] = generator.pick(people).pk
            values["order_number"] = f"PO-{2_400 + number}"
        stops = generator.way(way, oldest_days=45)
        planned.append(Planned(values, stops, generator.pick(people).pk))
    return make_records("purchase", planned, actor=actor)


def _candidate(generator: Generator, recruiters: Sequence[User], number: int) -> Planned:
    first, last = generator.person()
    way = generator.weighted(CANDIDATE_WAYS)
    stops = generator.way(way, oldest_days=21 if len(way) == 1 else 110)
    values: dict[str, Any] = {
        "title": f"{first} {last}",
        "position": generator.pick(words.POSITIONS),
        "email": generator.email(first, last, "candidate", str(number)),
        "phone": generator.phone(),
        "profiles": [f"https://profiles.example.com/{number}"],
        "source": generator.pick(words.SOURCES),
        "born_on": (generator.now - timedelta(days=generator.number(8_000, 19_000))).date(),
        "salary_wish": f"{generator.amount(42_000)} EUR",
    }
    if "INTERVIEWED" in way:
        entered = next(moment for code, moment in stops if code == "INTERVIEWED")
        hour = generator.number(9, 16)
        values["interview_at"] = entered.replace(hour=hour, minute=0) + timedelta(days=3)
    if way[-1] == "HIRED":
        values["begins_on"] = (stops[-1][1] + timedelta(days=generator.number(20, 60))).date()
    if way[-1] == "REJECTED":
        values["rejection_reason"] = generator.weighted(REJECTIONS)
    return Planned(values, stops, generator.pick(recruiters).pk)
