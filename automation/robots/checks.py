"""Comparing a robot with what is there, before it is kept."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.models import User
from automation.choices import Hours, IfEmpty, OnLeave, RobotMoment, SpanUnit
from automation.condition_checks import ProgramCheck, check_condition
from automation.engine.errors import Problem
from automation.robots.drafts import RobotDraft
from automation.robots.entries import When
from smart_processes.schema import TypeSchema

LONGEST_NAME = 200  # characters
FARTHEST = 100_000  # of any unit; days: 270 years
DATES = frozenset({"date", "datetime"})
_STEP = "$.root.steps[0]"


def check_robot(
    draft: RobotDraft, type_schema: TypeSchema, check_program: ProgramCheck
) -> list[Problem]:
    """Return everything that is wrong with a robot, each with its path in the draft.

    Args:
        draft: The robot.
        type_schema: The type whose records it works on.
        check_program: Finds what is wrong with a program's body.
    """
    return [
        *_own(draft, type_schema),
        *_translated(check_program(draft.body(type_schema.code)), _STEP, "$"),
        *check_condition(draft.condition, type_schema, check_program),
    ]


def _own(draft: RobotDraft, type_schema: TypeSchema) -> Iterator[Problem]:
    if len(draft.name) > LONGEST_NAME:
        yield Problem("$.name", "too_large", {"limit": LONGEST_NAME})
    if draft.on_leave not in OnLeave.values:
        yield _one_of("$.on_leave", OnLeave.values)
    people = User.objects.filter(is_active=True)
    if draft.runs_as is not None and not people.filter(pk=draft.runs_as).exists():
        yield Problem("$.runs_as", "reference_unknown", {"name": str(draft.runs_as)})
    yield from _moment(draft.when, type_schema)


def _moment(when: When, type_schema: TypeSchema) -> Iterator[Problem]:
    chosen = {
        "kind": (when.kind, RobotMoment.values),
        "unit": (when.unit, SpanUnit.values),
        "hours": (when.hours, Hours.values),
        "if_empty": (when.if_empty, IfEmpty.values),
    }
    for name, (value, known) in chosen.items():
        if value not in known:
            yield _one_of(f"$.when.{name}", known)
    low = -FARTHEST if when.kind == RobotMoment.DATE_FIELD else 0
    if not low <= when.amount <= FARTHEST:
        yield Problem("$.when.amount", "not_a_number", {"low": low, "high": FARTHEST})
    if when.kind == RobotMoment.MOMENT and when.moment is None:
        yield Problem("$.when", "missing", {"name": "moment"})
    if when.kind == RobotMoment.DATE_FIELD:
        yield from _date_field(when, type_schema)


def _date_field(when: When, type_schema: TypeSchema) -> Iterator[Problem]:
    field = type_schema.fields.get(when.date_field)
    if not when.date_field:
        yield Problem("$.when", "missing", {"name": "date_field"})
    elif field is None:
        yield Problem("$.when.date_field", "reference_unknown", {"name": when.date_field})
    elif field.type.kind not in DATES or field.is_multiple:
        params = {"name": str(field.label), "reason": _("This is not a date.")}
        yield Problem("$.when.date_field", "parameter_refused", params)


def _translated(problems: list[Problem], old: str, new: str) -> list[Problem]:
    """Return problems of a program with the paths of the robot."""
    return [
        Problem(_renamed(each.path.replace(old, new, 1)), each.code, each.params)
        for each in problems
    ]


def _renamed(path: str) -> str:
    return "$.activity" if path == "$.type" else path


def _one_of(path: str, names: list[str]) -> Problem:
    return Problem(path, "choose_one", {"names": ", ".join(names)})
