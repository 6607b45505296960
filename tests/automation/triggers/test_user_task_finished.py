"""The trigger "user task finished": which tasks concern it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from automation.actions.runs import cancel_run
from automation.actions.user_tasks import answer_user_task
from automation.models import UserTask
from automation.runtime import clock
from smart_processes.models import Item
from tests.automation.activities.stepping import Story, run_steps, step
from tests.automation.triggers.triggering import decisions, make_trigger, stage_of, work
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(cast: Cast) -> Item:
    return make_item(make_pipeline("NEW > CALL > WON | LOST"))


def ask(item: Item, **params: str) -> Story:
    return run_steps(step("approve", title="?", people=["anna"], **params), item=item)


def listen(item: Item, **params: str) -> None:
    make_trigger(item.pipeline, "CALL", "user_task_finished", params=params)


@pytest.mark.parametrize(
    ("params", "answer", "stage"),
    [
        ({}, "no", "CALL"),
        ({"outcome": "approved"}, "yes", "CALL"),
        ({"outcome": "approved"}, "no", "NEW"),
        ({"outcome": "timed_out"}, "no", "NEW"),
        ({"step": "approve"}, "yes", "CALL"),
        ({"step": "other"}, "yes", "NEW"),
    ],
)
def test_record_moves_when_its_task_ended_so(
    item: Item, cast: Cast, params: dict[str, str], answer: str, stage: str
) -> None:
    listen(item, **params)
    ask(item)

    answer_user_task(UserTask.objects.get(), actor=cast.actor("anna"), answer=answer)
    work()

    assert stage_of(item) == stage


def test_record_moves_when_nobody_answered_in_time(item: Item) -> None:
    listen(item, outcome="timed_out")
    ask(item, limit="1h")

    with clock.moved(clock.now() + timedelta(hours=2)):
        work()

    assert stage_of(item) == "CALL"


def test_task_that_is_not_needed_any_more_finishes_nothing(item: Item) -> None:
    listen(item)
    story = ask(item)

    cancel_run(story.run, actor=system())
    work()

    assert decisions(item) == []
