"""Starting robots for records that stand in their stage already; offered, never silent."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from automation.actions.robots import may_automate
from automation.exceptions import RobotRefused
from automation.models import Decision, Robot, RobotList, StagePlan
from automation.runtime import clock
from automation.runtime.nudges import nudge
from smart_processes.models import StageVisit
from smart_processes.schema import schema_for

# Records a second: others work meanwhile.
RECORDS_PER_SECOND = 100


def count_present(robot: Robot, *, actor: Actor) -> int:
    """Return how many records stand in the stage that the robot has not looked at yet.

    Raises:
        PermissionRefused: the actor may not automate the pipeline.
    """
    _require(robot, actor)
    return _present(robot).count()


@transaction.atomic
def start_for_present(robot: Robot, *, actor: Actor) -> int:
    """Plan a robot for every record that stands in its stage; return how many there are.

    A record it has decided about since it entered is left out, so asking twice does nothing
    twice. Delays count from when the record entered: one that is over long since is at once.

    Raises:
        PermissionRefused: the actor may not automate the pipeline.
        RobotRefused: the robot is switched off.
    """
    _require(robot, actor)
    current = RobotList.objects.filter(stage_id=robot.stage_id, is_current=True).first()
    if current is None or all(entry["id"] != robot.pk for entry in current.entries):
        raise RobotRefused(_("“%(name)s” is switched off.") % {"name": robot.name})
    now = clock.now()
    plans = [
        StagePlan(
            item_id=item_id,
            visit_id=visit_id,
            robot_list=current,
            only=[robot.pk],
            due_at=now + timedelta(seconds=place // RECORDS_PER_SECOND),
            actor_kind=actor.kind,
            actor_user_id=actor.user_id,
            actor_label=actor.label[:100],
            is_bulk=True,
        )
        for place, (item_id, visit_id) in enumerate(
            _present(robot).order_by("pk").values_list("item_id", "pk")
        )
    ]
    StagePlan.objects.bulk_create(plans, batch_size=1_000)
    nudge()
    return len(plans)


def _present(robot: Robot) -> QuerySet[StageVisit]:
    """Return the open visits of a robot's stage that it has no decision about."""
    decided = Decision.objects.filter(robot=robot, visit=OuterRef("pk"), trigger_name="")
    return StageVisit.objects.filter(
        ~Exists(decided),
        stage_id=robot.stage_id,
        left_at=None,
        item__deleted_at=None,
    )


def _require(robot: Robot, actor: Actor) -> None:
    pipeline = schema_for(actor).pipelines[robot.pipeline_id]
    if not may_automate(access.of(actor), pipeline):
        raise PermissionRefused(Action.AUTOMATE, pipeline.pipeline.name)
