"""Who is told that automation failed: whoever made the rule, and whoever started the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actor import Actor
from accounts.models import User
from automation.actions.notifications import notify
from automation.choices import NotificationKind, RunStatus
from automation.events import RobotFailed
from automation.models import (
    ProgramVersion,
    Robot,
    ScheduleOccurrence,
    StagePlan,
    Trigger,
    TriggerEvent,
)
from automation.robots.starts import PROGRAM_PREFIX
from automation.runtime.alarms import EventGivenUp, PlanFailed, RunsStopped, TimeFailed
from automation.runtime.programs import published
from automation.runtime.store_rows import Written
from smart_processes.models import Item

_ENGINE = Actor.system("automation")


def tell_owner(event: RobotFailed) -> None:
    """Tell whoever made a robot that it failed."""
    robot = Robot.objects.filter(pk=event.robot_id or 0).first()
    if robot is None:
        return
    names = {"robot": robot.name, "record": _title(event.item_id)}
    _tell(
        [robot.created_by_id],
        lambda: _("The robot “%(robot)s” failed for “%(record)s”") % names,
        event.error,
        event.item_id,
    )


def runs_failed(written: Sequence[Written], _now: datetime) -> None:
    """Tell of runs that are no robot's: who published the program, and who started the run.

    A run that another one waits for is that one's business: it fails, or knows what to do.
    """
    for each in written:
        if each.status == RunStatus.FAILED and each.run.parent_id is None:
            run = each.run
            _tell_of_run(run.version_id, run.item_id, run.started_by_id, each.error)


def runs_stopped(alarm: RunsStopped) -> None:
    """Tell of runs that were stopped before they began, as `runs_failed` does."""
    for run in alarm.runs:
        if run.parent_id is None:
            _tell_of_run(run.version_id, run.item_id, run.started_by_id, run.error)


def plan_failed(alarm: PlanFailed) -> None:
    """Tell whoever made the robots of a stage that they could not be planned for a record."""
    plans = StagePlan.objects.select_related("robot_list", "visit__stage")
    plan = plans.get(pk=alarm.plan_id)
    ids = [entry["id"] for entry in plan.robot_list.entries] if plan.robot_list else []
    owners = Robot.objects.filter(pk__in=ids).order_by()
    names = {"stage": plan.visit.stage.name, "record": _title(plan.item_id)}
    _tell(
        owners.values_list("created_by_id", flat=True),
        lambda: _("The robots of “%(stage)s” were not planned for “%(record)s”") % names,
        alarm.error,
        plan.item_id,
    )


def event_given_up(alarm: EventGivenUp) -> None:
    """Tell whoever made the triggers that something could not be shown to them."""
    event = TriggerEvent.objects.get(pk=alarm.event_id)
    if event.trigger_id is not None:
        triggers = Trigger.objects.filter(pk=event.trigger_id)
    else:
        pipelines = Item._base_manager.filter(pk=event.item_id or 0).values("pipeline_id")
        triggers = Trigger.objects.filter(pipeline_id__in=pipelines, is_active=True)
    names = {"record": _title(event.item_id) if event.item_id else ""}
    _tell(
        triggers.order_by().values_list("created_by_id", flat=True),
        lambda: (
            _("Triggers could not look at what happened to “%(record)s”") % names
            if event.item_id
            else _("A trigger could not look at what happened")
        ),
        alarm.error,
        event.item_id,
    )


def time_failed(alarm: TimeFailed) -> None:
    """Tell whoever published a schedule's program that it could not be started at its time."""
    times = ScheduleOccurrence.objects.select_related("schedule__program__published")
    occurrence = times.get(pk=alarm.occurrence_id)
    version = occurrence.schedule.program.published
    _tell(
        [version.published_by_id if version else None],
        lambda: _("The schedule “%(name)s” failed") % {"name": occurrence.schedule.name},
        occurrence.reason,
        None,
    )


def _tell_of_run(
    version_id: str, item_id: int | None, started_by_id: int | None, error: str
) -> None:
    program = published(version_id)
    if program.code.startswith(PROGRAM_PREFIX):
        return  # its robot's owner is told
    owner = ProgramVersion.objects.values_list("published_by_id", flat=True).get(pk=version_id)
    names = {"program": program.name, "record": _title(item_id) if item_id else ""}
    _tell(
        [owner, started_by_id],
        lambda: (
            _("“%(program)s” failed for “%(record)s”") % names
            if item_id
            else _("“%(program)s” failed") % names
        ),
        error,
        item_id,
    )


def _tell(
    people: Iterable[int | None], words: Callable[[], str], error: str, item_id: int | None
) -> None:
    """Tell each person once, in the person's own language."""
    wanted = {person for person in people if person is not None}
    languages = User.objects.filter(pk__in=wanted).values_list("pk", "language")
    for person_id, language in languages.order_by("pk"):
        with override(language or settings.LANGUAGE_CODE):
            title = words()
        notify(
            [person_id], NotificationKind.FAILURE, title, actor=_ENGINE, text=error, item=item_id
        )


def _title(item_id: int) -> str:
    return str(Item._base_manager.values_list("title", flat=True).get(pk=item_id))
