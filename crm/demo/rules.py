"""What the demo does by itself, and what its people did today, so that there is something to see.

The rules come behind the records: they would act for hundreds of them. A few records then
move; what follows from that is done by the workers, as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import User
from automation.actions.schedules import change_schedule
from automation.models import Schedule
from smart_processes.actions.records import update_record
from smart_processes.actions.stages import move_to_stage
from smart_processes.models import Item
from smart_processes.solutions import document as documents
from smart_processes.solutions.planning import apply_solution

RULES = Path(__file__).with_name("automation.yaml")
_LARGE = 50_000_00  # in cents; what the head of sales wants to hear of
_SMTP = "django.core.mail.backends.smtp.EmailBackend"


def make_rules(*, actor: Actor) -> None:
    """Make the robots, triggers and the schedule; without a mail server it is switched off."""
    apply_solution(documents.read(RULES.read_bytes()), actor=actor)
    for schedule in Schedule.objects.all():
        change_schedule(schedule, {"is_active": settings.EMAIL_BACKEND == _SMTP}, actor=actor)


def sell_today(deals: Sequence[Item]) -> None:
    """Let sellers move some of their deals, each for another reason to look at what follows."""
    new, qualified = _standing(deals, "NEW"), _standing(deals, "QUALIFIED")
    for deal in new[:3]:
        _move(deal, "QUALIFIED")
    # On to the next stage at once: what the first one planned is cancelled, and says so.
    _move(_move(new[3], "QUALIFIED"), "PROPOSAL")
    small = [deal for deal in qualified if deal.amount_minor and deal.amount_minor < _LARGE]
    large = [deal for deal in qualified if deal.amount_minor and deal.amount_minor >= _LARGE]
    for deal in (*small[:2], *large[:1]):
        _move(deal, "PROPOSAL")
    for deal in _standing(deals, "PROPOSAL")[:2]:
        _move(deal, "NEGOTIATION")
    # A trigger hears of the number and moves the deal to the contract.
    for place, deal in enumerate(_standing(deals, "NEGOTIATION")[:2]):
        _update(deal, {"contract_number": f"C-{301 + place}"})
    won, without_address = _standing(deals, "CONTRACT")[:2]
    _move(won, "WON")
    # The letter of thanks finds nobody: the run fails and waits for somebody to help.
    for contact in Item.objects.filter(pk=without_address.contact_id or 0):
        _update(contact, {"emails": []}, without_address)
    _move(without_address, "WON")


def hire_today(candidates: Sequence[Item]) -> None:
    """Agree on an interview, which moves the candidate, and hire somebody."""
    screened, interviewed = _standing(candidates, "SCREENED"), _standing(candidates, "INTERVIEWED")
    for days, candidate in enumerate(screened[:2], start=2):
        at = timezone.now().replace(hour=10, minute=0, second=0, microsecond=0)
        _update(candidate, {"interview_at": at + timedelta(days=days)})
    for candidate in interviewed[:1]:
        _move(candidate, "OFFER")
    for candidate in _standing(candidates, "OFFER")[:1]:
        begins = (timezone.now() + timedelta(days=30)).date().isoformat()
        _update(candidate, {"begins_on": begins})
        _move(candidate, "HIRED")


def buy_today(purchases: Sequence[Item], buyer: User) -> None:
    """Ask for an approval and give another one, which orders the goods."""
    for purchase in _standing(purchases, "APPROVAL")[:1]:
        update_record(purchase, {"approved_by": buyer.pk}, actor=Actor.person(buyer))
    for purchase in _standing(purchases, "DRAFT")[:1]:
        move_to_stage(purchase, "APPROVAL", actor=Actor.person(buyer))


def _standing(records: Sequence[Item], stage: str) -> list[Item]:
    return [record for record in records if record.stage == stage and record.responsible_id]


def _move(record: Item, stage: str) -> Item:
    move_to_stage(record, stage, actor=_whose(record))
    return record


def _update(record: Item, values: dict[str, Any], of: Item | None = None) -> None:
    update_record(record, values, actor=_whose(of or record))


def _whose(record: Item) -> Actor:
    return Actor.person(User.objects.get(pk=record.responsible_id or 0))
