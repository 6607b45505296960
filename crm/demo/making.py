"""Making many records at once and giving each its past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.actor import Actor
from crm.demo.past import Way, spread
from smart_processes.actions.creation import Draft, create_records
from smart_processes.models import Item


@dataclass(frozen=True)
class Planned:
    """A record to make: its values, the stages it went through, and whose it is."""

    values: dict[str, Any]
    stops: Sequence[tuple[str, datetime]]
    user_id: int
    pipeline: str | None = None


def make_records(type_code: str, planned: Sequence[Planned], *, actor: Actor) -> list[Item]:
    """Return the records, made by the same action as everybody's, each with its past.

    Raises:
        RecordRefusal, AccountsRefusal: one of them is not as its type asks; a defect of
            the demo.
    """
    drafts = [
        Draft({"responsible": each.user_id, **each.values}, each.pipeline, each.stops[-1][0])
        for each in planned
    ]
    records: list[Item] = []
    for made in create_records(type_code, drafts, actor=actor):
        if not isinstance(made, Item):
            raise made
        records.append(made)
    ways = [
        Way(record, each.stops, each.user_id) for record, each in zip(records, planned, strict=True)
    ]
    spread(ways)
    return records
