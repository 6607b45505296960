"""What automation forgets after its days, and what it keeps whatever its age."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings

from automation import tasks
from automation.actions import retention
from automation.actions.robots import delete_robot
from automation.actions.runs import cancel_run, pause_run
from automation.models import Decision, JournalEntry, RobotList, Run
from automation.runtime import clock
from config.beat import BEAT_SCHEDULE
from smart_processes.actions.stages import move_to_stage
from smart_processes.models import Item, Pipeline
from tests.factories.automation import log, make_program, make_robot, make_run, run_due
from tests.factories.smart_processes import make_item, make_pipeline, system

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_ten_days")]

WAITING = {"id": "w", "type": "wait", "for": {"event": "never"}}


@pytest.fixture
def _ten_days() -> object:
    with override_settings(AUTOMATION_HISTORY_DAYS=10):
        yield


def after(days: int) -> None:
    """Let the sweep of history come so many days from now."""
    with clock.moved(clock.now() + timedelta(days=days)):
        tasks.forget_history()


def ended_run(item: Item | None = None) -> Run:
    run = make_run(make_program(log("a")), item)
    run_due()
    return run


def test_a_run_that_ended_goes_with_its_journal_after_its_days() -> None:
    ended_run()
    cancelled = make_run(make_program(WAITING))
    run_due()
    cancel_run(cancelled, actor=system())

    after(9)
    assert Run.objects.count() == 2
    after(11)

    assert not Run.objects.exists()
    assert not JournalEntry.objects.exists()


def test_what_waits_is_paused_or_failed_stays_whatever_its_age() -> None:
    waiting, paused = (make_run(make_program(WAITING)) for _ in range(2))
    broken = {"id": "b", "type": "change_stage", "params": {"stage": "NOWHERE"}}
    failed = make_run(make_program(broken), make_item(make_pipeline()))
    run_due()
    pause_run(paused, actor=system())
    lines = JournalEntry.objects.count()

    after(1_000)

    assert set(Run.objects.all()) == {waiting, paused, failed}
    assert JournalEntry.objects.count() == lines
    assert set(Run.objects.values_list("status", flat=True)) == {"waiting", "paused", "failed"}


def test_a_run_that_started_one_which_still_goes_on_stays_with_it() -> None:
    child = make_program(WAITING, code="child")
    start = {"id": "s", "type": "start_workflow", "params": {"program": child.code}}
    make_run(make_program(start))
    run_due()
    assert set(Run.objects.values_list("status", flat=True)) == {"waiting", "completed"}

    after(1_000)

    assert Run.objects.count() == 2


def test_nothing_is_forgotten_where_the_setting_says_so() -> None:
    ended_run()

    with override_settings(AUTOMATION_HISTORY_DAYS=0):
        after(10_000)

    assert Run.objects.count() == 1


@pytest.fixture
def pipeline() -> Pipeline:
    pipeline = make_pipeline("NEW > CALL > WON | LOST")
    make_robot(pipeline.stages.get(code="NEW"), name="First")
    return pipeline


def test_decisions_go_once_the_record_has_left_and_the_run_is_forgotten(
    pipeline: Pipeline,
) -> None:
    left, stays = make_item(pipeline), make_item(pipeline)
    run_due()
    move_to_stage(left, "CALL", actor=system())
    run_due()

    after(11)

    assert not Run.objects.exists()
    # That of the record which still stands there keeps the robot from acting twice.
    assert list(Decision.objects.values_list("item", flat=True)) == [stays.pk]


def test_a_robot_that_waits_for_one_that_failed_keeps_both(pipeline: Pipeline) -> None:
    call = pipeline.stages.get(code="CALL")
    make_robot(call, "change_stage", name="Bad", params={"stage": "{=Document:title}"})
    make_robot(call, name="Next", after_previous=True, on_leave="run_anyway")
    item = make_item(pipeline, stage="CALL")
    run_due()
    move_to_stage(item, "WON", actor=system())
    run_due()

    after(1_000)

    kinds = Decision.objects.order_by("pk").values_list("rule_name", "kind")
    assert list(kinds) == [("Bad", "fired"), ("Next", "waiting")]


def test_lists_of_robots_go_when_nothing_was_planned_with_them(pipeline: Pipeline) -> None:
    new = pipeline.stages.get(code="NEW")
    make_item(pipeline)
    run_due()
    second = make_robot(new, name="Second")
    delete_robot(second, actor=system())
    assert RobotList.objects.count() == 3

    after(11)

    # The one that holds now, and the one that a decision still names.
    assert sorted(RobotList.objects.values_list("number", flat=True)) == [1, 3]


def test_much_is_forgotten_in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MOST_RUNS", 4)
    monkeypatch.setattr(retention, "MOST_LINES", 10)
    for _ in range(6):
        ended_run()
    each = JournalEntry.objects.count() // 6
    later = clock.now() + timedelta(days=11)

    assert retention.forget_history(later) == min(4, 10 // each)
    while retention.forget_history(later):
        pass

    assert not Run.objects.exists()


def test_beat_asks_for_it() -> None:
    assert BEAT_SCHEDULE["forget-history"]["task"] == tasks.forget_history.name
