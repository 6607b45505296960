"""Process 7: the day's invoices go to the owner as a spreadsheet, and what is missing is asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.test import Client
from openpyxl import load_workbook

from automation.models import Notification, Run, ScheduleOccurrence, Todo
from automation.runtime import clock
from smart_processes.models import Item
from tests.factories.cast import Cast
from tests.support.beat import live_at
from tests.support.mail_server import MailServer, Received, mail_server

__all__ = ["mail_server"]  # a fixture, used by its name
pytestmark = pytest.mark.django_db
SOLUTION = Path(__file__).parent / "invoices" / "solution.yaml"
MINSK = ZoneInfo("Europe/Minsk")
TODAY = datetime.now(MINSK).replace(hour=9, minute=0, second=0, microsecond=0)
# Nothing moves the clock back: records are entered before it.
THURSDAY = TODAY + timedelta(days=7 + (3 - TODAY.weekday()) % 7)
ASKING, REPORT = "Before the report", "The daily report"


def test_the_day_s_table_goes_to_the_owner(
    cast: Cast, client: Client, mail_server: MailServer
) -> None:
    with clock.moved(THURSDAY):
        call_command("solution", "apply", str(SOLUTION))
        client.force_login(cast.anna)
        for number in (1, 2, 3):
            client.post("/supplier_invoice/new/", {"value-title": f"Scan {number}"} | _of(cast))
        first, second, third = Item.objects.order_by("pk")
        _fill(client, first, "A-17", "120.50 EUR")
        _fill(client, second, "A-18", "")
    live_at(THURSDAY + timedelta(hours=1))
    assert [each.stage for each in Item.objects.order_by("pk")] == ["READ", "RECEIVED", "RECEIVED"]

    # At 16:00 what is missing is asked of a person; one answers before the report.
    live_at(THURSDAY.replace(hour=16), ASKING)
    asked = Todo.objects.order_by("item")
    assert [(each.item, each.assignee, each.title) for each in asked] == [
        (second, cast.anna, "Fill in number and amount: Scan 2"),
        (third, cast.anna, "Fill in number and amount: Scan 3"),
    ]
    assert asked[0].deadline_at == THURSDAY.replace(hour=17, minute=45)
    told = Notification.objects.filter(kind="robot").order_by("item")
    assert [each.title for each in told] == [
        "Something is missing: Scan 2",
        "Something is missing: Scan 3",
    ]
    with clock.moved(THURSDAY.replace(hour=17)):
        _fill(client, second, "A-18", "80 EUR")
    live_at(THURSDAY.replace(hour=17))

    live_at(THURSDAY.replace(hour=18), REPORT)
    live_at(THURSDAY.replace(hour=18, minute=1), REPORT)  # beat says it twice
    (letter,) = mail_server.letters
    assert letter.recipients == ["owner@example.org"]
    assert letter.message["Subject"] == f"Invoices of {THURSDAY:%d.%m.%Y}"
    assert "Not read yet: 1" in letter.message.get_body(("plain",)).get_content()
    day = THURSDAY.replace(hour=0, tzinfo=None)
    assert _rows(letter) == [
        ["Number of the invoice", "Supplier's invoice", "Amount", "Processed on"],
        ["A-17", "Scan 1", 120.5, day],
        ["A-18", "Scan 2", 80, day],
    ]

    # Nobody works on Saturday; on Monday there is nothing of that day.
    live_at(THURSDAY.replace(hour=18) + timedelta(days=2), REPORT)
    live_at(THURSDAY.replace(hour=18) + timedelta(days=4), REPORT)
    assert [each.status for each in ScheduleOccurrence.objects.filter(schedule__name=REPORT)] == [
        *("started", "skipped", "started"),
    ]
    assert len(_rows(mail_server.letters[1])) == 1

    run = Run.objects.filter(version__program__code="daily_table").order_by("pk")[0]
    story = _text(client, f"/automation/runs/{run.pk}/", as_admin=cast)
    for words in ("The table of the day", "Find records", "Mail a table", "Completed"):
        assert words in story, words


def _of(cast: Cast) -> dict[str, Any]:
    return {"value-responsible": cast.anna.pk}


def _fill(client: Client, item: Item, number: str, amount: str) -> None:
    """Enter values where people edit them: at the fields of the record."""
    for code, value in (("invoice_number", number), ("amount", amount)):
        address = f"/supplier_invoice/{item.pk}/fields/{code}/edit/"
        answer = client.post(address, {f"value-{code}": value})
        assert answer.status_code == 200, answer.content.decode()[:300]


def _rows(letter: Received) -> list[list[Any]]:
    (table,) = letter.message.iter_attachments()
    sheet = load_workbook(BytesIO(table.get_content())).active
    assert sheet is not None
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def _text(client: Client, address: str, *, as_admin: Cast) -> str:
    client.force_login(as_admin.root)
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())
