"""What the move itself does about robots: it notes that something is to be done.

Listeners, called inside the transaction of the deed; each costs one statement where the type
has robots and none where it has not.
"""

from __future__ import annotations

from accounts.actor import Actor
from automation.models import RobotList, StagePlan
from automation.robots.lists import current_lists
from automation.runtime import causation
from automation.runtime.nudges import nudge
from smart_processes.events import (
    RecordCreated,
    StageEntered,
    is_bulk,
    is_import,
)
from smart_processes.models import Item, Stage, StageVisit


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
    """Plan the robots of the stage a record was made in; imports start none unasked."""
    lists = current_lists(event.actor)
    listed = lists.by_place.get((event.pipeline_id, event.stage))
    if listed is not None and event.starts_robots:
        _plan(event.item_id, _open_visit(event.item_id), listed, event.actor)


def plan_triggered(item: Item, stage: Stage, trigger_name: str, actor: Actor) -> int:
    """Plan the robots of a stage for a record that stays where it is; return how many.

    They wait and look as if the record had entered the stage now; when it leaves the stage
    where it stands, each is asked for its policy.
    """
    listed = RobotList.objects.filter(stage=stage, is_current=True).first()
    if listed is None:
        return 0
    _plan(item.pk, _open_visit(item.pk), listed.pk, actor, trigger_name=trigger_name)
    return len(listed.entries)


def _open_visit(item_id: int) -> int:
    visits = StageVisit.objects.filter(item_id=item_id, left_at=None)
    return visits.values_list("pk", flat=True).get()


def _plan(
    item_id: int, visit_id: int, list_id: int | None, actor: Actor, *, trigger_name: str = ""
) -> None:
    cause = causation.current()
    StagePlan(
        item_id=item_id,
        visit_id=visit_id,
        robot_list_id=list_id,
        trigger_name=trigger_name,
        caused_by_id=cause.run_id if cause else None,
        chain=list(cause.chain) if cause else [],
        actor_kind=actor.kind,
        actor_user_id=actor.user_id,
        actor_label=actor.label[:100],
        is_bulk=is_bulk(),
    ).save(force_insert=True)
    nudge()
