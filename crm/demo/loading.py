"""Loading the demo into an empty system."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from accounts.actor import Actor
from accounts.models import User
from crm.demo import words
from crm.demo.clients import make_companies, make_contacts, make_leads
from crm.demo.deals import Deals
from crm.demo.generator import Generator
from crm.demo.people import LOGINS, make_people
from crm.demo.processes import make_candidates, make_purchases
from crm.demo.rules import buy_today, hire_today, make_rules, sell_today
from crm.demo.talk import comment, link, watch
from crm.presets import catalogue
from smart_processes.models import Item
from smart_processes.solutions import document as documents
from smart_processes.solutions.document import Document
from smart_processes.solutions.planning import apply_solution

SOLUTION = Path(__file__).with_name("solution.yaml")
PRESETS = ("hiring", "purchases")


def is_empty() -> bool:
    """Return whether nobody has used the system yet."""
    return not User.objects.exists() and not Item._base_manager.exists()


def is_loaded() -> bool:
    """Return whether the people of the demo are there."""
    wanted = {login.username for login in LOGINS}
    return User.objects.filter(username__in=wanted).count() == len(wanted)


@transaction.atomic
def load_demo() -> None:
    """Make the demo's configuration, people and records.

    Raises:
        SolutionRefused, RecordRefusal, AccountsRefusal: a defect of the demo.
    """
    actor = Actor.system("demo")
    for code in PRESETS:
        apply_solution(Document(catalogue.read_all()[code]), actor=actor)
    apply_solution(documents.read(SOLUTION.read_bytes()), actor=actor)
    staff = make_people(actor=actor)

    generator = Generator()
    companies = make_companies(generator, staff.sellers, actor=actor)
    contacts = make_contacts(generator, companies, actor=actor)
    leads = make_leads(generator, staff.sellers, actor=actor)
    deals = Deals(generator, staff.sellers, companies, contacts).make(actor=actor)
    candidates = make_candidates(generator, staff.recruiters, actor=actor)
    everybody = [*staff.sellers, *staff.recruiters]
    purchases = make_purchases(generator, everybody, companies, actor=actor)

    comment(generator, deals, words.DEAL_COMMENTS, count=60)
    comment(generator, leads, words.DEAL_COMMENTS, count=15)
    comment(generator, candidates, words.CANDIDATE_COMMENTS, count=40)
    link(generator, candidates, contacts, count=20, actor=actor)
    link(generator, purchases, deals, count=4, actor=actor)
    if staff.head is not None:
        watch(candidates, staff.head, count=3, actor=actor)

    make_rules(actor=actor)
    sell_today(deals)
    hire_today(candidates)
    buy_today(purchases, staff.buyers[0])
