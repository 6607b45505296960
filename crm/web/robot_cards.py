"""Robots as the automation board draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from automation.activities import registry
from automation.choices import DecisionKind, Hours, RobotMoment, SpanUnit
from automation.models import Robot
from automation.selectors.robots import Results
from crm.templatetags.crm_format import exact_moment
from crm.web.condition_words import condition_words
from smart_processes.schema import TypeSchema


@dataclass(frozen=True)
class RobotCard:
    """A robot as it is drawn.

    Attributes:
        activity: What it does, in words.
        when: When it acts, in words.
        only_if: Its condition, in words; "" for none.
        result: What came of it lately, in words.
        failed: How often it failed, in words; "" for never.
    """

    robot: Robot
    icon: str
    activity: str
    when: str
    only_if: str
    result: str
    failed: str


def robot_card(robot: Robot, type_schema: TypeSchema, results: Mapping[int, Results]) -> RobotCard:
    """Return a robot as the board draws it (one query where a condition names a person)."""
    activity = registry.activity(robot.activity)
    found = results.get(robot.pk, Results())
    return RobotCard(
        robot=robot,
        icon=activity.icon if activity else "bolt",
        activity=str(activity.label) if activity else robot.activity,
        when=_when(robot, type_schema),
        only_if=condition_words(robot.condition, type_schema),
        result=_result(found),
        failed=ngettext("%(n)d failed", "%(n)d failed", found.failed) % {"n": found.failed}
        if found.failed
        else "",
    )


def _when(robot: Robot, type_schema: TypeSchema) -> str:
    words = _moment(robot, type_schema)
    if robot.hours != Hours.CLOCK and robot.when != RobotMoment.AT_ONCE:
        words = _("%(when)s, in working time") % {"when": words}
    if not robot.after_previous:
        return words
    if robot.when == RobotMoment.AT_ONCE:
        return _("After the robot above")
    return _("%(when)s, after the robot above") % {"when": words}


def _moment(robot: Robot, type_schema: TypeSchema) -> str:
    if robot.when == RobotMoment.DELAY:
        return _("After %(span)s") % {"span": _span(robot)}
    if robot.when == RobotMoment.MOMENT and robot.moment:
        return exact_moment(robot.moment)
    if robot.when == RobotMoment.DATE_FIELD:
        field = type_schema.fields.get(robot.date_field)
        names = {"span": _span(robot), "date": field.label if field else robot.date_field}
        if not robot.amount:
            return _("At: %(date)s") % names
        if robot.amount < 0:
            return _("%(span)s before: %(date)s") % names
        return _("%(span)s after: %(date)s") % names
    return _("At once")


def _span(robot: Robot) -> str:
    number = abs(robot.amount)
    words = {
        SpanUnit.SECONDS: ngettext("%(n)d second", "%(n)d seconds", number),
        SpanUnit.MINUTES: ngettext("%(n)d minute", "%(n)d minutes", number),
        SpanUnit.HOURS: ngettext("%(n)d hour", "%(n)d hours", number),
        SpanUnit.DAYS: ngettext("%(n)d day", "%(n)d days", number),
    }
    return words[SpanUnit(robot.unit)] % {"n": number}


def _result(found: Results) -> str:
    words = {
        DecisionKind.FIRED: ngettext("%(n)d ran", "%(n)d ran", found.fired),
        DecisionKind.WAITING: ngettext("%(n)d waits", "%(n)d wait", found.waiting),
        DecisionKind.SKIPPED: ngettext("%(n)d skipped", "%(n)d skipped", found.skipped),
        DecisionKind.CANCELLED: ngettext("%(n)d cancelled", "%(n)d cancelled", found.cancelled),
    }
    counts = {kind: getattr(found, kind.value) for kind in words}
    return ", ".join(words[kind] % {"n": count} for kind, count in counts.items() if count)
