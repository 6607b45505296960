"""Answering user tasks and giving them on: what is refused, and in which words."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from automation.actions.user_tasks import answer_user_task, delegate_user_task
from automation.exceptions import UserTaskRefused
from automation.models import Notification, UserTask, UserTaskAnswer
from automation.runtime import clock, executor
from smart_processes.exceptions import ValuesRefused
from smart_processes.models import Item
from tests.automation.activities.stepping import run_steps, step, work
from tests.factories.accounts import make_user
from tests.factories.automation import make_program, make_run, run_due
from tests.factories.cast import Cast, make_cast
from tests.factories.smart_processes import make_item, make_pipeline
from tests.smart_processes.test_many_writers import all_at_once

pytestmark = pytest.mark.django_db
QUESTIONS = [
    {"code": "amount", "label": "Amount", "kind": "integer", "required": True},
    {"code": "day", "label": "Day", "kind": "date"},
    {"code": "who", "label": "Who", "kind": "user", "multiple": True},
]


def ask(activity: str = "approve", item: Item | None = None, **params: Any) -> UserTask:
    """Return the task of a run that waits for anna and boris."""
    params = {"title": "Buy it?", "people": ["anna", "boris"], **params}
    run_steps(step(activity, **params), item=item)
    return UserTask.objects.latest("pk")


def test_nobody_answers_twice(cast: Cast) -> None:
    task = ask()
    answer_user_task(task, actor=cast.actor("anna"), answer="yes")

    with pytest.raises(UserTaskRefused, match="have answered this task already"):
        answer_user_task(task, actor=cast.actor("anna"), answer="no")

    assert list(UserTaskAnswer.objects.values_list("answer", flat=True)) == ["yes"]


def test_closed_task_takes_no_answer(cast: Cast) -> None:
    task = ask()
    answer_user_task(task, actor=cast.actor("anna"), answer="no")

    with pytest.raises(UserTaskRefused, match="closed: rejected"):
        answer_user_task(task, actor=cast.actor("boris"), answer="yes")


def test_only_who_is_asked_answers(cast: Cast) -> None:
    task = ask()

    for name in ("vera", "root"):
        with pytest.raises(UserTaskRefused, match="not given to you"):
            answer_user_task(task, actor=cast.actor(name), answer="yes")


def test_answer_must_be_one_that_is_offered(cast: Cast) -> None:
    task = ask("acknowledge")

    with pytest.raises(UserTaskRefused, match="cannot be answered so"):
        answer_user_task(task, actor=cast.actor("anna"), answer="no")


def test_task_of_a_deleted_record_takes_no_answer(cast: Cast) -> None:
    item = make_item(make_pipeline())
    task = ask(item=item)
    Item._base_manager.filter(pk=item.pk).update(deleted_at=timezone.now())

    with pytest.raises(UserTaskRefused, match="was deleted"):
        answer_user_task(task, actor=cast.actor("anna"), answer="yes")


@pytest.mark.parametrize(
    ("rule", "answer", "is_needed"),
    [
        ("optional", "no", False),
        ("hidden", "no", False),
        ("required", "yes", True),
        ("on_yes", "yes", True),
        ("on_yes", "no", False),
        ("on_no", "no", True),
        ("on_no", "yes", False),
    ],
)
def test_comment_is_asked_for_by_rule(
    cast: Cast, rule: str, answer: str, *, is_needed: bool
) -> None:
    task = ask(comment=rule)

    if is_needed:
        with pytest.raises(ValuesRefused, match="needs a comment"):
            answer_user_task(task, actor=cast.actor("anna"), answer=answer, comment="  ")
        assert not UserTaskAnswer.objects.exists()
    answer_user_task(task, actor=cast.actor("anna"), answer=answer, comment="Because")

    kept = "" if rule == "hidden" else "Because"
    assert UserTaskAnswer.objects.get().comment == kept


def test_wrong_values_are_named_and_nothing_is_kept(cast: Cast) -> None:
    task = ask("give_information", questions=QUESTIONS)

    with pytest.raises(ValuesRefused) as refused:
        answer_user_task(
            task,
            actor=cast.actor("anna"),
            answer="ok",
            values={"day": "soon", "who": "nobody", "colour": "red"},
        )

    assert refused.value.errors.keys() == {"amount", "day", "who", "colour"}
    assert not UserTaskAnswer.objects.exists()
    assert UserTask.objects.get().is_open


def test_who_refuses_need_not_fill_in_the_form(cast: Cast) -> None:
    task = ask("give_information_or_refuse", questions=QUESTIONS, refusal="any")

    answer_user_task(task, actor=cast.actor("anna"), answer="refuse")

    task.refresh_from_db()
    assert task.outcome == "refused"


def test_answers_are_never_changed(cast: Cast) -> None:
    answer_user_task(ask(), actor=cast.actor("anna"), answer="yes")

    with pytest.raises(AttributeError):
        UserTaskAnswer.objects.update(answer="no")


# --- giving a task on -----------------------------------------------------------------------


def test_task_is_given_on_and_counts_once(cast: Cast) -> None:
    task = ask(delegation="anybody")

    delegate_user_task(task, cast.vera, actor=cast.actor("anna"))

    places = list(task.people.values_list("person", "instead_of", "was_delegated"))
    assert places == [(cast.vera.pk, cast.anna.pk, True), (cast.boris.pk, None, False)]
    assert Notification.objects.filter(person=cast.vera, user_task=task).exists()
    with pytest.raises(UserTaskRefused, match="not given to you"):
        answer_user_task(task, actor=cast.actor("anna"), answer="yes")
    answer_user_task(task, actor=cast.actor("vera"), answer="yes")
    answer_user_task(task, actor=cast.actor("boris"), answer="yes")
    task.refresh_from_db()
    assert task.outcome == "approved"


def test_task_is_given_on_to_one_s_own_people_only(cast: Cast) -> None:
    department = cast.anna.department
    assert department is not None
    department.head = cast.anna
    department.save()
    task = ask(people=["anna"], delegation="subordinates")

    with pytest.raises(UserTaskRefused, match="may not be given to"):
        delegate_user_task(task, cast.vera, actor=cast.actor("anna"))
    delegate_user_task(task, cast.clara, actor=cast.actor("anna"))

    assert task.people.get().person == cast.clara


@pytest.mark.parametrize(
    ("to", "delegation", "sentence"),
    [
        ("boris", "anybody", "is asked already"),
        ("vera", "nobody", "may not be given to"),
        ("gone", "anybody", "does not work here"),
    ],
)
def test_task_is_not_given_to_a_stranger(
    cast: Cast, to: str, delegation: str, sentence: str
) -> None:
    make_user("gone", is_active=False)
    task = ask(delegation=delegation)

    with pytest.raises(UserTaskRefused, match=sentence):
        delegate_user_task(task, User.objects.get(username=to), actor=cast.actor("anna"))

    assert set(task.people.values_list("person", flat=True)) == {cast.anna.pk, cast.boris.pk}


# --- several at once ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_first_answers_one_counts_and_the_other_is_told() -> None:
    cast = make_cast()
    params = {"title": "?", "people": ["anna", "boris"], "rule": "any"}
    runs = [make_run(make_program(step("approve", **params))) for _ in range(10)]
    run_due()
    tasks = list(UserTask.objects.order_by("pk"))

    def race(number: int) -> int:
        refused = 0
        for task in tasks:
            try:
                name, answer = (("anna", "yes"), ("boris", "no"))[number]
                answer_user_task(task, actor=cast.actor(name), answer=answer)
            except UserTaskRefused:
                refused += 1
        return refused

    refused = all_at_once(race, count=2)
    run_due()

    assert sum(int(str(each)) for each in refused) == len(tasks)
    assert UserTaskAnswer.objects.count() == len(tasks)
    for run in runs:
        run.refresh_from_db()
        assert run.status == "completed"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_answers_and_time_limits_race_and_each_run_goes_on_once() -> None:
    cast = make_cast()
    item = make_item(make_pipeline())
    comment = {"id": "note", "type": "add_comment", "params": {"text": "Once"}}
    ask_both = step("approve", title="?", people=["anna", "boris"], limit="1h")
    program = make_program(ask_both, comment)
    runs = [make_run(program, item) for _ in range(20)]
    run_due()
    tasks = list(UserTask.objects.order_by("pk"))
    later = max(task.due_at for task in tasks if task.due_at)

    def race(number: int) -> None:
        with clock.moved(later):
            if number >= 2:
                while executor.run_due():
                    pass
                return
            for task in tasks if number else reversed(tasks):
                try:
                    name = ("anna", "boris")[number]
                    answer_user_task(task, actor=cast.actor(name), answer="yes")
                except UserTaskRefused:
                    continue

    all_at_once(race)
    with clock.moved(later):
        work()

    for run in runs:
        run.refresh_from_db()
        assert run.status == "completed"
    assert not UserTask.objects.filter(outcome="").exists()
    assert set(UserTask.objects.values_list("outcome", flat=True)) <= {"approved", "rejected"}
