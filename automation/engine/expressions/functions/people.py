"""People and the record's address, which only the scope knows."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from html import escape
from typing import Any

from automation.engine.expressions.conversion import (
    is_empty,
    listed,
    moment,
    text,
    truth,
    whole,
)
from automation.engine.expressions.functions.registry import function
from automation.engine.expressions.surroundings import Surroundings
from automation.engine.scope import Source

HIGHEST_LEVEL = 10  # departments within departments
_LARGEST_ID = 2**63 - 1
_PREFIX = "user_"  # as imported templates write the id of a person


@function("user_manager", least=1, most=2)
def head(around: Surroundings, person: Any, level: Any = 1) -> Any:
    """Return the id of somebody's head; level 2 is the head's head."""
    if is_empty(person):
        return None
    return around.people.head_of(person_id(person), whole(level, low=1, high=HIGHEST_LEVEL))


@function("touserdate", least=2)
def in_zone_of(around: Surroundings, person: Any, value: Any) -> datetime:
    """Return a moment in the time zone of a person."""
    return moment(value, around.zone).astimezone(around.people.zone_of(person_id(person)))


@function("getuserdateoffset", least=1)
def offset_of(around: Surroundings, person: Any) -> Decimal:
    """Return how many seconds a person's clock is ahead of the company's."""
    there = around.now.astimezone(around.people.zone_of(person_id(person))).utcoffset()
    here = around.now.utcoffset()
    assert there is not None  # aware moments have one
    assert here is not None
    return Decimal(int((there - here).total_seconds()))


@function("getdocumenturl", least=0, most=2)
def address(around: Surroundings, form: Any = "", _external: Any = None) -> str:
    """Return the record's address; `bb` and `html` make it a link with the title."""
    url = text(around.scope.lookup(Source.DOCUMENT, ("URL",)))
    if is_empty(form) or not truth(form):
        return url
    title = text(around.scope.lookup(Source.DOCUMENT, ("TITLE",)))
    if text(form).lower() == "bb":
        return f"[url={url}]{title}[/url]"
    return f'<a href="{escape(url)}">{escape(title)}</a>'


def person_id(value: Any) -> int | None:
    """Return the id of a person, the first of several; None for nobody.

    Raises:
        Unfit: it is no id.
    """
    first = next(iter(listed(value)), None)
    if is_empty(first):
        return None
    written = text(first).removeprefix(_PREFIX)
    return whole(written, low=1, high=_LARGEST_ID)
