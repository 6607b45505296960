"""What the move itself does about robots: it notes that something is to be done.

Listeners, called inside the transaction of the deed; each costs one statement where the type
has robots and none where it has not.
"""

from __future__ import annotations

from accounts.actor import Actor
from automation.models import StagePlan
from automation.robots.lists import current_lists
from automation.runtime import causation
from automation.runtime.nudges import nudge
from smart_processes.events import (
    RecordCreated,
    StageEntered,
    is_bulk,
    is_import,
)
from smart_processes.models import StageVisit


def plan_moved(event: StageEntered) -> None:
    """Plan the robots of the stage a record entered, and ask those of the one it left.

    Where both have none, but the type has, the record may come from another pipeline.
    """
    lists = current_lists(event.actor)
    if event.type_code in lists.types:
        listed = lists.by_place.get((event.pipeline_id, event.target))
        if is_import():
            listed = None  # imports start no robots, but those of the stage it left are asked
        _plan(event.item_id, event.visit_id, listed, event.actor)


def plan_created(event: RecordCreated) -> None:
    """Plan the robots of the stage a record was made in; imports start none."""
    lists = current_lists(event.actor)
    listed = lists.by_place.get((event.pipeline_id, event.stage))
    if listed is not None and not event.is_imported:
        visit_id = StageVisit.objects.values_list("pk", flat=True).get(
            item_id=event.item_id, left_at=None
        )
        _plan(event.item_id, visit_id, listed, event.actor)


def _plan(item_id: int, visit_id: int, list_id: int | None, actor: Actor) -> None:
    cause = causation.current()
    StagePlan(
        item_id=item_id,
        visit_id=visit_id,
        robot_list_id=list_id,
        caused_by_id=cause.run_id if cause else None,
        chain=list(cause.chain) if cause else [],
        actor_kind=actor.kind,
        actor_user_id=actor.user_id,
        actor_label=actor.label[:100],
        is_bulk=is_bulk(),
    ).save(force_insert=True)
    nudge()
