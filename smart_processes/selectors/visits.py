"""How long a record stood where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from smart_processes.models import StageVisit

# Visits that a page shows; a record that was moved more often shows the latest.
MOST_VISITS = 200


def visits_of(item_id: int) -> list[StageVisit]:
    """Return a record's visits to stages with the stages, the first one first (one query)."""
    latest = StageVisit.objects.filter(item_id=item_id).select_related("stage__pipeline")
    return list(reversed(latest.order_by("-entered_at", "-pk")[:MOST_VISITS]))


def time_in_stages(visits: Sequence[StageVisit], now: datetime) -> dict[int, timedelta]:
    """Return by stage id how long the visits lasted together; the open one until `now`."""
    spent: dict[int, timedelta] = defaultdict(timedelta)
    for visit in visits:
        spent[visit.stage_id] += (visit.left_at or now) - visit.entered_at
    return dict(spent)
