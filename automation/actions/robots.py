"""Making, changing, moving, copying, switching and deleting robots of stages.

All need the right to automate all records of the pipeline: a robot acts on every record that
enters its stage, usually with the system's rights.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import access
from accounts.access import Access
from accounts.actor import Actor
from accounts.choices import Action, Scope
from accounts.exceptions import PermissionRefused
from automation.actions.programs import problems_of, write_version
from automation.choices import DecisionKind
from automation.exceptions import RobotInvalid, RobotRefused
from automation.models import Decision, Program, Robot, RobotList
from automation.program_checks import activity_label
from automation.robots.checks import LONGEST_NAME, check_robot
from automation.robots.drafts import RobotDraft, draft_of
from automation.robots.entries import Entry
from automation.robots.starts import PROGRAM_PREFIX
from automation.runtime import clock
from automation.runtime.nudges import nudge
from smart_processes.codes import make_code
from smart_processes.history import person_of
from smart_processes.models import Pipeline, Stage
from smart_processes.schema import PipelineSchema, TypeSchema, schema_for


def may_automate(rights: Access, pipeline: PipelineSchema) -> bool:
    """Return whether an actor may change the robots of a pipeline."""
    return rights.scope(Action.AUTOMATE, pipeline) == Scope.ALL


@transaction.atomic
def add_robot(
    stage: Stage, draft: RobotDraft, *, actor: Actor, position: int | None = None
) -> Robot:
    """Add a robot to a stage; records that stand there already are left alone.

    Args:
        stage: Where.
        draft: What it does and when.
        actor: Who adds it; its owner, who is told when it fails.
        position: Its place among the robots of the stage, from 0; default: last.

    Raises:
        PermissionRefused: the actor may not automate the pipeline.
        RobotRefused: the stage is retired, or the code is taken.
        RobotInvalid: with every problem and its JSON path in the draft.
    """
    type_schema = _begin(stage, actor)
    _refuse_retired(stage)
    draft = _named(draft)
    _check(draft, type_schema, actor)
    robot = Robot(
        pipeline_id=stage.pipeline_id,
        stage=stage,
        code=_code(draft, stage.pipeline_id),
        program=_program(draft.name, type_schema),
        created_at=clock.now(),
        created_by_id=person_of(actor),
    )
    _write(robot, draft)
    robot.position = Robot.objects.filter(stage=stage).count()
    robot.save(force_insert=True)
    write_version(robot.program, draft.body(type_schema.code), actor=actor)
    _place(robot, stage, position)
    _publish_list(stage)
    return robot


@transaction.atomic
def edit_robot(robot: Robot, draft: RobotDraft, *, actor: Actor) -> Robot:
    """Make a robot as the draft says; what it planned before stays as it was planned.

    Raises:
        PermissionRefused, RobotRefused, RobotInvalid: as `add_robot`.
    """
    stage = _stage_of(robot)
    type_schema = _begin(stage, actor)
    robot = Robot.objects.select_related("program").get(pk=robot.pk)
    draft = replace(_named(draft), code=robot.code)
    _check(draft, type_schema, actor)
    _write(robot, draft)
    robot.save()
    Program.objects.filter(pk=robot.program_id).update(name=draft.name)
    write_version(robot.program, draft.body(type_schema.code), actor=actor)
    _publish_list(stage)
    return robot


@transaction.atomic
def move_robot(robot: Robot, stage: Stage, *, actor: Actor, position: int | None = None) -> Robot:
    """Move a robot to another place, also in another stage of its type.

    Raises:
        PermissionRefused: the actor may not automate both pipelines.
        RobotRefused: the stage is retired or of another type.
    """
    source = _stage_of(robot)
    type_schema = _begin(source, actor)
    _refuse_retired(stage)
    if stage.pk != source.pk and _begin(stage, actor).code != type_schema.code:
        raise RobotRefused(_("A robot stays with its kind of records. Copy it instead."))
    robot = Robot.objects.select_related("program").get(pk=robot.pk)
    if stage.pipeline_id != robot.pipeline_id:
        _check(draft_of(robot), type_schema, actor)
        robot.code = _code(replace(draft_of(robot), code=""), stage.pipeline_id)
        robot.pipeline_id = stage.pipeline_id
    robot.stage = stage
    robot.save(update_fields=["pipeline", "stage", "code"])
    _place(robot, stage, position)
    if source.pk != stage.pk:
        _publish_list(source)
    _publish_list(stage)
    return robot


@transaction.atomic
def copy_robot(robot: Robot, stage: Stage, *, actor: Actor, position: int | None = None) -> Robot:
    """Add a copy of a robot to a stage, also of another type.

    Raises:
        PermissionRefused: the actor may not automate both pipelines.
        RobotRefused, RobotInvalid: as `add_robot`; fields that the other type has not.
    """
    _begin(_stage_of(robot), actor)
    draft = replace(draft_of(Robot.objects.get(pk=robot.pk)), code="")
    return add_robot(stage, draft, actor=actor, position=position)


@transaction.atomic
def switch_robot(robot: Robot, *, is_active: bool, actor: Actor) -> Robot:
    """Switch a robot on or off; off, what waits is cancelled with its reason.

    Raises:
        PermissionRefused: the actor may not automate the pipeline.
    """
    stage = _stage_of(robot)
    _begin(stage, actor)
    robot = Robot.objects.get(pk=robot.pk)
    if robot.is_active != is_active:
        robot.is_active = is_active
        robot.save(update_fields=["is_active"])
        _publish_list(stage)
        if not is_active:
            _look_again(robot)
    return robot


@transaction.atomic
def delete_robot(robot: Robot, *, actor: Actor) -> None:
    """Delete a robot; what waits is cancelled, what it did stays in the records' journals.

    Raises:
        PermissionRefused: the actor may not automate the pipeline.
    """
    stage = _stage_of(robot)
    _begin(stage, actor)
    waiting = Decision.objects.filter(robot=robot, kind=DecisionKind.WAITING)
    ended = list(waiting.values_list("pk", flat=True))
    reason = _("The robot was switched off or deleted.")
    now = clock.now()
    waiting.update(kind=DecisionKind.CANCELLED, reason=reason, at=now, due_at=None)
    Decision.objects.filter(after_id__in=ended, kind=DecisionKind.WAITING).update(due_at=now)
    nudge()
    program = Program.objects.get(pk=robot.program_id)
    Robot.objects.filter(pk=robot.pk).delete()
    if program.versions.filter(runs__isnull=False).exists():
        Program.objects.filter(pk=program.pk).update(is_active=False)
    else:
        Program.objects.filter(pk=program.pk).update(published=None)
        program.delete()
    _place(None, stage, None)
    _publish_list(stage)


# --- before ------------------------------------------------------------------------------------


def _begin(stage: Stage, actor: Actor) -> TypeSchema:
    """Check the right, lock the pipeline against other changes; return the type."""
    schema = schema_for(actor)
    pipeline = schema.pipelines[stage.pipeline_id]
    if not may_automate(access.of(actor), pipeline):
        raise PermissionRefused(Action.AUTOMATE, pipeline.pipeline.name)
    Pipeline.objects.select_for_update().get(pk=stage.pipeline_id)
    return schema.types_by_id[pipeline.type_id]


def _refuse_retired(stage: Stage) -> None:
    if stage.retired_at is not None:
        raise RobotRefused(_("The stage “%(stage)s” is gone.") % {"stage": stage.name})


def _stage_of(robot: Robot) -> Stage:
    return Stage.objects.get(robots=robot)


def _named(draft: RobotDraft) -> RobotDraft:
    """Return the draft with a name: the one it has, or that of its activity."""
    name = " ".join(draft.name.split())
    return replace(draft, name=name or activity_label(draft.activity)[:LONGEST_NAME])


def _check(draft: RobotDraft, type_schema: TypeSchema, actor: Actor) -> None:
    check = partial(problems_of, actor=actor, type_code=type_schema.code)
    if problems := check_robot(draft, type_schema, check):
        raise RobotInvalid(problems)


def _code(draft: RobotDraft, pipeline_id: int) -> str:
    taken = set(Robot.objects.filter(pipeline_id=pipeline_id).values_list("code", flat=True))
    if draft.code in taken:
        raise RobotRefused(_("There is a robot “%(code)s” already.") % {"code": draft.code})
    return draft.code or make_code(draft.name, taken, fallback="robot")


def _program(name: str, type_schema: TypeSchema) -> Program:
    return Program.objects.create(
        code=f"{PROGRAM_PREFIX}{uuid4().hex[:16]}",
        name=name,
        type_id=type_schema.type.pk,
        created_at=clock.now(),
    )


# --- writing -----------------------------------------------------------------------------------


def _write(robot: Robot, draft: RobotDraft) -> None:
    robot.name = draft.name
    robot.activity = draft.activity
    robot.params = dict(draft.params)
    robot.on_error = draft.on_error
    robot.when = draft.when.kind
    robot.amount = draft.when.amount
    robot.unit = draft.when.unit
    robot.hours = draft.when.hours
    robot.date_field = draft.when.date_field
    robot.if_empty = draft.when.if_empty
    robot.moment = draft.when.moment
    robot.after_previous = draft.after_previous
    robot.condition = list(draft.condition)
    robot.runs_as_id = draft.runs_as
    robot.on_leave = draft.on_leave
    robot.is_active = draft.is_active


def _place(robot: Robot | None, stage: Stage, position: int | None) -> None:
    """Number the robots of a stage, one of them at a given place (None: last)."""
    others = list(Robot.objects.filter(stage=stage).order_by("position", "pk"))
    if robot is not None:
        others = [each for each in others if each.pk != robot.pk]
        others.insert(len(others) if position is None else max(position, 0), robot)
    for place, each in enumerate(others):
        each.position = place
    Robot.objects.bulk_update(others, ["position"])


def _publish_list(stage: Stage) -> None:
    """Make the robots of a stage its current list; plans keep the one they were made with."""
    robots = Robot.objects.filter(stage=stage, is_active=True).select_related("program")
    entries = [Entry.of(each).written() for each in robots.order_by("position", "pk")]
    lists = RobotList.objects.filter(stage=stage)
    current = lists.filter(is_current=True).first()
    if entries == (current.entries if current else []):
        return
    lists.filter(is_current=True).update(is_current=False)
    if entries:
        last = lists.order_by("-number").values_list("number", flat=True).first() or 0
        RobotList.objects.create(
            stage=stage, number=last + 1, entries=entries, published_at=clock.now()
        )


def _look_again(robot: Robot) -> None:
    """Let what waits of a robot be looked at by a worker, which ends it."""
    waiting = Decision.objects.filter(robot=robot, kind=DecisionKind.WAITING)
    if waiting.update(due_at=clock.now()):
        nudge()
