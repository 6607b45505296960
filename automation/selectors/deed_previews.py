"""What a deed would do to many runs: how many it fits, and why not the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from accounts.actor import Actor
from automation.actions.deeds import Plan
from automation.actions.steering import refused_for
from automation.exceptions import AutomationRefusal
from automation.models import Run
from automation.runtime import clock
from automation.runtime.steering import Deed, rehearse
from automation.selectors.preflight import loaded_copy

# More are not looked at one by one: nobody waits so long for a dialog.
LOOKED_AT = 2_000
_TOGETHER = 200


@dataclass
class Preview:
    """What would become of runs.

    Attributes:
        fitting: Ids of those that it can be done to.
        refused: Why not, by id.
        unseen_count: How many more are meant that were not looked at.
    """

    fitting: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    unseen_count: int = 0

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why not, with how many runs that is; the most frequent first."""
        return Counter(self.refused.values()).most_common()


def preview(actor: Actor, run_ids: Sequence[int], plan: Plan) -> Preview:
    """Return what a deed would do to runs (two queries for two hundred).

    Nothing is locked or written; what happens meanwhile may change the outcome.
    """
    now = clock.now()
    found = Preview(unseen_count=max(0, len(run_ids) - LOOKED_AT))
    for some in _by_parts(run_ids[:LOOKED_AT]):
        refused = refused_for(actor, some)
        copies = [loaded_copy(run) for run in some if run.pk not in refused]
        details = plan.details(copies) if plan.details and copies else {}
        for copy in copies:
            try:
                rehearse(copy, Deed(plan.kind), details.get(copy.id, {}), now)
            except AutomationRefusal as refusal:
                refused[copy.id] = refusal
            else:
                found.fitting.append(copy.id)
        found.refused |= {run_id: each.message for run_id, each in refused.items()}
    return found


def _by_parts(run_ids: Sequence[int]) -> Iterator[list[Run]]:
    runs = Run.objects.select_related("version__program", "item")
    for start in range(0, len(run_ids), _TOGETHER):
        yield list(runs.filter(pk__in=run_ids[start : start + _TOGETHER]).order_by("pk"))
