"""Several workers and people at one run, with real transactions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from automation.actions.runs import cancel_run, fire, retry_run
from automation.choices import RunStatus
from automation.exceptions import NobodyWaits, RunRefused
from automation.models import JournalEntry, Run, Wait
from automation.runtime import clock, executor
from smart_processes.models import TimelineEntry
from tests.factories.automation import log, make_program, make_run, run_due
from tests.factories.smart_processes import make_item, make_pipeline, system
from tests.smart_processes.test_many_writers import all_at_once

COMMENT = {"id": "note", "type": "add_comment", "params": {"text": "Once"}}


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_takes_the_timer() -> None:
    item = make_item(make_pipeline())
    wait = {"id": "w", "type": "wait", "for": {"duration": "1h"}}
    program = make_program(wait, COMMENT)
    runs = [make_run(program, item) for _ in range(20)]
    run_due()
    later = clock.now() + timedelta(hours=1)

    def work(_number: int) -> int:
        taken = 0
        with clock.moved(later):
            while found := executor.run_due():
                taken += found
        return taken

    taken = all_at_once(work)

    assert sum(int(str(each)) for each in taken) == len(runs)
    assert TimelineEntry.objects.filter(item=item, kind="comment").count() == len(runs)
    assert set(Run.objects.values_list("status", flat=True)) == {RunStatus.COMPLETED}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_answers_and_timers_race_and_each_run_goes_on_once() -> None:
    """Two answers and two workers at each run: nothing lost, nothing doubled, no deadlock."""
    item = make_item(make_pipeline())
    first = {
        "id": "f",
        "type": "first_of",
        "branches": [
            {"id": "yes", "for": {"event": "answer"}, "steps": [COMMENT]},
            {"id": "no", "for": {"duration": "1h"}, "steps": [COMMENT | {"id": "late"}]},
        ],
    }
    program = make_program(first)
    runs = [make_run(program, item) for _ in range(30)]
    run_due()
    later = clock.now() + timedelta(hours=1)
    waits = {run.pk: Wait.objects.get(run=run, key="answer").number for run in runs}

    def race(number: int) -> Any:
        with clock.moved(later):
            if number >= 2:
                while executor.run_due():
                    pass
                return None
            for run in runs if number else reversed(runs):
                try:
                    fire(run, waits[run.pk], {"by": number})
                except NobodyWaits:
                    continue
            return None

    all_at_once(race)
    with clock.moved(later + timedelta(seconds=1)):
        run_due()

    assert set(Run.objects.values_list("status", flat=True)) == {RunStatus.COMPLETED}
    assert TimelineEntry.objects.filter(item=item, kind="comment").count() == len(runs)
    assert not Wait.objects.exists()
    assert JournalEntry.objects.filter(kind="ended").count() == len(runs)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_cancelled_while_it_is_worked_on_ends_one_way() -> None:
    item = make_item(make_pipeline())
    runs = [make_run(make_program(log("a"), COMMENT), item) for _ in range(10)]

    def race(number: int) -> None:
        if number:
            while executor.run_due():
                pass
            return
        for run in runs:
            try:
                cancel_run(run, actor=system())
            except RunRefused:
                continue

    all_at_once(race, count=3)
    run_due()

    ended = set(Run.objects.values_list("status", flat=True))
    completed = Run.objects.filter(status=RunStatus.COMPLETED).count()
    assert ended <= {RunStatus.COMPLETED, RunStatus.CANCELLED}
    assert TimelineEntry.objects.filter(item=item, kind="comment").count() == completed


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_operators_who_retry_the_same_run_one_does() -> None:
    run = make_run(make_program({"id": "b", "type": "log", "params": {"text": "=1/0"}}))
    run_due()
    run.refresh_from_db()
    seen = run.snapshot["seq"]

    def race(_number: int) -> Any:
        try:
            return retry_run(run, actor=system(), expected=seen).status
        except RunRefused as refusal:
            return refusal.code

    outcomes = all_at_once(race)

    assert outcomes.count(RunStatus.RUNNING) == 1
    assert set(outcomes) == {RunStatus.RUNNING, "run_stale"}
    assert JournalEntry.objects.filter(run=run, kind="retried").count() == 1
