"""The part `robots`: the robots of stages, by type, pipeline and stage."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.actions import robots as actions
from automation.exceptions import AutomationRefusal
from automation.models import Robot
from automation.solutions.leaving import is_exact, leaving_step, types_named
from automation.solutions.people import PeopleInRules
from automation.solutions.robot_content import (
    draft_of_entry,
    robot_content,
    robot_difference,
    robot_schema,
)
from smart_processes.actions.configuring import read_schema
from smart_processes.exceptions import ValuesRefused
from smart_processes.models import Pipeline, Stage
from smart_processes.schema import schema_for
from smart_processes.solutions.document import Path
from smart_processes.solutions.registry import Step

# Behind types and what they are made of (40 to 66).
MADE, ORDERED, DELETED = 70, 71, 72
Where = tuple[str, str]  # type code, pipeline code
Entry = Mapping[str, Any]
_CODE = {"type": "string", "minLength": 1, "maxLength": 64}


class RobotsPart:
    """Robots, matched by type, pipeline and code."""

    key = "robots"

    def schema(self) -> Mapping[str, Any]:
        """Return the JSON Schema of the part."""
        stages = {
            "type": "object",
            "description": "Code of a stage -> its robots, in order.",
            "additionalProperties": {"type": "array", "items": {"$ref": "#/$defs/robot"}},
        }
        return {
            "$defs": {"robot": robot_schema()},
            "type": "array",
            "description": "What is done when records enter stages.",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["type", "pipeline", "stages"],
                "properties": {
                    "type": _CODE | {"description": "Code of the type."},
                    "pipeline": _CODE | {"description": "Code of the pipeline."},
                    "stages": stages,
                },
            },
        }

    def plan(self, wanted: Any, whole: Mapping[str, Any], *, may_destroy: bool) -> list[Step]:
        """Return the steps for every pipeline of the file."""
        steps = [
            step
            for place, entry in enumerate(wanted)
            for step in _pipeline_steps(entry, ("robots", place))
        ]
        return steps + (_leaving(wanted, whole) if is_exact(whole) else [])

    def export(self, types: Collection[str] | None) -> Any:
        """Return all robots by pipeline and stage."""
        robots = Robot.objects.select_related("stage", "pipeline__type", "runs_as").order_by(
            "pipeline__type__position",
            "pipeline__type__code",
            "pipeline__position",
            "pipeline__code",
            "stage__position",
            "stage__code",
            "position",
            "pk",
        )
        found: dict[Where, dict[str, list[Any]]] = {}
        schema = schema_for(Actor.system("solution"))
        for robot in robots:
            type_code = robot.pipeline.type.code
            if types is None or type_code in types:
                stages = found.setdefault((type_code, robot.pipeline.code), {})
                people = PeopleInRules(schema, type_code)
                stages.setdefault(robot.stage.code, []).append(robot_content(robot, people))
        return [
            {"type": type_code, "pipeline": pipeline, "stages": stages}
            for (type_code, pipeline), stages in found.items()
        ] or None


def _pipeline_steps(entry: Entry, path: Path) -> Iterator[Step]:
    where = (entry["type"], entry["pipeline"])
    stored = {
        robot.code: robot
        for robot in Robot.objects.filter(
            pipeline__type__code=where[0], pipeline__code=where[1]
        ).select_related("stage", "runs_as")
    }
    for stage, robots in entry["stages"].items():
        for place, one in enumerate(robots):
            here = (*path, "stages", stage, place)
            yield from _robot_steps(where, stage, one, stored.get(one["code"]), here)
        yield from _order_steps(where, stage, robots, stored, (*path, "stages", stage))


def _leaving(wanted: Sequence[Entry], whole: Entry) -> list[Step]:
    """Return a step for every robot that an exact file does not name."""
    named = {
        (entry["type"], entry["pipeline"], robot["code"])
        for entry in wanted
        for robots in entry["stages"].values()
        for robot in robots
    }
    rows = Robot.objects.filter(pipeline__type__code__in=types_named(whole, wanted))
    steps = []
    for robot in rows.select_related("pipeline__type").order_by("pk"):
        where = (robot.pipeline.type.code, robot.pipeline.code)
        if (*where, robot.code) not in named:
            sentence = _("%(where)s: delete the robot “%(name)s” (%(code)s)") % {
                "where": "/".join(where),
                "name": robot.name,
                "code": robot.code,
            }
            delete = actions.delete_robot
            steps.append(leaving_step(DELETED, ("robots",), sentence, robot, delete))
    return steps


def _robot_steps(
    where: Where, stage: str, entry: Entry, stored: Robot | None, path: Path
) -> Iterator[Step]:
    names = {"where": "/".join((*where, stage)), "name": entry.get("name") or entry["code"]}
    if stored is None:
        sentence = _("%(where)s: robot “%(name)s”") % names
        yield Step(MADE, path, (sentence,), partial(_keep, where, stage, entry))
        return
    sentences = []
    people = PeopleInRules(schema_for(Actor.system("solution")), where[0])
    if difference := robot_difference(stored, entry, people):
        sentences.append(f"{names['where']}/{stored.code}: {difference}")
    if stored.stage.code != stage:
        sentences.append(_("%(where)s: move the robot “%(name)s” here") % names)
    if sentences:
        yield Step(MADE, path, tuple(sentences), partial(_keep, where, stage, entry))


def _order_steps(
    where: Where, stage: str, entries: Any, stored: Mapping[str, Robot], path: Path
) -> Iterator[Step]:
    wanted = [entry["code"] for entry in entries]
    here = sorted(
        (each for each in stored.values() if each.stage.code == stage), key=lambda r: r.position
    )
    arriving = [code for code in wanted if code not in {robot.code for robot in here}]
    current = [robot.code for robot in here] + arriving
    if [code for code in current if code in wanted] != wanted:
        sentence = _("%(where)s: order of robots: %(order)s") % {
            "where": "/".join((*where, stage)),
            "order": ", ".join(wanted),
        }
        yield Step(ORDERED, path, (sentence,), partial(_order, where, stage, wanted))


def _keep(where: Where, stage_code: str, entry: Entry, actor: Actor) -> None:
    """Make a robot, or make a stored one what the entry says."""
    stage = _stage(where, stage_code)
    stored = Robot.objects.filter(pipeline=stage.pipeline, code=entry["code"]).first()
    draft = draft_of_entry(entry, stored, PeopleInRules(read_schema(actor), where[0]))
    try:
        if stored is None:
            actions.add_robot(stage, draft, actor=actor)
            return
        if stored.stage_id != stage.pk:
            stored = actions.move_robot(stored, stage, actor=actor)
        actions.edit_robot(stored, draft, actor=actor)
    except AutomationRefusal as refusal:
        raise ValuesRefused({entry["code"]: refusal.message}) from refusal


def _order(where: Where, stage_code: str, codes: list[str], actor: Actor) -> None:
    stage = _stage(where, stage_code)
    for place, code in enumerate(codes):
        robot = Robot.objects.get(pipeline=stage.pipeline, code=code)
        actions.move_robot(robot, stage, position=place, actor=actor)


def _stage(where: Where, code: str) -> Stage:
    pipeline = Pipeline.objects.filter(type__code=where[0], code=where[1]).first()
    stage = pipeline.stages.filter(code=code).first() if pipeline else None
    if stage is None:
        sentence = _("There is no stage “%(stage)s”.") % {"stage": "/".join((*where, code))}
        raise ValuesRefused({"stage": sentence})
    return stage
