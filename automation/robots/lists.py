"""The lists of robots, as moves need to know them: kept in memory until the stamp differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from accounts import access
from accounts.actor import Actor
from automation.choices import RobotMoment
from automation.models import RobotList
from automation.robots.entries import Entry
from smart_processes.schema import schema_for

Place = tuple[int, str]  # pipeline id, stage code


@dataclass(frozen=True)
class CurrentLists:
    """What a move has to know of robots.

    Attributes:
        by_place: The id of the current list of each stage that has robots.
        types: Codes of the types that have robots.
        date_fields: Type code -> codes of the date fields that robots go by.
    """

    by_place: Mapping[Place, int]
    types: frozenset[str]
    date_fields: Mapping[str, frozenset[str]]


def current_lists(actor: Actor) -> CurrentLists:
    """Return the lists that hold now (no query when nothing changed)."""
    return _current(access.of(actor).schema_stamp)


@lru_cache(maxsize=2)
def _current(stamp: str) -> CurrentLists:  # noqa: ARG001  # the key
    """Read the current lists (one query)."""
    rows = RobotList.objects.filter(is_current=True).select_related("stage__pipeline__type")
    by_place = {}
    date_fields: dict[str, set[str]] = {}
    for row in rows:
        by_place[row.stage.pipeline_id, row.stage.code] = row.pk
        codes = date_fields.setdefault(row.stage.pipeline.type.code, set())
        entries = (Entry.read(each) for each in row.entries)
        codes |= {e.when.date_field for e in entries if e.when.kind == RobotMoment.DATE_FIELD}
    return CurrentLists(
        by_place=by_place,
        types=frozenset(date_fields),
        date_fields={code: frozenset(codes) for code, codes in date_fields.items()},
    )


def has_robots(actor: Actor, type_id: int) -> bool:
    """Return whether any stage of a type has robots."""
    type_schema = schema_for(actor).types_by_id.get(type_id)
    return type_schema is not None and type_schema.code in current_lists(actor).types
