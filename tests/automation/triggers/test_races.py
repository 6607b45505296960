"""Two workers and two beats at once, with real transactions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from automation.actions.schedules import add_schedule, run_schedule
from automation.models import Decision, Run, ScheduleOccurrence, TriggerEvent
from automation.runtime import clock
from automation.triggering.looking import look
from smart_processes.actions.records import update_record
from tests.automation.triggers.triggering import make_trigger, stage_of
from tests.factories.automation import log, make_program
from tests.factories.smart_processes import make_item, make_pipeline, system
from tests.smart_processes.test_many_writers import all_at_once


@pytest.mark.django_db(transaction=True)
def test_each_event_is_looked_at_once_by_several_workers() -> None:
    pipeline = make_pipeline()
    make_trigger(pipeline, "CALL", "field_changed", params={"fields": ["title"]})
    items = [make_item(pipeline) for _ in range(10)]
    for number, item in enumerate(items):
        update_record(item, {"title": f"New {number}"}, actor=system())
    now = clock.now()

    all_at_once(lambda _number: look(now))

    assert {stage_of(item) for item in items} == {"CALL"}
    assert Decision.objects.filter(rule_kind="trigger", kind="fired").count() == 10
    assert not TriggerEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_start_one_run() -> None:
    later = clock.now() + timedelta(days=2)
    schedule = add_schedule("daily", "Daily", make_program(log("a")), "0 6 * * *", actor=system())

    def beat(_number: int) -> int:
        with clock.moved(later):
            run_schedule(schedule.pk)
        return 0

    all_at_once(beat)

    assert Run.objects.count() == 1
    assert ScheduleOccurrence.objects.count() == 1
