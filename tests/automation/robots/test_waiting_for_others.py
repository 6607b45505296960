"""Robots after the previous one: they wait visibly for one that failed, and go on."""

from __future__ import annotations

import pytest

from automation.actions.runs import cancel_run, retry_run
from automation.choices import DecisionKind, RunStatus
from automation.models import Decision, Run
from smart_processes.actions.records import update_record
from smart_processes.models import Item
from tests.factories.automation import make_robot, run_due
from tests.factories.smart_processes import make_item, make_pipeline, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def item() -> Item:
    """Return a record of which the robot “Bad” failed, and “Next” waits for it."""
    new = make_pipeline("NEW > CALL > WON").stages.get(code="NEW")
    make_robot(new, "change_stage", name="Bad", params={"stage": "{=Document:title}"})
    make_robot(new, name="Next", after_previous=True)
    make_robot(new, name="Last", after_previous=True)
    item = make_item(new.pipeline, title="Nowhere")
    run_due()
    return item


def decisions() -> list[tuple[str, str, str]]:
    found = Decision.objects.order_by("pk")
    return [(each.rule_name, each.kind, each.reason) for each in found]


def test_those_who_wait_say_for_whom_and_that_it_failed(item: Item) -> None:
    assert decisions()[1:] == [
        ("Next", "waiting", "Waits for “Bad”, which failed: repeat or cancel its run."),
        ("Last", "waiting", "Waits for “Next”."),
    ]


def test_they_go_on_when_the_failed_run_is_cancelled(item: Item) -> None:
    cancel_run(Run.objects.get(), actor=system(), reason="Done by hand")
    run_due()

    assert [kind for _name, kind, _reason in decisions()] == ["fired"] * 3
    assert Run.objects.filter(status=RunStatus.COMPLETED).count() == 2


def test_they_go_on_when_the_failed_run_is_repeated_and_ends_well(item: Item) -> None:
    failed = Run.objects.get()
    retry_run(failed, actor=system())
    run_due()  # fails again
    assert [kind for _name, kind, _reason in decisions()] == ["fired", "waiting", "waiting"]

    update_record(item, {"title": "CALL"}, actor=system())
    retry_run(failed, actor=system())
    run_due()

    failed.refresh_from_db()
    assert failed.status == RunStatus.COMPLETED
    assert not Decision.objects.filter(kind=DecisionKind.WAITING).exists()


def test_the_last_of_a_circle_says_that_the_one_before_it_failed() -> None:
    pipeline = make_pipeline("NEW > CALL > WON")
    new, call = (pipeline.stages.get(code=code) for code in ("NEW", "CALL"))
    make_robot(new, "change_stage", name="There", params={"stage": "CALL"})
    make_robot(new, name="Next", after_previous=True, on_leave="run_anyway")
    make_robot(call, "change_stage", name="Back", params={"stage": "NEW"})
    make_item(pipeline)

    run_due()

    waiting = Decision.objects.filter(kind=DecisionKind.WAITING)
    assert {each.reason for each in waiting} <= {
        "Waits for “There”, which failed: repeat or cancel its run."
    }
    assert waiting.exists()
