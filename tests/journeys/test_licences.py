"""Process 8: licences that end are written about, offered anew with a bonus, called about, or lapse."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.test import Client

from automation.models import Decision, Todo
from automation.runtime import clock
from smart_processes.models import Item, SavedView
from smart_processes.schema import schema_for
from tests.factories.cast import Cast
from tests.factories.smart_processes import system
from tests.support.beat import live_at
from tests.support.mail_server import MailServer, mail_server

__all__ = ["mail_server"]  # a fixture, used by its name
pytestmark = pytest.mark.django_db
SOLUTION = Path(__file__).parent / "licences" / "solution.yaml"
MINSK = ZoneInfo("Europe/Minsk")
# Nothing moves the clock back: records are entered before it.
FIRST = datetime.now(MINSK) + timedelta(days=1)
ENDS_ON = FIRST.date() + timedelta(days=200)
BONUSES = {
    "start": "20 % off five hours of support",
    "standard": "30 % off five hours of support",
    "small": "One hour of support free",
    "business": "Two hours of support free",
}


def test_licences_are_renewed_or_lapse(cast: Cast, client: Client, mail_server: MailServer) -> None:
    call_command("solution", "apply", str(SOLUTION))
    client.force_login(cast.anna)
    with clock.moved(FIRST):
        for edition in BONUSES:
            _sell(client, cast, edition)
    live_at(FIRST)
    start, standard, small, business = Item.objects.filter(type__code="licence").order_by("pk")
    assert not mail_server.letters

    # 60 days before each client is written to; one licence is prolonged before that.
    with clock.moved(FIRST):
        _set(client, business, "ends_on", (ENDS_ON + timedelta(days=90)).isoformat())
    live_at(_days_before(61))
    assert not mail_server.letters
    live_at(_days_before(60))
    assert sorted(letter.recipients[0] for letter in mail_server.letters) == [
        "small@example.org",
        "standard@example.org",
        "start@example.org",
    ]
    letter = next(each for each in mail_server.letters if each.recipients[0].startswith("small"))
    assert letter.message["Subject"].startswith("Licence small ends on ")
    assert "edition Small business ends in 60 days" in letter.message.get_content()

    # 30 days before a renewal is offered: a quarter of the price, and a bonus by edition.
    live_at(_days_before(30))
    renewals = Item.objects.filter(type__code="renewal").order_by("pk")
    assert {each.title: _read(each, "bonus") for each in renewals} == {
        f"Renewal of Licence {edition}": BONUSES[edition]
        for edition in ("start", "standard", "small")
    }
    assert {(each.amount_minor, each.currency) for each in renewals} == {(24_975, "EUR")}
    assert {each.responsible for each in renewals} == {cast.anna}

    # One client pays: that licence is renewed, nobody calls about it.
    with clock.moved(_days_before(20)):
        paid = renewals.get(title="Renewal of Licence start")
        client.post(f"/renewal/{paid.pk}/stage/", {"move-stage": "PAID"})
    live_at(_days_before(20))
    live_at(_days_before(7))
    assert [(each.item, each.title) for each in Todo.objects.order_by("item")] == [
        (standard, "Call about Licence standard"),
        (small, "Call about Licence small"),
    ]

    # The others lapse the day after, and stand in a view of their own.
    live_at(_days_before(-1))
    assert {each.title: each.stage for each in Item.objects.filter(type__code="licence")} == {
        "Licence start": "RENEWED",
        "Licence standard": "LAPSED",
        "Licence small": "LAPSED",
        "Licence business": "VALID",
    }
    view = SavedView.objects.get(code="lapsed")
    page = _text(client, f"/licence/list/?view={view.pk}&stage=LAPSED")
    assert "Licence small" in page
    assert "Licence business" not in page

    # Why nobody called about the renewed one stands on its tab.
    kinds = {
        each.rule_name: each.kind
        for each in Decision.objects.filter(item=start).exclude(robot=None)
    }
    assert kinds == {
        "Write that it ends in 60 days": "fired",
        "Offer the renewal": "fired",
        "Call the client": "cancelled",
        "Let it lapse": "cancelled",
    }
    story = _text(client, f"/licence/{start.pk}/automation/")
    for words in ("Offer the renewal", "Call the client", "The renewal is paid"):
        assert words in story, words


def _sell(client: Client, cast: Cast, edition: str) -> None:
    sent = {
        "value-title": f"Licence {edition}",
        "value-edition": edition,
        "value-amount": "999 EUR",
        "value-ends_on": ENDS_ON.isoformat(),
        "value-client_email": f"{edition}@example.org",
        "value-responsible": cast.anna.pk,
    }
    assert client.post("/licence/new/", sent).status_code == 302


def _set(client: Client, item: Item, code: str, value: str) -> None:
    answer = client.post(f"/licence/{item.pk}/fields/{code}/edit/", {f"value-{code}": value})
    assert answer.status_code == 200, answer.content.decode()[:300]


def _read(item: Item, code: str) -> object:
    return schema_for(system()).of(item).fields[code].read(item)


def _days_before(days: int) -> datetime:
    """Return noon of a day before the licences end."""
    day = ENDS_ON - timedelta(days=days)
    return datetime(day.year, day.month, day.day, 12, tzinfo=MINSK)


def _text(client: Client, address: str) -> str:
    answer = client.get(address, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())
