"""Steps that ask people, run by the engine and answered by people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import User
from automation.actions.runs import cancel_run
from automation.actions.user_tasks import answer_user_task
from automation.mailing import mail_due
from automation.models import Absence, Notification, UserTask, Wait
from automation.runtime import clock
from automation.runtime.replaying import differences
from smart_processes.models import Item
from tests.automation.activities.stepping import Story, run_steps, step, work
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, system

pytestmark = pytest.mark.django_db
QUESTIONS = [
    {"code": "amount", "label": "Amount", "kind": "integer", "required": True},
    {"code": "way", "label": "How to pay", "kind": "choice", "options": ["Cash", "Card"]},
]


@pytest.fixture
def item(cast: Cast) -> Item:
    return make_item(make_pipeline(), title="Scanner")


def asked(activity: str, item: Item | None = None, **params: Any) -> tuple[Story, UserTask]:
    """Run a step that asks people; return the run and its task."""
    story = run_steps(step(activity, **{"title": "Buy it?", **params}), item=item)
    return story, UserTask.objects.latest("pk")


def say(
    task: UserTask, cast: Cast, name: str, answer: str, comment: str = "", **values: Any
) -> None:
    answer_user_task(task, actor=cast.actor(name), answer=answer, comment=comment, values=values)
    work()


def away(person: User, substitute: User | None = None) -> None:
    now = timezone.now()
    Absence.objects.create(
        person=person,
        begins_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1),
        substitute=substitute,
    )


def test_run_waits_for_everybody_and_knows_how_they_voted(item: Item, cast: Cast) -> None:
    story, task = asked("approve", item, people=["anna", "boris"], title="Buy {=Document:title}?")
    assert (task.title, task.item, story.run.status) == ("Buy Scanner?", item, "waiting")

    say(task, cast, "anna", "yes", "Cheap")
    assert Wait.objects.filter(run=story.run).exists()
    say(task, cast, "boris", "yes", "We need it")

    task.refresh_from_db()
    assert (task.outcome, task.is_timed_out) == ("approved", False)
    assert task.closed_at is not None
    assert story.result("approve") == {
        "task": task.pk,
        "outcome": "approved",
        "is_yes": True,
        "timed_out": False,
        "total_count": 2,
        "voted_count": 2,
        "voted_percent": 100,
        "people": [cast.anna.pk, cast.boris.pk],
        "last_person": cast.boris.pk,
        "last_comment": "We need it",
        "comments": f"{cast.anna.full_name}: Cheap\n{cast.boris.full_name}: We need it",
        "approved_count": 2,
        "rejected_count": 0,
        "approved_percent": 100,
        "rejected_percent": 0,
        "approvers": [cast.anna.pk, cast.boris.pk],
        "rejecters": [],
    }
    story.run.refresh_from_db()
    assert differences(story.run) == []


def test_rejection_goes_another_way(cast: Cast) -> None:
    condition = [{"object": "approve", "field": "is_yes", "operator": "=", "value": True}]
    choice = {
        "id": "choice",
        "type": "if",
        "branches": [
            {"id": "yes", "when": condition, "steps": [{**step("log", text="b"), "id": "buy"}]},
            {"id": "no", "steps": [step("log", text="{=approve:last_comment}")]},
        ],
    }
    story = run_steps(step("approve", title="Buy it?", people=["anna", "boris"]), choice)

    say(UserTask.objects.get(), cast, "boris", "no", "Too dear")

    assert story.line("log").operation_status_message == "Too dear"


def test_time_limit_rejects_and_says_so(item: Item, cast: Cast) -> None:
    story, task = asked("approve", item, people=["anna", "boris"], limit="2d")
    say(task, cast, "anna", "yes", "Fine")
    assert task.due_at is not None

    with clock.moved(task.due_at + timedelta(seconds=1)):
        work()

    task.refresh_from_db()
    result = story.result("approve")
    assert (task.outcome, task.is_timed_out) == ("rejected", True)
    assert (result["is_yes"], result["timed_out"]) == (False, True)
    assert (result["approved_count"], result["voted_percent"]) == (1, 50)
    assert result["comments"] == f"{cast.anna.full_name}: Fine"
    story.run.refresh_from_db()
    assert differences(story.run) == []


@pytest.mark.parametrize(
    ("activity", "more", "outcome"),
    [
        ("acknowledge", {}, "done"),
        ("give_information", {"questions": "How much?"}, "expired"),
        ("give_information_or_refuse", {"questions": "How much?"}, "expired"),
    ],
)
def test_time_limit_ends_every_kind(
    cast: Cast, activity: str, more: dict[str, Any], outcome: str
) -> None:
    story, task = asked(activity, people=["anna"], limit="4h", **more)
    assert task.due_at is not None

    with clock.moved(task.due_at):
        work()

    assert story.result(activity)["outcome"] == outcome
    assert story.result(activity)["timed_out"] is True


def test_everybody_has_to_read_it(cast: Cast) -> None:
    story, task = asked("acknowledge", people=["anna", "boris"])

    say(task, cast, "anna", "ok")
    assert UserTask.objects.get().is_open
    say(task, cast, "boris", "ok")

    assert story.result("acknowledge")["outcome"] == "done"


def test_first_who_fills_in_the_form_lets_the_run_go_on(cast: Cast) -> None:
    story, task = asked("give_information", people=["anna", "boris"], questions=QUESTIONS)

    say(task, cast, "boris", "ok", amount="1 200", way="Card")

    result = story.result("give_information")
    assert result["values"] == {"amount": 1200, "way": "Card"}
    assert result["last_person"] == cast.boris.pk


def test_later_steps_read_single_answers(cast: Cast) -> None:
    ask = step("give_information", title="Pay", people=["anna"], questions=QUESTIONS)
    after = step("log", text="{=give_information:values.amount} {=give_information:values.way}")
    story = run_steps(ask, after)

    say(UserTask.objects.get(), cast, "anna", "ok", amount="7", way="Cash")

    assert story.line("log").operation_status_message == "7 Cash"


def test_everybody_refuses_to_answer(cast: Cast) -> None:
    story, task = asked("give_information_or_refuse", people=["anna", "boris"], questions=QUESTIONS)

    say(task, cast, "anna", "refuse")
    assert UserTask.objects.get().is_open
    say(task, cast, "boris", "refuse", "Not mine")

    result = story.result("give_information_or_refuse")
    assert (result["outcome"], result["is_yes"]) == ("refused", False)
    assert result["values"] == {}


def test_substitute_answers_for_who_is_away_and_nobody_is_asked_twice(cast: Cast) -> None:
    away(cast.anna, cast.boris)
    away(cast.vera)

    _story, task = asked("approve", people=["anna", "boris", "vera", "boris"])
    _other, alone = asked("approve", people=["anna"])

    # Nobody stands in for vera.
    people: list[Any] = list(task.people.values_list("person", "instead_of"))
    assert people == [(cast.boris.pk, None), (cast.vera.pk, None)]
    assert list(alone.people.values_list("person", "instead_of")) == [(cast.boris.pk, cast.anna.pk)]


@pytest.mark.parametrize(("if_nobody", "outcome"), [("yes", "approved"), ("no", "rejected")])
def test_step_decides_where_nobody_can_be_asked(cast: Cast, if_nobody: str, outcome: str) -> None:
    User.objects.filter(pk=cast.anna.pk).update(is_active=False)

    story = run_steps(step("approve", title="?", people=["anna"], if_nobody=if_nobody))

    assert story.result("approve")["outcome"] == outcome
    assert not UserTask.objects.exists()


def test_step_fails_or_asks_the_owner_where_nobody_can_be_asked(cast: Cast) -> None:
    User.objects.filter(pk=cast.anna.pk).update(is_active=False)
    failed = run_steps(step("approve", title="?", people=["anna"]))
    assert failed.error("approve") == ("application", "There is nobody who could be asked.")

    params = {"title": "?", "people": ["anna"], "if_nobody": "ask_owner"}
    unknown = run_steps(step("approve", **params), code="no_owner")
    assert unknown.error("approve") == ("application", "There is nobody who could be asked.")

    unknown.run.version.__class__._base_manager.filter(program__code="no_owner").update(
        published_by=cast.boris
    )
    run_steps(step("approve", **params), code="no_owner")
    assert list(UserTask.objects.get().people.values_list("person", flat=True)) == [cast.boris.pk]


def test_cancelled_run_needs_no_answer(item: Item, cast: Cast) -> None:
    story, task = asked("approve", item, people=["anna"])

    cancel_run(story.run, actor=system())

    task.refresh_from_db()
    assert task.outcome == "cancelled"
    assert not task.people.filter(ended_at=None).exists()


def test_who_is_asked_is_told_by_bell_and_mail(item: Item, cast: Cast) -> None:
    User.objects.filter(pk=cast.anna.pk).update(email="anna@example.org", language="ru")
    _story, task = asked("approve", item, people=["anna"])

    told = Notification.objects.get(kind="user_task")
    assert (told.person, told.user_task, told.item) == (cast.anna, task, item)
    assert told.in_bell
    mail_due(timezone.now())
    assert [letter.to for letter in mail.outbox] == [["anna@example.org"]]
    assert "Buy it?" in mail.outbox[0].subject


@pytest.mark.parametrize(
    ("activity", "params", "sentence"),
    [
        ("approve", {"people": ["nobody"]}, "There is nobody called “nobody”."),
        ("approve", {"limit": "soon"}, "span of time"),
        ("approve", {"limit": "-1d"}, "must lie in the future"),
        ("approve", {"min_percent": 100}, "from 0 to 99"),
        ("give_information", {}, "Say what is asked"),
        ("give_information", {"questions": [{"code": "a b", "label": "A"}]}, "cannot be the code"),
        ("give_information", {"questions": [{"code": "a", "kind": "rain"}]}, "“rain”"),
        ("give_information", {"questions": [{"code": "a", "kind": "choice"}]}, "have options"),
        ("give_information", {"questions": [{"code": "a", "colour": 1}]}, "no “colour”"),
        ("give_information", {"questions": [{"code": "a"}, {"code": "a"}]}, "Two questions"),
    ],
)
def test_step_that_cannot_ask_fails_with_a_sentence(
    cast: Cast, activity: str, params: dict[str, Any], sentence: str
) -> None:
    story = run_steps(step(activity, **{"title": "?", "people": ["anna"], **params}))

    kind, message = story.error(activity)
    assert kind == "application"
    assert sentence in message
    assert not UserTask.objects.exists()
