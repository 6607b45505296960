"""The next step of a record as a column of lists and exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from automation.selectors.todos import next_steps
from crm.web.due import LATE, TODAY, due
from smart_processes.columns import FurtherColumn, FurtherValue

_TONES = {LATE: "bad", TODAY: "warn"}


def load(ids: Sequence[int]) -> Mapping[int, FurtherValue]:
    """Return the next steps of these records with their deadlines (one query)."""
    now = timezone.now()
    values: dict[int, FurtherValue] = {}
    for item_id, step in next_steps(ids).items():
        until = due(step.deadline_at, now)
        text = f"{step.title} · {until.text}" if until.text else step.title
        values[item_id] = FurtherValue(text, _TONES.get(until.tone, ""), until.title)
    return values


NEXT_STEP = FurtherColumn("next_step", _("Next step"), load)
