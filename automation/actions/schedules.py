"""Adding, changing and deleting schedules, and doing what one of their times asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from accounts.actor import Actor
from accounts.exceptions import AccountsRefusal
from automation.actions.programs import require_configuring
from automation.calendars.stored import company_calendar, working_time_of
from automation.choices import OccurrenceStatus
from automation.exceptions import AutomationRefusal
from automation.models import Program, Schedule, ScheduleOccurrence
from automation.runtime import clock
from automation.runtime.alarms import TimeFailed, alarm
from automation.runtime.starting import Start, check_parameters, runnable, start_all
from automation.schedule_times import last_time, next_times, read_times
from smart_processes.actions.configuring import assign, begin, clean, refuse
from smart_processes.exceptions import RecordRefusal
from smart_processes.filters import filterset_for
from smart_processes.models import Item
from smart_processes.schema import schema_for
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.records import visible_records

TASK = "automation.tasks.run_schedule"
CHANGEABLE = frozenset(
    {
        *("name", "program", "times", "is_on_working_days", "type", "filters"),
        *("parameters", "runs_as", "is_active"),
    }
)
MOST_RECORDS = 10_000  # of one time; more is a job for an import, not for an evening
# Of several times in a row so many may fall on days off.
MOST_DAYS_OFF = 20
# Beat's message is worthless when so many seconds are over: the next time is near.
EXPIRES = 12 * 3600


@transaction.atomic
def add_schedule(
    code: str, name: str, program: Program, times: str, *, actor: Actor, **attributes: Any
) -> Schedule:
    """Add a schedule, and the row that beat reads.

    Args:
        code: Never changes; solution files know it by that.
        name: What people call it.
        program: What runs.
        times: `minute hour day month weekday`, on the company's clock.
        actor: Who configures.
        attributes: Others of `CHANGEABLE`.

    Raises:
        PermissionRefused: the actor may not configure.
        ConfigurationRefused: something about it is wrong; `params["errors"]` says what.
    """
    begin(actor)
    schedule = Schedule(code=code, name=name, program=program, times=times, since=clock.now())
    assign(schedule, attributes, CHANGEABLE)
    _check(schedule, actor)
    schedule.save(force_insert=True)
    _keep_beat_row(schedule)
    return schedule


@transaction.atomic
def change_schedule(schedule: Schedule, changes: Mapping[str, Any], *, actor: Actor) -> Schedule:
    """Change a schedule; times that have gone by are not made up for.

    Raises:
        PermissionRefused, ConfigurationRefused: as `add_schedule`.
    """
    begin(actor)
    locked = Schedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)
    changed = assign(locked, changes, CHANGEABLE)
    if changed:
        _check(locked, actor)
        if {"times", "is_active"} & set(changed):
            locked.since = clock.now()
        locked.save()
        _keep_beat_row(locked)
    return locked


@transaction.atomic
def delete_schedule(schedule: Schedule, *, actor: Actor) -> None:
    """Delete a schedule and its row.

    Raises:
        PermissionRefused: the actor may not configure.
    """
    require_configuring(actor, schedule.name)
    locked = Schedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)
    row_id = locked.beat_row_id
    locked.delete()
    for row in PeriodicTask.objects.filter(pk=row_id):
        row.delete()  # one by one: beat is told by it


def run_schedule(schedule_id: int) -> ScheduleOccurrence | None:
    """Do what the last time of a schedule asks for, unless it was done.

    However often and however late it is called, each time is done once; of several that
    were missed the last one is.

    Returns:
        What became of it; None when there was nothing to do.
    """
    now = clock.now()
    schedule = Schedule.objects.filter(pk=schedule_id, is_active=True).first()
    if schedule is None:
        return None
    planned = last_time(schedule.times, now, ZoneInfo(company_calendar().time_zone))
    if planned is None or planned < schedule.since.replace(second=0, microsecond=0):
        return None
    try:
        with transaction.atomic():
            return _occur(schedule, planned, now)
    except (AutomationRefusal, RecordRefusal, AccountsRefusal) as refusal:
        with transaction.atomic():
            failed = _write(schedule, planned, now, OccurrenceStatus.FAILED, refusal.message)
            if failed is not None:
                alarm(TimeFailed(failed.pk))
            return failed


def times_ahead(schedule: Schedule, *, count: int) -> list[datetime]:
    """Return the next times of a schedule, on the company's clock; days off are left out."""
    hours = working_time_of()
    zone = ZoneInfo(company_calendar().time_zone)
    found = next_times(schedule.times, clock.now(), zone, count=count * MOST_DAYS_OFF)
    if schedule.is_on_working_days:
        found = [each for each in found if hours.is_work_day(each.date())]
    return found[:count]


def records_of(schedule: Schedule, actor: Actor) -> QuerySet[Item] | None:
    """Return the records a schedule is about; None where it is about none.

    Raises:
        ConfigurationRefused: the filter is wrong.
    """
    if schedule.type is None:
        return None
    type_schema = schema_for(actor).types_by_id[schedule.type_id or 0]
    found = filterset_for(type_schema)(
        schedule.filters,
        visible_records(actor, type_schema),
        lookups=lookups_for(actor),
        also_known=frozenset(),
    )
    if not found.form.is_valid():
        refuse({"filters": " ".join(found.sentences)})
    return found.qs


def _occur(schedule: Schedule, planned: datetime, now: datetime) -> ScheduleOccurrence | None:
    if schedule.is_on_working_days:
        hours = working_time_of()
        if not hours.is_work_day(planned.astimezone(hours.zone).date()):
            reason = _("Not a working day.")
            return _write(schedule, planned, now, OccurrenceStatus.SKIPPED, reason)
    occurrence = _write(schedule, planned, now, OccurrenceStatus.STARTED, "")
    if occurrence is None:
        return None
    actor = Actor.robot(schedule.name[:100], runs_as=schedule.runs_as_id)
    records = records_of(schedule, actor)
    ids: list[int | None] = [None]
    if records is not None:
        ids = list(records.values_list("pk", flat=True)[:MOST_RECORDS])
    runs = start_all([_wish(schedule, item_id, actor) for item_id in ids], now) if ids else []
    occurrence.run_count = len(runs)
    occurrence.save(update_fields=["run_count"])
    return occurrence


def _wish(schedule: Schedule, item_id: int | None, actor: Actor) -> Start:
    return Start(
        program=schedule.program,
        item_id=item_id,
        parameters=schedule.parameters,
        actor=actor,
        runs_as_id=schedule.runs_as_id,
    )


def _write(
    schedule: Schedule, planned: datetime, now: datetime, status: OccurrenceStatus, reason: str
) -> ScheduleOccurrence | None:
    """Write what becomes of a time; None when somebody else has done it."""
    row, is_ours = ScheduleOccurrence.objects.get_or_create(
        schedule=schedule,
        planned_at=planned,
        defaults={"at": now, "status": status, "reason": reason[:500]},
    )
    return row if is_ours else None


def _check(schedule: Schedule, actor: Actor) -> None:
    clean(schedule)
    zone = ZoneInfo(company_calendar().time_zone)
    if not next_times(schedule.times, clock.now(), zone, count=1):
        refuse({"times": _("None of these times comes within four years.")})
    own = schedule.program.type
    if own is not None and schedule.type is not None and own.pk != schedule.type.pk:
        names = {"name": schedule.program.name, "records": own.name_many}
        refuse({"type": _("“%(name)s” works on other records: %(records)s.") % names})
    records_of(schedule, actor)
    try:
        check_parameters(runnable(schedule.program).program, schedule.parameters)
    except AutomationRefusal as refusal:
        refuse({"parameters": refusal.message})


def _keep_beat_row(schedule: Schedule) -> None:
    """Write the row that beat reads; saving it tells beat."""
    zone = company_calendar().time_zone
    times, _made = CrontabSchedule.objects.get_or_create(
        **read_times(schedule.times), timezone=zone
    )
    row = schedule.beat_row or PeriodicTask(name=f"schedule {schedule.pk}", task=TASK)
    row.crontab = times
    row.args = json.dumps([schedule.pk])
    row.enabled = schedule.is_active
    row.expire_seconds = EXPIRES
    row.description = schedule.name
    row.save()
    if schedule.beat_row_id != row.pk:
        schedule.beat_row = row
        schedule.save(update_fields=["beat_row"])
