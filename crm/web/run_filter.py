"""What the list of runs is narrowed to, read from its address and written into it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from automation.choices import RunStatus
from automation.selectors.run_lists import RunFilter
from smart_processes.selectors.search import words_of

# Days that one can choose: how long ago a run has to have begun.
AGES = (1, 7, 30)


def wanted_runs(request: HttpRequest) -> RunFilter:
    """Return what the address asks for; what makes no sense is left out."""
    given = request.GET
    status = given.get("status", "")
    days = number_of(given.get("older", ""))
    return RunFilter(
        status=status if status in RunStatus.values else "",
        program_code=given.get("program", "")[:64],
        type_code=given.get("type", "")[:64],
        item_id=number_of(given.get("record", "")),
        words=words_of(given.get("item", "")),
        error=given.get("error", "").replace("\0", "").strip()[:200],
        older_than=timedelta(days=days) if days in AGES else None,
    )


def address_of(wanted: RunFilter, before: int | None) -> str:
    """Return the address of the list, from a run on."""
    query = query_of(wanted, before)
    return f"{reverse('crm:runs')}?{query}"


def query_of(wanted: RunFilter, before: int | None = None) -> str:
    """Return the filter as a query string."""
    given = {
        "status": wanted.status,
        "program": wanted.program_code,
        "type": wanted.type_code,
        "record": wanted.item_id,
        "item": " ".join(wanted.words),
        "error": wanted.error,
        "older": wanted.older_than.days if wanted.older_than else None,
        "before": before,
    }
    return urlencode({name: value for name, value in given.items() if value})


def number_of(text: str) -> int | None:
    """Return the id that a text is, None for another text."""
    # Longer ones are more than the database's largest id.
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 18 else None
