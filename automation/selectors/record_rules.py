"""What rules did to a record, and why every other rule of its type did nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date
from django.utils import timezone
from django.utils.translation import gettext as _

from automation.choices import RunStatus
from automation.models import Decision, Robot, Run, StagePlan, Trigger
from automation.selectors.troubles import failed_events, failed_plans
from smart_processes.field_types.date import DAY_PATTERN
from smart_processes.locales import active_locale
from smart_processes.models import Item, StageVisit

MOST_SHOWN = 200


@dataclass(frozen=True)
class SilentRule:
    """A rule of the record's type that never decided anything about it, and why."""

    rule: Robot | Trigger
    reason: str

    @property
    def is_trigger(self) -> bool:
        """Whether it is a trigger."""
        return isinstance(self.rule, Trigger)


def decisions_of(item: Item) -> list[Decision]:
    """Return what rules decided about a record, newest first (one query)."""
    found = Decision.objects.filter(item_id=item.pk)
    with_rules = found.select_related("robot__stage", "run__version__program", "visit__stage")
    return list(with_rules.order_by("-at", "-pk")[:MOST_SHOWN])


def other_runs_of(item: Item) -> list[Run]:
    """Return a record's runs that no robot began, newest first (one query)."""
    found = Run.objects.filter(item_id=item.pk, decisions=None)
    return list(found.select_related("version__program").order_by("-pk")[:MOST_SHOWN])


def count_failures(item: Item) -> int:
    """Return how many runs of a record failed or were never planned (one query)."""
    failed = (
        Run.objects.filter(item_id=item.pk, status=RunStatus.FAILED),
        failed_plans().filter(item_id=item.pk),
        failed_events().filter(item_id=item.pk),
    )
    runs, *others = (each.order_by().values("item_id") for each in failed)
    return runs.union(*others, all=True).count()


def silent_rules(item: Item) -> list[SilentRule]:
    """Return the rules of the record's type that decided nothing about it (five queries)."""
    here = {"pipeline__type_id": item.type_id}
    robots = Robot.objects.filter(**here).select_related("stage", "pipeline")
    triggers = Trigger.objects.filter(**here).select_related("stage", "pipeline")
    visits = list(StageVisit.objects.filter(item_id=item.pk).order_by("entered_at"))
    is_planned = StagePlan.objects.filter(item_id=item.pk, error="").exists()
    decided = Decision.objects.filter(item_id=item.pk).order_by()
    spoke = set(decided.values_list("robot_id", "trigger_id").distinct())
    robots_spoke = {robot_id for robot_id, _trigger_id in spoke}
    triggers_spoke = {trigger_id for _robot_id, trigger_id in spoke}
    asking = _Asking(item, visits, is_planned=is_planned)
    return [
        *(
            SilentRule(each, asking.of_trigger(each))
            for each in triggers
            if each.pk not in triggers_spoke
        ),
        *(
            SilentRule(each, asking.of_robot(each))
            for each in robots
            if each.pk not in robots_spoke
        ),
    ]


class _Asking:
    """Why rules did nothing about one record."""

    def __init__(self, item: Item, visits: list[StageVisit], *, is_planned: bool) -> None:
        self.item = item
        self.entered = {visit.stage_id: visit.entered_at for visit in visits}
        self.is_planned = is_planned

    def of_robot(self, robot: Robot) -> str:
        if reason := self._of_any(robot):
            return reason
        names = {"stage": robot.stage.name}
        entered_at = self.entered.get(robot.stage_id)
        if entered_at is None:
            return _("The record has not been in the stage “%(stage)s”.") % names
        if entered_at < robot.created_at:
            names["day"] = _day(robot.created_at)
            return _("It was added on %(day)s, after the record had entered “%(stage)s”.") % names
        if self.is_planned and robot.stage.code == self.item.stage:
            return _("It is being planned at this moment.")
        return _("It was switched off when the record entered “%(stage)s”.") % names

    def of_trigger(self, trigger: Trigger) -> str:
        if reason := self._of_any(trigger):
            return reason
        return _("What it listens to has not happened to this record.")

    def _of_any(self, rule: Robot | Trigger) -> str:
        if rule.pipeline_id != self.item.pipeline_id:
            names = {"pipeline": rule.pipeline.name}
            return _("It belongs to the pipeline “%(pipeline)s”, the record does not.") % names
        return "" if rule.is_active else _("It is switched off.")


def _day(at: datetime) -> str:
    return format_date(timezone.localtime(at).date(), DAY_PATTERN, locale=active_locale())
